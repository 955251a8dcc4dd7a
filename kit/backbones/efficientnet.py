"""EfficientNet: B0 to B7 as published, and three small ones for images of 32 to 96 pixels."""

import functools
import math

import keras

from kit.backbones import BACKBONES
from kit.blocks.conv import conv, halvings, norm_act
from kit.blocks.mbconv import EPSILON, mbconv, pointwise

_STAGES = (  # kernel, blocks, channels, expansion, stride of the first block
    (3, 1, 16, 1, 1),
    (3, 2, 24, 6, 2),
    (5, 2, 40, 6, 2),
    (3, 3, 80, 6, 2),
    (5, 3, 112, 6, 1),
    (5, 4, 192, 6, 2),
    (3, 1, 320, 6, 1),
)
_STEM, _LONGEST, _HEAD = 32, 4, 1280  # channels of the stem, blocks of the longest stage, last channels
_STEM_PLACE = -1  # stands for the stem among the numbers of stages
_HALVING = (2, 3, 5, 1, _STEM_PLACE)  # what halves small images first: their first maps stay large
_DROP = 0.2  # share of the samples that the last block is left out for; of others in proportion
_STEP = 8  # numbers of channels are multiples of it


def efficientnet(
    x,
    *,
    activation="swish",
    width=_STEM,
    depth=_LONGEST,
    normalization="batch",
    dropout=0.2,
    regularizer=None,
    drop_connect=None,
):
    """A stem, seven stages of inverted residual blocks and 1280 channels at the end; B0 as it stands.

    "efficientnet_b1" to "efficientnet_b7" are wider and deeper as published. "efficientnet_tiny",
    "efficientnet_mini" and "efficientnet_small" have 0.2, 0.3 and 0.7 million weights.

    Images of 128 pixels and more are halved five times as in the paper. Of smaller ones the stem and
    the second stage take steps of 1 first, then the sixth, so that the last map has no edge below 4
    pixels: 96 and 64 pixels end at 6 and 4, 32 pixels at 4.

    Source: Tan and Le 2019, EfficientNet (arXiv:1905.11946).

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of a hidden activation.
        width: channels of the stem; all others in proportion, rounded to multiples of 8.
        depth: blocks of the longest stage; of the others in proportion, rounded up.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the last channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        drop_connect: share of the samples that the last block is left out for in training, of the
            others in proportion; None takes 0.2, and 0 where nothing is dropped at the end.

    Returns:
        (batch, h, w, 40 * width) tensor.

    Example:
        >>> efficientnet(keras.Input((32, 32, 3)), width=8, depth=1).shape
        (None, 4, 4, 320)
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    halving = _halving(x.shape[1:3])
    drop = (_DROP if dropout else 0.0) if drop_connect is None else drop_connect
    x = _stem(x, _channels(_STEM, width), 2 if _STEM_PLACE in halving else 1, **style)
    blocks = blocks_of(width, depth)
    for place, (stage, kernel_size, filters, expand, strides) in enumerate(blocks):
        x = mbconv(
            x,
            filters,
            kernel_size=kernel_size,
            strides=strides if stage in halving else 1,
            expand=expand,
            drop=drop * place / len(blocks),
            **style,
        )
    x = pointwise(x, _channels(_HEAD, width), **style)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x


def blocks_of(width, depth):
    """(stage from 0, kernel size, channels, expansion, stride) of each block.

    Args:
        width: channels of the stem, before rounding.
        depth: blocks of the longest stage, before rounding up.

    Example:
        >>> blocks_of(32, 4)[:2]
        [(0, 3, 16, 1, 1), (1, 3, 24, 6, 2)]
        >>> len(blocks_of(32, 4)), len(blocks_of(64, 12.4))
        (16, 55)
    """
    return [
        (stage, kernel_size, _channels(channels, width), expand, 1 if block else strides)
        for stage, (kernel_size, count, channels, expand, strides) in enumerate(_STAGES)
        for block in range(math.ceil(count * depth / _LONGEST))
    ]


def _channels(channels, width):
    """So many channels at a stem of `width`: the nearest multiple of 8 that is not below 90 %."""
    wanted = channels * width / _STEM
    rounded = max(_STEP, int(wanted + _STEP / 2) // _STEP * _STEP)
    return rounded + (_STEP if rounded < 0.9 * wanted else 0)


def _halving(size):
    """The stages, and the stem, that halve images of this size."""
    most = len(_HALVING)
    return _HALVING[: most if None in size else halvings(*size, at_most=most)]


def _stem(x, filters, strides, *, activation, normalization, regularizer):
    kernel = {"activation": activation, "regularizer": regularizer, "use_bias": normalization == "none"}
    x = conv(x, filters, strides=strides, **kernel)
    return norm_act(x, activation=activation, normalization=normalization, epsilon=EPSILON)


_SCALES = {  # times the width and the depth of B0, and the dropout
    "b0": (1.0, 1.0, 0.2),
    "b1": (1.0, 1.1, 0.2),
    "b2": (1.1, 1.2, 0.3),
    "b3": (1.2, 1.4, 0.3),
    "b4": (1.4, 1.8, 0.4),
    "b5": (1.6, 2.2, 0.4),
    "b6": (1.8, 2.6, 0.5),
    "b7": (2.0, 3.1, 0.5),
    "tiny": (0.25, 0.35, 0.2),
    "mini": (0.35, 0.5, 0.2),
    "small": (0.5, 0.5, 0.2),
}
for _name, (_width, _depth, _dropout) in _SCALES.items():
    BACKBONES.register(f"efficientnet_{_name}", ranks=(4,), like="efficientnet_b0", small={"depth": 1})(
        functools.partial(efficientnet, width=_STEM * _width, depth=_LONGEST * _depth, dropout=_dropout)
    )
