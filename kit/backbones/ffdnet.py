"""Convolutions at half size for images with noise: a quarter of the work of "dncnn"."""

import keras

from kit.backbones import BACKBONES
from kit.backbones.dncnn import dncnn
from kit.blocks.noise import NoiseLevel
from kit.blocks.sizes import CropLike, DepthToSpace, PadToMultiple, SpaceToDepth, SpreadLike
from kit.errors import KitError

_BLOCK = 2  # pixels


@BACKBONES.register("ffdnet", ranks=(4,), dense=True, takes_level=True)
def ffdnet(
    x,
    *,
    activation="relu",
    width=64,
    depth=15,
    normalization="batch",
    dropout=0.0,
    regularizer=None,
    level=None,
):
    """Each 2 x 2 pixels as channels of one place, `depth` - 1 convolutions of 3 x 3, and back.

    No pixel is lost, convolutions cost a quarter, and each place sees twice as far.

    Source: Zhang et al. 2018, FFDNet (arXiv:1710.04026): width 64 and depth 15 for gray images,
    96 and 12 for colour. There the last convolution stands before the way back, here it is the
    task's head, at full size.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown, and odd.
        activation: name of a hidden activation.
        width: channels of each convolution, a multiple of 4.
        depth: convolutions, counting the head's; at least 2.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the last map's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        level: how strong the noise is, in the units of x, as one more channel: a (batch, 1, 1, 1)
            or (batch, H, W, 1) tensor; "estimate" lets `NoiseLevel` look around each pixel; None
            leaves the network blind, which is enough where the noise is always equally strong.

    Returns:
        (batch, H, W, width / 4) tensor.

    Raises:
        KitError: if `width` is no multiple of 4.

    Example:
        >>> import keras
        >>> level = keras.Input((1, 1, 1))
        >>> ffdnet(keras.Input((None, None, 1)), width=8, depth=3, level=level).shape
        (None, None, None, 2)
    """
    if width % _BLOCK**2:
        raise KitError(f"`width` of ffdnet must be a multiple of {_BLOCK**2}. Received: {width}.")
    small = SpaceToDepth(_BLOCK)(PadToMultiple(_BLOCK)(x))
    if level == "estimate":
        level = NoiseLevel()(x)
    if level is not None:
        small = keras.layers.Concatenate()([small, _level_map(level, small)])
    small = dncnn(
        small,
        activation=activation,
        width=width,
        depth=depth,
        normalization=normalization,
        dropout=dropout,
        regularizer=regularizer,
    )
    return CropLike()([DepthToSpace(_BLOCK)(small), x])


def _level_map(level, small):
    """The level for each place of a map at half size: (batch, h, w, 1)."""
    if level.shape[1] != 1:
        level = keras.layers.AveragePooling2D(_BLOCK)(PadToMultiple(_BLOCK)(level))
    return SpreadLike()([level, small])
