"""A fully connected block."""

import keras

from kit import activations
from kit.blocks.normalize import normalize


def dense_block(x, units, *, activation="relu", normalization="none", dropout=0.0, regularizer=None):
    """Dense, normalisation, activation, dropout.

    Args:
        x: (batch, F) tensor.
        units: features of the result.
        activation: name of a hidden activation.
        normalization: "batch", "layer" or "none".
        dropout: fraction of the result dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernel, or None.

    Returns:
        (batch, units) tensor.
    """
    x = keras.layers.Dense(
        units,
        use_bias=normalization == "none",
        kernel_initializer=activations.initializer(activation),
        kernel_regularizer=regularizer,
    )(x)
    x = activations.get(activation)(normalize(x, normalization))
    return keras.layers.Dropout(dropout)(x) if dropout else x
