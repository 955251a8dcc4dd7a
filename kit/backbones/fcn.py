"""The fully convolutional network for series."""

import keras

from kit.backbones import BACKBONES
from kit.blocks.steps import conv_norm_act, mean_over

_KERNELS = (8, 5, 3)  # steps
_TIMES = (1, 2, 1)  # channels of each convolution, in widths


@BACKBONES.register("fcn", ranks=(3,), takes_mask=True)
def fcn(
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
    """Convolutions over 8, 5 and 3 steps, and the mean over all steps.

    Source: Wang et al. 2016, Time Series Classification from Scratch with Deep Neural Networks
    (arXiv:1611.06455), where the width is 128.

    Args:
        x: (batch, steps, channels) tensor.
        mask: (batch, steps) bool, where there are steps; None where all series are of one length.
        activation: name of a hidden activation.
        width: channels of the first convolution; the second has twice as many.
        depth: number of convolutions; those after the third are as the third.
        normalization: "batch", "layer" or "none"; "group", too, where there is no mask.
        dropout: share of the channels dropped after each convolution in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor; (batch, 2 * width) at depth 2.

    Example:
        >>> fcn(keras.Input((150, 1))).shape
        (None, 64)
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    for place in range(depth):
        kind = min(place, len(_KERNELS) - 1)
        x = conv_norm_act(x, _TIMES[kind] * width, _KERNELS[kind], mask=mask, **style)
        x = keras.layers.SpatialDropout1D(dropout)(x) if dropout else x
    return mean_over(x, mask)
