"""Residual network with the activation before the convolution."""

from kit.backbones import BACKBONES
from kit.blocks.conv import conv, halvings, norm_act
from kit.blocks.residual import residual


@BACKBONES.register("resnet", ranks=(4,), small={"depth": 1})
def resnet(x, *, activation="relu", width=32, depth=2, normalization="batch", dropout=0.0, regularizer=None):
    """A stem and up to four stages of `depth` residual blocks; widths double, sizes halve.

    Source: He et al. 2016, Identity Mappings in Deep Residual Networks (arXiv:1603.05027);
    the last factor of each block starts at 0 (Goyal et al. 2017, arXiv:1706.02677).

    Args:
        x: (batch, H, W, C) tensor.
        activation: name of a hidden activation.
        width: channels of the stem and of the first stage.
        depth: residual blocks in each stage.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction dropped between the two convolutions of a block, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, channels) tensor; no edge is shorter than 4 pixels because of a stage.

    Example:
        >>> import keras
        >>> resnet(keras.Input((32, 32, 3)), width=16).shape
        (None, 4, 4, 128)
    """
    settings = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    x = conv(x, width, activation=activation, regularizer=regularizer)
    for stage in range(1 + halvings(*x.shape[1:3], at_most=3)):
        for block in range(depth):
            strides = 2 if stage and block == 0 else 1
            x = residual(x, width * 2**stage, strides=strides, dropout=dropout, **settings)
    return norm_act(x, activation=activation, normalization=normalization)
