"""Embeddings of numbers: several features for each, in which a network sees more than its size.

A fully connected layer bends slowly in one number; pieces and waves let it tell nearby numbers apart.

Source: Gorishniy et al. 2022, On Embeddings for Numerical Features in Tabular Deep Learning
(arXiv:2203.05556).
"""

import keras
import numpy as np
from keras import ops


def piecewise(x, edges, size=16):
    """Of each number how far it is through each of its bins, and a linear layer of its own of that.

    A second linear layer, of the number itself, goes past all bins and stands alone at first: the bins'
    factors start at 0.

    Source: as above, section 3.1, in the form "B" of the authors' package rtdl_num_embeddings 0.0.12.

    Args:
        x: (batch, F) tensor.
        edges: (F, T + 1) rising numbers, the edges of each number's bins; two that are equal are no bin.
        size: features of each number.

    Returns:
        (batch, F, size) tensor.

    Example:
        >>> piecewise(keras.Input((2,)), [[0, 1, 2], [0, 5, 5]], size=4).shape
        (None, 2, 4)
    """
    edges = np.asarray(edges, "float64")
    count, bins = edges.shape[0], edges.shape[1] - 1
    width = np.diff(edges, axis=1)
    scale = np.divide(1.0, width, out=np.zeros_like(width), where=width > 1e-6)
    offset = -edges[:, :-1] * scale
    scaled = keras.layers.Rescaling(scale.T.tolist(), offset.T.tolist(), dtype="float32")
    through = ops.clip(scaled(keras.layers.RepeatVector(bins)(x)), 0.0, 1.0)
    bent = keras.layers.EinsumDense("btf,tfs->bfs", (count, size), kernel_initializer="zeros")(through)
    return keras.layers.Add()([_linear(x, size, size**-0.5), bent])


def periodic(x, size=4, waves=16, spread=0.1):
    """Of each number a linear layer of waves whose length and phase are learnt, and the number itself.

    Source: Holzmüller et al. 2024, Better by Default (arXiv:2407.04491): "PBLD", with its sizes.

    Args:
        x: (batch, F) tensor.
        size: features of each number, the number itself included.
        waves: cosines of each number.
        spread: standard deviation of the waves' numbers in a unit of x at the start.

    Returns:
        (batch, F, size) tensor.

    Example:
        >>> periodic(keras.Input((2,))).shape
        (None, 2, 4)
    """
    count = x.shape[1]
    phase = keras.initializers.RandomUniform(-np.pi, np.pi)
    start = keras.initializers.RandomNormal(stddev=2 * np.pi * spread)
    turned = keras.layers.EinsumDense(
        "bf,fw->bfw", (count, waves), bias_axes="fw", kernel_initializer=start, bias_initializer=phase
    )(x)
    each = keras.initializers.RandomUniform(-(waves**-0.5), waves**-0.5)
    mixed = keras.layers.EinsumDense(
        "bfw,fws->bfs", (count, size - 1), bias_axes="fs", kernel_initializer=each, bias_initializer=each
    )(ops.cos(turned))
    return keras.layers.Concatenate()([ops.expand_dims(x, -1), mixed])


def embedded(x, count, embed):
    """The features of a table, of which the first `count` numbers are embedded by `embed`.

    Args:
        x: (batch, N) tensor, `count` numbers first.
        count: how many they are.
        embed: function (batch, count) -> (batch, count, size).

    Returns:
        (batch, count x size + N - count) tensor.

    Example:
        >>> embedded(keras.Input((5,)), 2, periodic).shape
        (None, 11)
    """
    if not count:
        return x
    features = keras.layers.Flatten()(embed(x[:, :count] if count < x.shape[1] else x))
    return keras.layers.Concatenate()([features, x[:, count:]]) if count < x.shape[1] else features


def _linear(x, size, bound):
    start = keras.initializers.RandomUniform(-bound, bound)
    return keras.layers.EinsumDense(
        "bf,fs->bfs", (x.shape[1], size), bias_axes="fs", kernel_initializer=start, bias_initializer=start
    )(x)
