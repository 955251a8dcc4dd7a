"""The expanding path of a U-Net."""

import keras

from kit.backbones.taps import Taps
from kit.blocks.stage import double_conv, upsample
from kit.decoders import DECODERS
from kit.decoders.levels import mean_of
from kit.decoders.measures import mirrored


@DECODERS.register("unet", deep=True)
def unet(
    taps,
    *,
    activation="relu",
    width=None,
    normalization="batch",
    dropout=0.0,
    regularizer=None,
    up="bilinear",
    deep=False,
):
    """Twice the size, the backbone's map of that size beside it, two convolutions; until the finest.

    Source: Ronneberger et al. 2015, U-Net (arXiv:1505.04597), with `up="transposed"` and
    normalization "none". `up="nearest"`, width (256, 128, 64, 32, 16) is the decoder of
    segmentation_models; its last step has no map beside it.

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: channels of the finest step, each coarser one has twice as many; or one number for
            each step from coarse to fine, each number too many being a further doubling of the
            size; None takes the backbone's, mirrored.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of each map's channels dropped after a step, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        up: "bilinear", "nearest" or "transposed"; see `kit.blocks.stage.upsample`.
        deep: whether the mean of all steps is what the head sees; see `kit.decoders.levels`.

    Returns:
        (batch, h, w, channels) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.
        KitError: if `up` is unknown, or `width` has too few numbers.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> unet(maps).shape, unet(maps, width=(64, 32, 8)).shape
        ((None, 8, 8, 16), (None, 16, 16, 8))
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    return climb(taps, width, up=up, deep=deep, dropout=dropout, **style)


def climb(taps, width, gate=lambda skip, coarse: skip, *, up="bilinear", deep=False, **style):
    """The way up that U-Nets share.

    Args:
        taps: maps from fine to coarse.
        width: as in `unet`.
        gate: (map, coarser features) -> what is joined in place of the map.
        up, deep: as in `unet`.
        **style: of the convolutions, as in `kit.blocks.stage.double_conv`.

    Returns:
        (batch, h, w, channels) tensor.
    """
    *skips, x = Taps.of(taps)
    kernel = {name: style[name] for name in ("activation", "regularizer")}
    steps = []
    for filters in mirrored(taps, width):
        larger = upsample(x, filters, up, **kernel)
        if skips:
            larger = keras.layers.Concatenate()([gate(skips.pop(), x), larger])
        x = double_conv(larger, filters, **style)
        steps.append(x)
    return mean_of(steps, style["regularizer"]) if deep and len(steps) > 1 else x
