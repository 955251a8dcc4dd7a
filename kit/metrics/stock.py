"""Keras' own metrics, each for the one kind of output and target that it is right for."""

import keras
from keras import ops

from kit.metrics import METRICS


@keras.saving.register_keras_serializable(package="kit")
class BinaryAccuracy(keras.metrics.BinaryAccuracy):
    """Keras' own, which also takes targets between 0 and 1: of a mixed image the label that counts more.

    Example:
        >>> metric = BinaryAccuracy()
        >>> _ = metric.update_state(np.array([[0.7], [0.3]]), np.array([[0.9], [0.9]]))
        >>> float(metric.result())
        0.5
    """

    def update_state(self, y_true, y_pred, sample_weight=None):
        heavier = ops.cast(ops.convert_to_tensor(y_true) > 0.5, "float32")
        return super().update_state(heavier, y_pred, sample_weight)


@keras.saving.register_keras_serializable(package="kit")
class SparseCategoricalAccuracy(keras.metrics.SparseCategoricalAccuracy):
    """Keras' own, which also takes rows of shares: of a mixed image the label that counts more.

    Example:
        >>> metric = SparseCategoricalAccuracy()
        >>> _ = metric.update_state(np.array([[0.3, 0.7]]), np.array([[0.1, 0.9]]))
        >>> float(metric.result())
        1.0
    """

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true = ops.convert_to_tensor(y_true)
        if len(y_true.shape) == 2 and y_true.shape[1] == y_pred.shape[-1]:
            y_true = ops.argmax(y_true, axis=-1)
        return super().update_state(y_true, y_pred, sample_weight)


@METRICS.register("binary_accuracy")
def binary_accuracy(threshold=0.5):
    """Share of right decisions; probabilities against 0/1, also for several labels."""
    return BinaryAccuracy(threshold=threshold, name="accuracy")


@METRICS.register("sparse_accuracy")
def sparse_accuracy():
    """Share of right decisions; outputs (N, C) against integers (N,)."""
    return SparseCategoricalAccuracy(name="accuracy")


@METRICS.register("one_hot_accuracy")
def one_hot_accuracy():
    """Share of right decisions; outputs (N, C) against rows (N, C)."""
    return keras.metrics.CategoricalAccuracy(name="accuracy")


@METRICS.register("mae")
def mae():
    """Mean absolute error in the targets' units."""
    return keras.metrics.MeanAbsoluteError(name="mae")


@METRICS.register("rmse")
def rmse():
    """Root of the mean squared error in the targets' units."""
    return keras.metrics.RootMeanSquaredError(name="rmse")
