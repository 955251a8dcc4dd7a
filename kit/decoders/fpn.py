"""Feature pyramid: every map at one width, summed from coarse to fine, and then over all sizes."""

import keras

from kit.backbones.taps import Taps
from kit.blocks.conv import conv
from kit.blocks.enlarge import enlarge
from kit.blocks.stage import conv_norm_act
from kit.decoders import DECODERS
from kit.decoders.measures import base, constant


@DECODERS.register("fpn")
def fpn(taps, *, activation="relu", width=None, normalization="group", dropout=0.2, regularizer=None):
    """A feature pyramid of the maps from stride 4 on, its levels summed there, then enlarged.

    Source: Kirillov et al. 2019, Panoptic Feature Pyramid Networks (arXiv:1901.02446).

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: channels of the pyramid, and twice those of the result; None takes the coarsest
            map's, at most 256.
        normalization: "group", "batch", "layer" or "none".
        dropout: fraction of the sum's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, width / 2) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> fpn(maps).shape
        (None, 8, 8, 32)
    """
    taps = Taps.of(taps)
    first, width = base(taps), constant(taps, width)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    levels = [
        _refined(level, step, max(width // 2, 1), style)
        for step, level in enumerate(pyramid(taps[first:], width, regularizer))
    ]
    x = keras.layers.Add()(levels)
    x = keras.layers.SpatialDropout2D(dropout)(x) if dropout else x
    return enlarge(x, 2**first)


def pyramid(maps, width, regularizer=None):
    """Each map at one width, plus all coarser ones; from fine to coarse.

    Source: Lin et al. 2017, Feature Pyramid Networks (arXiv:1612.03144), without the last convolutions.

    Args:
        maps: (batch, h, w, C) tensors from fine to coarse, each of half the size of the one before.
        width: channels of the results.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        List of (batch, h, w, width) tensors.

    Example:
        >>> import keras
        >>> [each.shape[1:] for each in pyramid([keras.Input((8, 8, 16)), keras.Input((4, 4, 32))], 24)]
        [(8, 8, 24), (4, 4, 24)]
    """
    kernel = {"activation": "linear", "use_bias": True, "regularizer": regularizer}
    levels = [conv(maps[-1], width, 1, **kernel)]
    for each in reversed(maps[:-1]):
        larger = enlarge(levels[0], 2, "nearest")
        levels.insert(0, keras.layers.Add()([conv(each, width, 1, **kernel), larger]))
    return levels


def _refined(x, steps, filters, style):
    """A convolution, then twice the size, `steps` times; with one convolution for no step."""
    for _ in range(steps):
        x = enlarge(conv_norm_act(x, filters, **style), 2)
    return x if steps else conv_norm_act(x, filters, **style)
