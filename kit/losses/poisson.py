"""Negative log-likelihood of counts."""

import keras
from keras import ops

from kit.losses.shapes import check_same
from kit.match import matches


@matches(
    "numeric",
    "poisson",
    units="targets",
    activation="exponential",
    code="counts",
    decide="value",
    metrics=("mae", "rmse"),
    bias="log_mean",
    why="A rate is above 0; a linear output would have the logarithm taken of numbers below 0",
)
@keras.saving.register_keras_serializable(package="kit")
class Poisson(keras.losses.Loss):
    """rate - t log(rate), the mean over the targets; the part that depends on the target alone is left out.

    Call arguments:
        y_true: (batch, targets), 0, 1, 2, ...
        y_pred: (batch, targets), rates above 0.

    Returns:
        (batch,), nats.

    Raises:
        ValueError: if the shapes differ.

    Source: Nelder and Wedderburn 1972, Generalized Linear Models.

    Example:
        >>> float(Poisson()(np.array([[3.0]]), np.array([[1.0]])))
        1.0
    """

    def __init__(self, name="poisson", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        return ops.mean(y_pred - y_true * ops.log(ops.maximum(y_pred, 1e-30)), axis=-1)
