"""Blocks for series and words: convolutions over steps, and what is made of many steps.

A mask is a bool tensor (batch, steps), true where a series has a step; None where all are of one
length. What stands after the end of a series changes nothing that these blocks give.
"""

import keras
from keras import ops

from kit import activations
from kit.blocks.normalize import normalize

_START = 0.05  # standard deviation of the vectors of words
_LONGEST = 10_000.0  # the longest wave of the positions, in units of the shortest


def embedded(x, words, width):
    """Numbers of words as vectors, which are learnt.

    Args:
        x: (batch, steps) int32 numbers of words.
        words: numbers that x may hold.
        width: numbers of each vector.

    Returns:
        (batch, steps, width) tensor.
    """
    start = keras.initializers.RandomNormal(stddev=_START)
    return keras.layers.Embedding(words, width, embeddings_initializer=start, name="words")(x)


def hidden(x, mask):
    """x with zeros after the end of each series, as "same" padding has them."""
    if mask is None:
        return x
    return x * ops.expand_dims(ops.cast(mask, x.dtype), -1)


def conv_norm_act(
    x,
    filters,
    kernel_size,
    *,
    mask=None,
    causal=None,
    activation="relu",
    normalization="batch",
    regularizer=None,
):
    """A 1D convolution that does not see past the end, normalisation, activation.

    Args:
        x: (batch, steps, channels) tensor.
        filters: channels of the result.
        kernel_size: width of the kernel, steps.
        mask: where a series has steps, or None.
        causal: steps between the taps of a kernel that sees no later step; None for a plain one, which
            sees as many later steps as earlier ones.
        activation: name of a hidden activation; "linear" for none.
        normalization: "batch", "layer", "group" or "none".
        regularizer: a Keras regularizer of the kernel, or None.

    Returns:
        (batch, steps, filters) tensor.
    """
    x = keras.layers.Conv1D(
        filters,
        kernel_size,
        dilation_rate=causal or 1,
        padding="causal" if causal else "same",
        use_bias=normalization == "none",
        kernel_initializer=activations.initializer(activation),
        kernel_regularizer=regularizer,
    )(hidden(x, mask))
    x = normalize(x, normalization, mask=mask)
    return x if activation == "linear" else activations.get(activation)(x)


def mean_over(x, mask=None):
    """The mean of each channel over all steps: (batch, steps, channels) -> (batch, channels)."""
    masked = {} if mask is None else {"mask": mask}
    return keras.layers.GlobalAveragePooling1D(name="pooled")(x, **masked)


def last_of(x, mask=None):
    """The channels at the last step of each series: (batch, steps, channels) -> (batch, channels)."""
    if mask is None:
        return x[:, -1]
    there = ops.cast(mask, x.dtype)
    step = ops.cumsum(there, axis=1)
    is_last = there * ops.cast(step >= ops.max(step, axis=1, keepdims=True), x.dtype)
    return ops.sum(x * ops.expand_dims(is_last, -1), axis=1)


def waves(x):
    """Where each step is, as sines and cosines of rising length: (batch, steps, width) in the shape of x.

    They are computed, not learnt, so that series longer than those of training have positions, too.

    Source: Vaswani et al. 2017, Attention Is All You Need (arXiv:1706.03762).
    """
    width = x.shape[-1]
    pairs = -(-width // 2)
    rates = [_LONGEST ** (-pair / max(1, pairs)) for pair in range(pairs)]
    step = ops.cumsum(ops.ones_like(x[:, :, :1]), axis=1)
    phase = keras.layers.Concatenate(dtype="float32")([step * rate for rate in rates])
    both = ops.concatenate([ops.sin(phase), ops.cos(phase)], axis=-1)
    return ops.cast(both[:, :, :width], x.dtype)
