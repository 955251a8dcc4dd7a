"""Convolution blocks for images."""

import keras

from kit import activations
from kit.blocks.normalize import normalize


def conv(x, filters, kernel_size=3, *, strides=1, activation="relu", regularizer=None, use_bias=False):
    """A 2D convolution, "same" padding, with the kernel start that fits the activation after it.

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        kernel_size: height and width of the kernel, pixels.
        strides: step in both directions, pixels.
        activation: name of the hidden activation that follows.
        regularizer: a Keras regularizer of the kernel, or None.
        use_bias: whether to add a bias; a normalisation right after would undo it.

    Returns:
        (batch, ceil(H / strides), ceil(W / strides), filters) tensor.
    """
    return keras.layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=use_bias,
        kernel_initializer=activations.initializer(activation),
        kernel_regularizer=regularizer,
    )(x)


def norm_act(x, *, activation="relu", normalization="batch", epsilon=1e-5):
    """Normalises, then activates."""
    return activations.get(activation)(normalize(x, normalization, epsilon=epsilon))


def halve(x):
    """Half the height and width by the largest of each 2 x 2 pixels."""
    return keras.layers.MaxPooling2D(2, padding="same")(x)


def halvings(height, width, at_most, smallest=4):
    """How often a map can be halved before an edge is shorter than `smallest` pixels.

    Example:
        >>> halvings(28, 28, at_most=4), halvings(8, 8, at_most=4), halvings(3, 3, at_most=4)
        (2, 1, 0)
    """
    edge, count = min(height, width), 0
    while count < at_most and edge // 2 >= smallest:
        edge, count = edge // 2, count + 1
    return count
