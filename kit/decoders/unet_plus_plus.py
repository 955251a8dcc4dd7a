"""A U-Net with convolutions on the way from the backbone's maps to where they are joined."""

import keras

from kit.backbones.taps import Taps
from kit.blocks.enlarge import enlarge
from kit.blocks.stage import double_conv
from kit.decoders import DECODERS
from kit.decoders.levels import mean_of
from kit.decoders.measures import mirrored


@DECODERS.register("unet++", deep=True)
def unet_plus_plus(
    taps, *, activation="relu", width=None, normalization="batch", dropout=0.0, regularizer=None, deep=False
):
    """Every map is joined with the next coarser one, again and again, until one is left at full size.

    Costs two to four times a U-Net, most of it at the finest size.

    Source: Zhou et al. 2018, UNet++ (arXiv:1807.10165).

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: channels of the finest level, each coarser one has twice as many; or one number for
            each level but the coarsest, from coarse to fine; None takes the backbone's.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of each node's channels dropped, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        deep: whether the mean of all nodes of full size is what the head sees; see `kit.decoders.levels`.

    Returns:
        (batch, h, w, channels) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.
        KitError: if `width` has too few numbers.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> unet_plus_plus(maps).shape
        (None, 8, 8, 16)
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    widths = mirrored(taps, width)[::-1]
    levels = [[tap] for tap in Taps.of(taps)]  # the nodes of each size, as they come to be
    for step in range(1, len(levels)):
        for level in range(len(levels) - step):
            coarser = levels[level + 1][step - 1]
            joined = keras.layers.Concatenate()([*levels[level], enlarge(coarser, 2)])
            levels[level].append(double_conv(joined, widths[level], dropout=dropout, **style))
    return mean_of(levels[0][1:], halved=False) if deep and len(levels) > 2 else levels[0][-1]
