"""A U-Net whose maps pass a gate before they are joined."""

import functools

import keras

from kit.blocks.conv import conv
from kit.blocks.enlarge import enlarge
from kit.decoders import DECODERS
from kit.decoders.unet import climb


@DECODERS.register("attention_unet", deep=True)
def attention_unet(
    taps, *, activation="relu", width=None, normalization="batch", dropout=0.0, regularizer=None, deep=False
):
    """A U-Net that weights each place of the backbone's maps by what the coarser features say of it.

    Source: Oktay et al. 2018, Attention U-Net (arXiv:1804.03999).

    Args:
        taps: maps from fine to coarse, each of half the size of the one before.
        activation: name of a hidden activation.
        width: as in `unet`.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of each map's channels dropped after a step, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        deep: as in `unet`.

    Returns:
        (batch, h, w, channels) tensor, of the finest map's size.

    Raises:
        MatchError: if there are fewer than two maps.
        KitError: if `width` has too few numbers.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 32)), keras.Input((2, 2, 64))]
        >>> attention_unet(maps).shape
        (None, 8, 8, 16)
    """
    gate = functools.partial(gated, regularizer=regularizer)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    return climb(taps, width, gate, deep=deep, dropout=dropout, **style)


def gated(skip, coarse, regularizer=None):
    """skip * sigmoid(conv(relu(conv(skip) + conv(coarse)))), one factor for each place.

    Args:
        skip: (batch, 2 h, 2 w, C) tensor.
        coarse: (batch, h, w, D) tensor, which says where to look.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 h, 2 w, C) tensor.
    """
    filters = max(skip.shape[-1] // 2, 1)
    relu = {"activation": "relu", "regularizer": regularizer}
    both = [conv(skip, filters, 2, strides=2, **relu), conv(coarse, filters, 1, use_bias=True, **relu)]
    found = keras.layers.Activation("relu")(keras.layers.Add()(both))
    factor = conv(found, 1, 1, activation="sigmoid", use_bias=True, regularizer=regularizer)
    factor = enlarge(keras.layers.Activation("sigmoid")(factor), 2)
    return keras.layers.Multiply()([skip, factor])
