"""A small, fast convolutional network for images of 8 to about 128 pixels."""

import keras

from kit.backbones import BACKBONES
from kit.blocks.conv import conv, halve, halvings, norm_act

_TINY = 16  # pixels of the shorter edge below which maps are so small that width costs little
_LARGE = 48  # pixels of the shorter edge from which the stem halves the image


@BACKBONES.register("cnn", ranks=(4,))
def cnn(x, *, activation="relu", width=None, depth=3, normalization="batch", dropout=0.0, regularizer=None):
    """A stem and up to `depth` stages of two 3 x 3 convolutions, each of half the size and twice the width.

    Stages stop before an edge would be shorter than 4 pixels. Nearly all work is done on maps
    of at most a quarter of the image's pixels.

    Args:
        x: (batch, H, W, C) tensor.
        activation: name of a hidden activation.
        width: channels of the stem, each stage has twice as many as the one before; None takes
            16, and 32 for images below 16 pixels.
        depth: largest number of stages.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of each map's channels dropped after a stage, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, channels) tensor.

    Example:
        >>> import keras
        >>> cnn(keras.Input((28, 28, 1))).shape
        (None, 7, 7, 64)
    """
    width = width or (32 if min(x.shape[1:3]) < _TINY else 16)
    style = {"activation": activation, "normalization": normalization}
    kernel = {"activation": activation, "regularizer": regularizer, "use_bias": normalization == "none"}
    x = norm_act(conv(x, width, strides=2 if min(x.shape[1:3]) >= _LARGE else 1, **kernel), **style)
    for stage in range(1, 1 + halvings(*x.shape[1:3], at_most=depth)):
        x = halve(x)
        for _ in range(2):
            x = norm_act(conv(x, width * 2**stage, **kernel), **style)
        x = keras.layers.SpatialDropout2D(dropout)(x) if dropout else x
    return x
