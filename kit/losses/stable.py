"""Logarithms of probabilities that stay exact, and keep a gradient, where the probability is small.

On TensorFlow Keras finds the logits behind a probability whose activation is the last
operation, and works on those. Elsewhere it clips probabilities to 1e-7, beyond which a
wrong sample no longer teaches anything; float32 holds probabilities down to 1e-38.
"""

import keras
from keras import ops

_SMALLEST = 1e-30


def binary(y_true, y_pred):
    """-t log p - (1 - t) log(1 - p), elementwise; both of one shape, p after a sigmoid."""
    if keras.backend.backend() == "tensorflow":
        return ops.binary_crossentropy(y_true, y_pred)
    return -(y_true * _log(y_pred) + (1 - y_true) * _log(1 - y_pred))


def categorical(y_true, y_pred):
    """-sum t log p over the last axis; both (batch, classes), p after a softmax."""
    if keras.backend.backend() == "tensorflow":
        return ops.categorical_crossentropy(y_true, y_pred)
    return -ops.sum(y_true * _log(y_pred), axis=-1)


def sparse(y_true, y_pred):
    """-log p of the true class; integers (batch,) against (batch, classes)."""
    if keras.backend.backend() == "tensorflow":
        return ops.sparse_categorical_crossentropy(y_true, y_pred)
    return categorical(one_hot(y_true, y_pred), y_pred)


def one_hot(y_true, y_pred):
    """Integers (batch,) as rows with one 1, in the type of the outputs."""
    return ops.one_hot(ops.cast(y_true, "int32"), y_pred.shape[-1], dtype=y_pred.dtype)


def _log(p):
    return ops.log(ops.maximum(p, _SMALLEST))
