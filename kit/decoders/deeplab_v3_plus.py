"""What lies around each place at several distances, joined with one finer map."""

import keras

from kit import activations
from kit.backbones.taps import Taps
from kit.blocks.conv import conv, norm_act
from kit.blocks.enlarge import enlarge
from kit.blocks.stage import conv_norm_act, depthwise_start
from kit.decoders import DECODERS
from kit.decoders.measures import base, constant

_DILATIONS = (6, 12, 18)  # places between two that a kernel looks at, for maps of 32 x 32
_EDGE = 32
_DETAIL = 48  # channels of the finer map: few, so that it does not drown the coarse one


@DECODERS.register("deeplab_v3_plus")
def deeplab_v3_plus(
    taps, *, activation="relu", width=None, normalization="batch", dropout=0.5, regularizer=None
):
    """Dilated convolutions on the coarsest map, enlarged and joined with the map of stride 4.

    The dilations 6, 12, 18 are scaled down where the coarsest map is made for less than 32 places
    an edge: further out there would be nothing but padding.

    Source: Chen et al. 2018, DeepLabv3+ (arXiv:1802.02611).

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: channels; None takes the coarsest map's, at most 256.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the coarse features dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, width) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> deeplab_v3_plus(maps).shape
        (None, 8, 8, 64)
    """
    taps = Taps.of(taps)
    first, width = base(taps), constant(taps, width)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    x = _pyramid(taps[-1], width, dilations(taps.edge), style)
    x = keras.layers.Dropout(dropout)(x) if dropout else x
    detail = conv_norm_act(taps[first], _DETAIL, 1, **style)
    x = keras.layers.Concatenate()([enlarge(x, 2 ** (len(taps) - 1 - first)), detail])
    for _ in range(2):
        x = _separable(x, width, 1, style)
    return enlarge(x, 2**first)


def dilations(edge=None):
    """Dilations for a map whose shorter edge is `edge` places; None if it is unknown.

    Example:
        >>> dilations(), dilations(16), dilations(4)
        ((6, 12, 18), (3, 6, 9), (1, 2))
    """
    scale = min((edge or _EDGE) / _EDGE, 1)
    return tuple(sorted({max(1, round(scale * dilation)) for dilation in _DILATIONS}))


def _pyramid(x, width, dilations, style):
    """The 1 x 1, the dilated and the whole map's view, mixed by one 1 x 1 convolution.

    That convolution is split in two, since what it makes of the mean over all places is the same
    everywhere: it is added once, and the mean needs no enlarging.
    """
    kernel = {name: style[name] for name in ("activation", "regularizer")}
    views = [conv_norm_act(x, width, 1, **style)]
    views += [_separable(x, width, dilation, style) for dilation in dilations]
    # Not normalised: over the one place of a batch of one image nothing would be left.
    whole = conv(keras.layers.GlobalAveragePooling2D(keepdims=True)(x), width, 1, use_bias=True, **kernel)
    whole = conv(activations.get(style["activation"])(whole), width, 1, **kernel)
    mixed = keras.layers.Add()([conv(keras.layers.Concatenate()(views), width, 1, **kernel), whole])
    return norm_act(mixed, activation=style["activation"], normalization=style["normalization"])


def _separable(x, filters, dilation, style):
    """A 3 x 3 convolution of each channel, then a 1 x 1 over them, normalised and activated."""
    x = keras.layers.SeparableConv2D(
        filters,
        3,
        padding="same",
        dilation_rate=dilation,
        use_bias=style["normalization"] == "none",
        depthwise_initializer=depthwise_start(3),
        pointwise_initializer=activations.initializer(style["activation"]),
        depthwise_regularizer=style["regularizer"],
        pointwise_regularizer=style["regularizer"],
    )(x)
    return norm_act(x, activation=style["activation"], normalization=style["normalization"])
