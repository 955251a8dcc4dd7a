"""Accuracy of decisions that are neither a threshold at one half nor the largest output."""

import keras
from keras import ops

from kit.metrics import METRICS


@METRICS.register("sign_accuracy")
@keras.saving.register_keras_serializable(package="kit")
class SignAccuracy(keras.metrics.Mean):
    """Share of outputs (N, 1) on the same side of 0 as their targets, -1 or +1.

    Keras' "accuracy" compares -1 and +1 with a threshold of 0.5 and so never counts a right -1.

    Example:
        >>> metric = SignAccuracy()
        >>> metric.update_state(np.array([[-1.0], [1.0]]), np.array([[-0.2], [-0.2]]))
        >>> float(metric.result())
        0.5
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = ops.equal(ops.convert_to_tensor(y_true) > 0, ops.convert_to_tensor(y_pred) > 0)
        super().update_state(ops.mean(ops.cast(right, "float32"), axis=-1), sample_weight)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


@METRICS.register("rank_accuracy")
@keras.saving.register_keras_serializable(package="kit")
class RankAccuracy(keras.metrics.Mean):
    """Share of samples whose class is met; cumulative outputs and targets (N, C-1).

    Example:
        >>> metric = RankAccuracy()
        >>> metric.update_state(np.array([[1.0, 0.0]]), np.array([[0.9, 0.4]]))
        >>> float(metric.result())
        1.0
    """

    def __init__(self, name="accuracy", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        right = ops.equal(rank(y_true), rank(y_pred))
        super().update_state(ops.cast(right, "float32"), sample_weight)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


@METRICS.register("rank_error")
@keras.saving.register_keras_serializable(package="kit")
class RankError(keras.metrics.Mean):
    """Mean number of classes between decision and truth; cumulative outputs and targets (N, C-1).

    Example:
        >>> metric = RankError()
        >>> metric.update_state(np.array([[1.0, 1.0]]), np.array([[0.4, 0.1]]))
        >>> float(metric.result())
        2.0
    """

    def __init__(self, name="rank_mae", dtype=None):
        super().__init__(name=name, dtype=dtype)

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(ops.abs(rank(y_true) - rank(y_pred)), sample_weight)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def rank(cumulative):
    """How many steps (N, C-1) are taken: the class, float32 (N,)."""
    return ops.sum(ops.cast(ops.convert_to_tensor(cumulative) > 0.5, "float32"), axis=-1)
