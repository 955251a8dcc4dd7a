"""Small models and data of which the rules' examples are made."""

import numpy as np


def model(units=1, activation=None, loss="mse", metrics=(), shape=(4,), tail=(), hidden=8):
    """A compiled network: Dense(hidden, relu), Dense(units, activation) and the layers of `tail`.

    Example:
        >>> model(3, "softmax", "categorical_crossentropy").output_shape
        (None, 3)
    """
    import keras

    layers = [
        keras.layers.Dense(hidden, activation="relu"),
        keras.layers.Dense(units, activation, name="out"),
    ]
    return stack([keras.Input(shape), *layers, *tail], loss, metrics)


def stack(layers, loss="mse", metrics=(), optimizer="adam"):
    """A compiled sequential network of these layers."""
    import keras

    network = keras.Sequential(layers)
    network.compile(optimizer, loss, metrics=list(metrics))
    return network


def numbers(rows=64, columns=4, seed=0):
    """(rows, columns) float32, standard normal.

    Example:
        >>> numbers(3, 2).shape
        (3, 2)
    """
    return np.random.default_rng(seed).normal(size=(rows, columns)).astype("float32")


def classes(count=2, rows=64):
    """(rows,) int32, the classes in turn.

    Example:
        >>> classes(3, 5).tolist()
        [0, 1, 2, 0, 1]
    """
    return (np.arange(rows) % count).astype("int32")


def one_hot(count=3, rows=64):
    """(rows, count) float32, the classes in turn."""
    return np.eye(count, dtype="float32")[classes(count, rows)]
