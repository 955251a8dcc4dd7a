"""The transformer for series and words: every step looks at every other."""

import keras
from keras import ops

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.normalize import normalize
from kit.blocks.steps import conv_norm_act, mean_over, waves

_HEAD = 16  # channels of each head of attention
_KERNEL = 5  # steps that make the first state of each


@BACKBONES.register("transformer", ranks=(1, 3), takes_mask=True)
def transformer(
    x,
    *,
    mask=None,
    activation="gelu",
    width=64,
    depth=2,
    normalization="layer",
    dropout=0.1,
    regularizer=None,
):
    """Blocks of attention between all steps and of two layers for each, normalised first; a mean at the end.

    Each step begins as what a convolution over 5 steps makes of it; sines and cosines say where it is.

    Source: Vaswani et al. 2017, Attention Is All You Need (arXiv:1706.03762); normalised first after
    Xiong et al. 2020, On Layer Normalization in the Transformer Architecture (arXiv:2002.04745).

    Args:
        x: (batch, steps, channels) tensor of series, or of the vectors of words.
        mask: (batch, steps) bool, where there are steps; None where all series are of one length.
        activation: name of the activation between the two layers for each step.
        width: channels of each step, with one head of attention for each 16.
        depth: number of blocks.
        normalization: "layer", "batch" or "none"; "group", too, where there is no mask.
        dropout: share dropped of each branch in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor.

    Example:
        >>> transformer(keras.Input((150, 1)), width=32, depth=1).shape
        (None, 32)
    """
    style = {"activation": "linear", "normalization": "none", "regularizer": regularizer}
    x = conv_norm_act(x, width, _KERNEL, mask=mask, **style)
    x = x + waves(x)
    seen = {} if mask is None else {"attention_mask": ops.expand_dims(mask, 1)}
    heads = next(count for count in range(max(1, width // _HEAD), 0, -1) if width % count == 0)
    for _ in range(depth):
        each = normalize(x, normalization, mask=mask)
        attend = keras.layers.MultiHeadAttention(heads, width // heads, kernel_regularizer=regularizer)
        x = _added(x, attend(each, each, **seen), dropout)
        each = normalize(x, normalization, mask=mask)
        inner = keras.layers.Dense(2 * width, kernel_regularizer=regularizer)(each)
        inner = activations.get(activation)(inner)
        x = _added(x, keras.layers.Dense(width, kernel_regularizer=regularizer)(inner), dropout)
    return mean_over(normalize(x, normalization, mask=mask), mask)


def _added(x, branch, dropout):
    branch = keras.layers.Dropout(dropout)(branch) if dropout else branch
    return keras.layers.Add()([x, branch])
