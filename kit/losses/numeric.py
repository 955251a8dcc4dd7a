"""Losses of one number against another: squared, absolute, and two between them."""

import math

import keras
from keras import ops

from kit.losses.shapes import check_same
from kit.match import matches

_ROW = {
    "units": "targets",
    "activation": "linear",
    "code": "values",
    "decide": "value",
    "metrics": ("mae", "rmse"),
    "bias": "zero",
    "scale": "standard",
}


@matches("numeric", "mse", **_ROW, why="The mean of what may come; large errors count most")
@keras.saving.register_keras_serializable(package="kit")
class MeanSquaredError(keras.losses.Loss):
    """(t - y) squared, the mean over the targets of a sample.

    Call arguments:
        y_true: (batch, targets).
        y_pred: (batch, targets).

    Returns:
        (batch,), the targets' unit squared, 0 or more.

    Raises:
        ValueError: if the shapes differ.

    Source: Legendre 1805; Gauss 1809.

    Example:
        >>> float(MeanSquaredError()(np.array([[1.0]]), np.array([[3.0]])))
        4.0
    """

    mixes = ("mixup",)  # right but for share (1 - share) (a - b)^2, which no output changes

    def __init__(self, name="mse", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return ops.mean(ops.square(error(self, y_true, y_pred)), axis=-1)


@matches("numeric", "mae", **_ROW, why="The median of what may come; outliers count no more than others")
@keras.saving.register_keras_serializable(package="kit")
class MeanAbsoluteError(keras.losses.Loss):
    """|t - y|, the mean over the targets of a sample.

    Call arguments and errors: as `MeanSquaredError`.

    Returns:
        (batch,), the targets' unit, 0 or more.

    Source: Boscovich 1757; Laplace 1774.

    Example:
        >>> float(MeanAbsoluteError()(np.array([[1.0]]), np.array([[3.0]])))
        2.0
    """

    def __init__(self, name="mae", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return ops.mean(ops.abs(error(self, y_true, y_pred)), axis=-1)


@matches("numeric", "huber", **_ROW, why="Squared up to delta standard deviations, absolute beyond")
@keras.saving.register_keras_serializable(package="kit")
class Huber(keras.losses.Loss):
    """e^2 / 2 up to |e| = delta, then delta (|e| - delta / 2).

    Args:
        delta: the error from which it counts linearly, above 0; in standard deviations of
            the targets where the loss is built by a task.

    Call arguments and errors: as `MeanSquaredError`; ValueError also if delta is not above 0.

    Returns:
        (batch,), 0 or more.

    Source: Huber 1964, Robust Estimation of a Location Parameter.

    Example:
        >>> float(Huber(delta=1.0)(np.array([[0.0]]), np.array([[3.0]])))
        2.5
    """

    def __init__(self, delta=1.0, name="huber", **kwargs):
        super().__init__(name=name, **kwargs)
        if delta <= 0:
            raise ValueError(f"`delta` is an error above 0. Received: {delta}")
        self.delta = delta

    def call(self, y_true, y_pred):
        size = ops.abs(error(self, y_true, y_pred))
        linear = self.delta * (size - 0.5 * self.delta)
        return ops.mean(ops.where(size <= self.delta, 0.5 * ops.square(size), linear), axis=-1)

    def get_config(self):
        return {**super().get_config(), "delta": self.delta}


@matches("numeric", "log_cosh", **_ROW, why="As huber, but smooth everywhere")
@keras.saving.register_keras_serializable(package="kit")
class LogCosh(keras.losses.Loss):
    """log cosh(t - y): about e^2 / 2 for small errors, |e| - log 2 for large ones.

    Call arguments and errors: as `MeanSquaredError`.

    Returns:
        (batch,), 0 or more.

    Source: Green 1990, Bayesian reconstructions from emission tomography data.

    Example:
        >>> round(float(LogCosh()(np.array([[0.0]]), np.array([[100.0]]))), 3)  # 100 - ln 2
        99.307
    """

    def __init__(self, name="log_cosh", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        size = ops.abs(error(self, y_true, y_pred))
        return ops.mean(size + ops.softplus(-2 * size) - math.log(2), axis=-1)


@matches(
    "numeric",
    "positive",
    **{**_ROW, "activation": "softplus", "code": "positive", "bias": "one", "scale": "mean"},
    why="Softplus keeps the output above 0, where the targets are",
)
def positive():
    """Squared error of targets above 0, in units of their mean.

    Example:
        >>> positive().name
        'positive'
    """
    return MeanSquaredError(name="positive")


@matches(
    "numeric",
    "bounded",
    **{**_ROW, "activation": "sigmoid", "code": "bounded", "bias": "bounded", "scale": "range"},
    why="A sigmoid spread over the bounds can reach every possible target and nothing beyond",
)
def bounded(bounds=(0.0, 1.0)):
    """Squared error of targets within bounds, in units of the width of the bounds.

    Args:
        bounds: (lowest, highest) possible target.

    Example:
        >>> bounded((0, 100)).name
        'bounded'
    """
    return MeanSquaredError(name="bounded")


def error(loss, y_true, y_pred):
    """y_pred - y_true, of equal shapes, in the type of the outputs."""
    check_same(loss, y_true, y_pred)
    return y_pred - ops.cast(y_true, y_pred.dtype)
