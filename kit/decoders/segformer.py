"""All maps at one width and size, and one layer over them."""

import keras

from kit.backbones.taps import Taps
from kit.blocks.conv import conv
from kit.blocks.enlarge import enlarge
from kit.blocks.stage import conv_norm_act
from kit.decoders import DECODERS
from kit.decoders.measures import base, constant


@DECODERS.register("segformer")
def segformer(taps, *, activation="relu", width=None, normalization="batch", dropout=0.1, regularizer=None):
    """1 x 1 convolutions only: each map from stride 4 on to one width, all enlarged to it, joined, mixed.

    The cheapest decoder; what lies around a place must come from the backbone.

    Source: Xie et al. 2021, SegFormer (arXiv:2105.15203); width 256 for its B0 and B1.

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: channels; None takes the coarsest map's, at most 256.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the result's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, width) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> segformer(maps).shape
        (None, 8, 8, 64)
    """
    taps = Taps.of(taps)
    first, width = base(taps), constant(taps, width)
    kernel = {"activation": "linear", "regularizer": regularizer}  # no bias: the mixing would undo it
    maps = [enlarge(conv(tap, width, 1, **kernel), 2**step) for step, tap in enumerate(taps[first:])]
    x = keras.layers.Concatenate()(maps)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    x = conv_norm_act(x, width, 1, **style)
    x = keras.layers.SpatialDropout2D(dropout)(x) if dropout else x
    return enlarge(x, 2**first)
