"""Fully connected network."""

import keras

from kit.backbones import BACKBONES
from kit.blocks.dense import dense_block


@BACKBONES.register("mlp", ranks=(2, 4), regression={"dropout": 0.1})
def mlp(x, *, activation="relu", width=256, depth=3, normalization="none", dropout=0.3, regularizer=None):
    """`depth` fully connected layers of `width` units.

    Args:
        x: (batch, F) tensor; images are flattened.
        activation: name of a hidden activation.
        width: units of each layer.
        depth: number of layers.
        normalization: "batch", "layer" or "none".
        dropout: fraction dropped after each layer in training, 0 to below 1; a regressor that
            is not told otherwise takes 0.1: numbers suffer more from it than classes.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, width) tensor.

    Example:
        >>> import keras
        >>> mlp(keras.Input((13,)), width=64).shape
        (None, 64)
    """
    if len(x.shape) > 2:
        x = keras.layers.Flatten()(x)
    for _ in range(depth):
        x = dense_block(
            x,
            width,
            activation=activation,
            normalization=normalization,
            dropout=dropout,
            regularizer=regularizer,
        )
    return x
