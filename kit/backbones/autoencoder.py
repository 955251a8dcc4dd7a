"""A convolutional autoencoder: down to a small map and back, without shortcuts."""

from kit.backbones import BACKBONES
from kit.blocks.conv import halve
from kit.blocks.enlarge import enlarge
from kit.blocks.sizes import CropLike, PadToMultiple
from kit.blocks.stage import double_conv


@BACKBONES.register("autoencoder", ranks=(4,), dense=True)
def autoencoder(
    x, *, activation="relu", width=32, depth=2, normalization="batch", dropout=0.0, regularizer=None
):
    """`depth` times half the size and twice the width, then back; all passes through the small map.

    What does not fit through it is lost: noise, and fine detail, which a U-Net keeps.

    Source: Vincent et al. 2010, Stacked Denoising Autoencoders (JMLR 11, 3371-3408), with
    convolutions.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown, and need not divide.
        activation: name of a hidden activation.
        width: channels at full size.
        depth: how often the map is halved.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the smallest map's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, H, W, width) tensor.

    Example:
        >>> import keras
        >>> autoencoder(keras.Input((None, None, 1)), width=8, depth=1).shape
        (None, None, None, 8)
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    image, x = x, PadToMultiple(2**depth)(x)
    for stage in range(depth):
        x = halve(double_conv(x, width * 2**stage, **style))
    x = double_conv(x, width * 2**depth, dropout=dropout, **style)
    for stage in reversed(range(depth)):
        x = double_conv(enlarge(x, 2), width * 2**stage, **style)
    return CropLike()([x, image])
