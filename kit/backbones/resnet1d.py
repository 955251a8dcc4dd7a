"""The residual network for series."""

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.steps import conv_norm_act, mean_over

_KERNELS = (8, 5, 3)  # steps, of the convolutions of each block


@BACKBONES.register("resnet1d", ranks=(3,), takes_mask=True)
def resnet1d(
    x,
    *,
    mask=None,
    activation="relu",
    width=64,
    depth=3,
    normalization="batch",
    dropout=0.0,
    regularizer=None,
):
    """Blocks of convolutions over 8, 5 and 3 steps, each added to what came in; the mean over all steps.

    Source: Wang et al. 2016, Time Series Classification from Scratch with Deep Neural Networks
    (arXiv:1611.06455).

    Args:
        x: (batch, steps, channels) tensor.
        mask: (batch, steps) bool, where there are steps; None where all series are of one length.
        activation: name of a hidden activation.
        width: channels of the first block; all others have twice as many.
        depth: number of blocks.
        normalization: "batch", "layer" or "none"; "group", too, where there is no mask.
        dropout: share of the channels dropped after each block in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 * width) tensor; (batch, width) at depth 1.

    Example:
        >>> resnet1d(keras.Input((150, 1))).shape
        (None, 128)
    """
    style = {"mask": mask, "normalization": normalization, "regularizer": regularizer}
    for block in range(depth):
        filters = width if block == 0 else 2 * width
        branch = x
        for kernel in _KERNELS[:-1]:
            branch = conv_norm_act(branch, filters, kernel, activation=activation, **style)
        branch = conv_norm_act(branch, filters, _KERNELS[-1], activation="linear", **style)
        if x.shape[-1] != filters:
            x = conv_norm_act(x, filters, 1, activation="linear", **style)
        x = activations.get(activation)(keras.layers.Add()([x, branch]))
        x = keras.layers.SpatialDropout1D(dropout)(x) if dropout else x
    return mean_over(x, mask)
