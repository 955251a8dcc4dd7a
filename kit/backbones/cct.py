"""The compact convolutional transformer, for small images and few of them."""

import functools

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.attend import attention, weighted_mean
from kit.blocks.conv import conv, halvings
from kit.blocks.mbconv import drop_connect
from kit.blocks.normalize import normalize
from kit.blocks.positions import Positions
from kit.errors import MatchError

_HEAD = 64  # channels of each head of attention
_FIRST = 64  # channels of all convolutions but the last
_PLACES = 16  # places along the shorter edge that attention looks at, at most: their square is its cost


def cct(
    x,
    *,
    activation="gelu",
    width=256,
    depth=7,
    normalization="layer",
    dropout=0.1,
    regularizer=None,
):
    """Convolutions that halve, then `depth` blocks of attention between all places; at the end a mean.

    Convolutions, each of which halves the size, are as few as leave 16 places along the shorter edge, at
    least 1. The mean is weighted: each place says how much it counts ("sequence pooling"). "cct_7" is
    CCT-7/3x1 and "cct_2" is a smaller CCT-2 of the paper. Since the end is no map, decoders of pixels
    and boxes cannot stand on it.

    Source: Hassani et al. 2021, Escaping the Big Data Paradigm with Compact Transformers
    (arXiv:2104.05704). Blocks are normalised first and add to what came in, where the authors' code
    adds to the normalised.

    Args:
        x: (batch, H, W, C) tensor, H and W known.
        activation: name of the hidden activation in the blocks; after convolutions it is "relu".
        width: channels of each place, with one head of attention for each 64.
        depth: number of blocks.
        normalization: "layer", "batch", "group" or "none".
        dropout: share of the samples that the last block is left out for in training, of the others in
            proportion, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor.

    Raises:
        MatchError: if height or width is unknown.

    Example:
        >>> cct(keras.Input((32, 32, 3)), width=64, depth=1).shape
        (None, 64)
    """
    if None in x.shape[1:3]:
        raise MatchError(f"'cct' takes images of one size. Received: {x.shape[1:3]} (height, width).")
    count = max(1, halvings(*x.shape[1:3], at_most=9, smallest=_PLACES))
    for step in reversed(range(count)):
        x = conv(x, _FIRST if step else width, regularizer=regularizer)
        x = keras.layers.MaxPooling2D(3, strides=2, padding="same")(keras.layers.Activation("relu")(x))
    x = Positions()(x)
    style = {"normalization": normalization, "regularizer": regularizer}
    for block in range(depth):
        drop = dropout * block / max(1, depth - 1)
        x = _added(x, attention(normalize(x, normalization), _heads(width), regularizer), drop)
        x = _added(x, _each(x, _expansion(depth) * width, activation, **style), drop)
    return weighted_mean(normalize(x, normalization))


def _heads(width):
    """One for each 64 channels, fewer where they do not divide."""
    return next(heads for heads in range(max(1, width // _HEAD), 0, -1) if width % heads == 0)


def _expansion(depth):
    """Times the channels inside a block, as in the paper's table."""
    return 1 if depth < 6 else 2 if depth < 14 else 3


def _each(x, units, activation, normalization, regularizer):
    """Two fully connected layers for each place."""
    inner = keras.layers.Dense(units, kernel_regularizer=regularizer)(normalize(x, normalization))
    inner = activations.get(activation)(inner)
    return keras.layers.Dense(x.shape[-1], kernel_regularizer=regularizer)(inner)


def _added(x, branch, drop):
    return keras.layers.Add()([x, drop_connect(branch, drop)])


_SIZES = {"2": {"width": 128, "depth": 2}, "7": {"width": 256, "depth": 7}}
for _name, _settings in _SIZES.items():
    BACKBONES.register(f"cct_{_name}", ranks=(4,), like="cct_7", small={"depth": 1}, needs_kit=True)(
        functools.partial(cct, **_settings)
    )
