"""RealMLP: a fully connected network for tables with the settings that won on many of them."""

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.normalize import normalize
from kit.blocks.numbers import embedded, periodic
from kit.blocks.scale import LayerScale

_GAIN = 20.0  # kernels are that much smaller than their effect: a step of 2e-3 acts as one of 0.04


@BACKBONES.register(
    "realmlp",
    ranks=(2,),
    needs_kit=True,
    takes_edges=True,
    regression={"activation": "mish"},
)
def realmlp(
    x,
    *,
    edges=None,
    activation="selu",
    width=256,
    depth=3,
    normalization="none",
    dropout=0.15,
    regularizer=None,
):
    """`depth` layers of `width` units behind waves of the numbers and a learnt factor for each feature.

    Inputs of a layer are divided by the root of their count and its kernel is drawn from one normal
    distribution, whatever its size ("NTK parametrisation"), so that one learning rate suits all layers. How
    much of the activation there is in each unit is learnt.

    Source: Holzmüller et al. 2024, Better by Default: Strong Pre-Tuned MLPs and Boosted Trees on Tabular
    Data (arXiv:2407.04491). Robust scaling, smooth clipping and one-hot codes are `kit.inputs.Table`'s.

    Args:
        x: (batch, N) tensor, numbers first.
        edges: (F, ...) as `Table.edges` gives them: the first F features are numbers; None for none.
        activation: name of a hidden activation; a regressor that is not told otherwise takes "mish".
        width: units of each layer.
        depth: number of layers.
        normalization: "batch", "layer" or "none".
        dropout: fraction dropped after each layer in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor.

    Example:
        >>> realmlp(keras.Input((13,)), width=64).shape
        (None, 64)
    """
    x = embedded(x, 0 if edges is None else len(edges), periodic)
    x = LayerScale(1.0)(x)
    for _ in range(depth):
        x = normalize(_ntk(x, width, regularizer), normalization)
        x = _partly(x, activations.get(activation)(x))
        x = keras.layers.Dropout(dropout)(x) if dropout else x
    return x


def _ntk(x, units, regularizer):
    start = keras.initializers.RandomNormal(stddev=1 / _GAIN)
    scaled = keras.layers.Rescaling(_GAIN / x.shape[-1] ** 0.5)(x)
    return keras.layers.Dense(units, kernel_initializer=start, kernel_regularizer=regularizer)(scaled)


def _partly(x, activated):
    """x and its activation, mixed by a learnt share for each unit, at first the activation alone."""
    change = LayerScale(1.0)(keras.layers.Subtract()([activated, x]))
    return keras.layers.Add()([x, change])
