"""Negative log-likelihood of a normal distribution: a value and how sure it is."""

import math

import keras
from keras import ops

from kit.losses.shapes import check
from kit.match import matches


@matches(
    "numeric",
    "gaussian",
    units="targets * 2",
    activation="gaussian",
    code="values",
    decide="gaussian",
    metrics=("mean_mae",),
    bias="gaussian",
    scale="standard",
    why="The first output is the mean, the second, kept above 0, the standard deviation around it",
)
@keras.saving.register_keras_serializable(package="kit")
class GaussianNLL(keras.losses.Loss):
    """log(sigma) + (t - mean)^2 / (2 sigma^2) + log(2 pi) / 2, the mean over the targets.

    Call arguments:
        y_true: (batch, targets).
        y_pred: (batch, targets x 2), mean and standard deviation of the first target first.

    Returns:
        (batch,), nats; below 0 where the distribution is narrow and right.

    Raises:
        ValueError: if the shapes do not fit.

    Source: Nix and Weigend 1994, Estimating the mean and variance of the target
    probability distribution.

    Example:
        >>> loss = GaussianNLL()(np.array([[0.0]]), np.array([[0.0, 1.0]]))
        >>> round(float(loss), 4)  # log(2 pi) / 2
        0.9189
    """

    def __init__(self, name="gaussian", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check(self, y_true, y_pred, (y_pred.shape[-1] // 2,))
        pairs = ops.reshape(y_pred, (-1, y_pred.shape[-1] // 2, 2))
        mean, sigma = pairs[..., 0], pairs[..., 1]
        away = (ops.cast(y_true, y_pred.dtype) - mean) / sigma
        return ops.mean(ops.log(sigma) + 0.5 * ops.square(away) + 0.5 * math.log(2 * math.pi), axis=-1)
