"""Errors and coverage where a target has several outputs: quantiles, or a mean and a spread."""

import keras
from keras import ops

from kit.metrics import METRICS


@METRICS.register("middle_mae")
def middle_mae(quantiles=(0.1, 0.5, 0.9)):
    """Mean absolute error of the quantile nearest to one half."""
    middle = min(range(len(quantiles)), key=lambda index: abs(quantiles[index] - 0.5))
    return PickedError(len(quantiles), middle)


@METRICS.register("mean_mae")
def mean_mae():
    """Mean absolute error of the first of two outputs a target."""
    return PickedError(2, 0)


@METRICS.register("coverage")
def coverage(quantiles=(0.1, 0.5, 0.9)):
    """Share of targets between the outer two quantiles."""
    return Coverage(len(quantiles))


@keras.saving.register_keras_serializable(package="kit")
class PickedError(keras.metrics.Mean):
    """Mean absolute error of one of the outputs that each target has, in the targets' units.

    Args:
        outputs: outputs of one target.
        picked: which of them is compared, from 0.

    Example:
        >>> metric = PickedError(outputs=3, picked=1)
        >>> metric.update_state(np.array([[5.0]]), np.array([[1.0, 4.0, 9.0]]))
        >>> float(metric.result())
        1.0
    """

    def __init__(self, outputs, picked, name="mae", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.outputs, self.picked = outputs, picked

    def update_state(self, y_true, y_pred, sample_weight=None):
        level = by_target(y_pred, self.outputs)[..., self.picked]
        error = ops.abs(ops.cast(y_true, "float32") - level)
        super().update_state(ops.mean(error, axis=-1), sample_weight)

    def get_config(self):
        return {"outputs": self.outputs, "picked": self.picked, "name": self.name, "dtype": self.dtype}


@keras.saving.register_keras_serializable(package="kit")
class Coverage(keras.metrics.Mean):
    """Share of targets from the first to the last of their outputs, 0 to 1.

    Args:
        outputs: outputs of one target.

    Example:
        >>> metric = Coverage(outputs=3)
        >>> metric.update_state(np.array([[5.0], [0.0]]), np.array([[1.0, 4.0, 9.0], [1.0, 4.0, 9.0]]))
        >>> float(metric.result())
        0.5
    """

    def __init__(self, outputs, name="coverage", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.outputs = outputs

    def update_state(self, y_true, y_pred, sample_weight=None):
        levels, y_true = by_target(y_pred, self.outputs), ops.cast(y_true, "float32")
        inside = ops.logical_and(y_true >= levels[..., 0], y_true <= levels[..., -1])
        super().update_state(ops.mean(ops.cast(inside, "float32"), axis=-1), sample_weight)

    def get_config(self):
        return {"outputs": self.outputs, "name": self.name, "dtype": self.dtype}


def by_target(y_pred, outputs):
    """(N, T x K) -> (N, T, K) float32."""
    y_pred = ops.cast(y_pred, "float32")
    return ops.reshape(y_pred, (-1, y_pred.shape[-1] // outputs, outputs))
