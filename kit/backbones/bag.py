"""Bag of words and of pairs of words: short texts are told apart by what is in them."""

import keras
from keras import ops

from kit.backbones import BACKBONES
from kit.blocks.dense import dense_block

_PAIRS = 8192  # numbers that pairs of words share
_FACTOR = 31337  # spreads pairs over them; 30,000 words times it are within 32 bits
_START = 0.05  # standard deviation of the vectors


@BACKBONES.register("bag", ranks=(1,), takes_words=True)
def bag(
    x, *, words, activation="relu", width=64, depth=0, normalization="none", dropout=0.5, regularizer=None
):
    """A vector for each word and each pair of neighbours, summed up; then layers, if any are asked for.

    Pairs share numbers by a hash. The sum is divided by the square root of the count, so that long
    texts do not shout.

    Source: Joulin et al. 2016, Bag of Tricks for Efficient Text Classification (arXiv:1607.01759).

    Args:
        x: (batch, length) int32 numbers of words, 0 where there is none.
        words: numbers that x may hold.
        activation: name of a hidden activation.
        width: numbers of each vector, and units of each layer.
        depth: fully connected layers; none is the classifier of the paper, a linear one.
        normalization: "batch", "layer" or "none", of these.
        dropout: fraction of the sum dropped in training, 0 to below 1, and half of it after each layer.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor.

    Example:
        >>> bag(keras.Input((20,), dtype="int32"), words=100).shape
        (None, 64)
    """
    first, second = x[:, :-1], x[:, 1:]
    shared = ops.mod(first * _FACTOR + second, _PAIRS) + words
    pairs = ops.where(ops.minimum(first, second) > 0, shared, ops.zeros_like(first))
    numbers = ops.concatenate([x, pairs], axis=1)
    start = keras.initializers.RandomNormal(stddev=_START)
    vectors = keras.layers.Embedding(words + _PAIRS, width, embeddings_initializer=start, name="words")(
        numbers
    )
    there = ops.expand_dims(ops.cast(numbers > 0, vectors.dtype), -1)
    count = ops.maximum(ops.sum(there, axis=1), 1.0)
    x = keras.layers.Dropout(dropout)(ops.sum(vectors * there, axis=1) / ops.sqrt(count))
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    for _ in range(depth):
        x = dense_block(x, width, dropout=dropout / 2, **style)
    return x
