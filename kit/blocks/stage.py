"""Stages of networks that keep their maps: the pair of convolutions, and the way back up."""

import keras

from kit import activations
from kit.blocks.conv import conv, norm_act
from kit.blocks.enlarge import enlarge
from kit.errors import unknown

UPS = ("bilinear", "nearest", "transposed")


def conv_norm_act(
    x, filters, kernel_size=3, *, strides=1, activation="relu", normalization="batch", regularizer=None
):
    """A convolution, normalised and activated; it has a bias only where nothing normalises it.

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        kernel_size: height and width of the kernel, pixels.
        strides: step in both directions, pixels.
        activation: name of a hidden activation.
        normalization: "batch", "layer", "group" or "none".
        regularizer: a Keras regularizer of the kernel, or None.

    Returns:
        (batch, ceil(H / strides), ceil(W / strides), filters) tensor.
    """
    kernel = {"activation": activation, "regularizer": regularizer, "use_bias": normalization == "none"}
    x = conv(x, filters, kernel_size, strides=strides, **kernel)
    return norm_act(x, activation=activation, normalization=normalization)


def depthwise_start(kernel_size=3):
    """The kernel start of a convolution that sees one channel at a time.

    Keras' own starts count the places of all channels as its inputs, and so begin it too small by
    the square root of the channels.

    Args:
        kernel_size: height and width of the kernel, pixels.

    Returns:
        A Keras initializer.

    Source: He et al. 2015 (arXiv:1502.01852), with kernel_size**2 inputs.
    """
    return keras.initializers.RandomNormal(stddev=2**0.5 / kernel_size)


def double_conv(x, filters, *, activation="relu", normalization="batch", dropout=0.0, regularizer=None):
    """Two 3 x 3 convolutions, each normalised and activated: one level of a U-Net.

    Source: Ronneberger et al. 2015, U-Net (arXiv:1505.04597), with "same" padding and, added
    later, the normalisation.

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        activation: name of a hidden activation.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the result's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, H, W, filters) tensor.

    Example:
        >>> import keras
        >>> double_conv(keras.Input((None, None, 3)), 16).shape
        (None, None, None, 16)
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    for _ in range(2):
        x = conv_norm_act(x, filters, **style)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x


def upsample(x, filters, up="bilinear", *, activation="relu", regularizer=None):
    """Twice the height and width.

    "bilinear" and "nearest" keep the channels and need no weights: the convolution that follows
    mixes them. "transposed" is a 2 x 2 transposed convolution of stride 2 with bias, as in 2015;
    it may leave a checkerboard (Odena et al. 2016, doi:10.23915/distill.00003).

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result for "transposed".
        up: "bilinear", "nearest" or "transposed".
        activation: name of the hidden activation that the kernel's start fits.
        regularizer: a Keras regularizer of the kernel, or None.

    Returns:
        (batch, 2 H, 2 W, C or filters) tensor.

    Raises:
        KitError: if there is no such way up.
    """
    if up not in UPS:
        raise unknown("way up", up, UPS)
    if up != "transposed":
        return enlarge(x, 2, up)
    return keras.layers.Conv2DTranspose(
        filters,
        2,
        strides=2,
        kernel_initializer=activations.initializer(activation),
        kernel_regularizer=regularizer,
    )(x)
