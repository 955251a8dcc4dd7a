"""Convolutions at full size, for images with noise."""

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.conv import conv
from kit.blocks.stage import conv_norm_act


@BACKBONES.register("dncnn", ranks=(4,), dense=True)
def dncnn(x, *, activation="relu", width=64, depth=17, normalization="batch", dropout=0.0, regularizer=None):
    """`depth` - 1 convolutions of 3 x 3 at full size; the one that is missing is the task's head.

    All but the first are normalised. Each adds 2 pixels to what a place sees: 35 x 35 for 17.

    Source: Zhang et al. 2017, Beyond a Gaussian Denoiser (arXiv:1608.03981): depth 17 for one
    level of noise, 20 for any.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of a hidden activation.
        width: channels of each convolution.
        depth: convolutions, counting the head's; at least 2.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the last map's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, H, W, width) tensor.

    Example:
        >>> import keras
        >>> dncnn(keras.Input((None, None, 1)), width=8, depth=3).shape
        (None, None, None, 8)
    """
    style = {"activation": activation, "regularizer": regularizer}
    x = activations.get(activation)(conv(x, width, use_bias=True, **style))
    for _ in range(depth - 2):
        x = conv_norm_act(x, width, normalization=normalization, **style)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x
