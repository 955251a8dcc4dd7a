"""The wrapper that measures the mean of members, where a model in training says what each of them says."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class OfMean(keras.metrics.Metric):
    """Another metric, of the mean of the members' outputs: what the model will say.

    Args:
        metric: a Keras metric.

    Call arguments:
        y_true: (batch, ...).
        y_pred: (batch x members, units), the members of a sample one after the other, or (batch, units).

    Example:
        >>> metric = OfMean(keras.metrics.MeanAbsoluteError(name="mae"))
        >>> metric.update_state(np.array([[3.0]]), np.array([[1.0], [5.0]]))
        >>> metric.name, float(metric.result())
        ('mae', 0.0)
    """

    def __init__(self, metric, name=None, **kwargs):
        super().__init__(name=name or metric.name, **kwargs)
        self.metric = metric

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.convert_to_tensor(y_pred)
        rows = ops.reshape(y_pred, (ops.shape(y_true)[0], -1, y_pred.shape[-1]))
        self.metric.update_state(y_true, ops.mean(rows, axis=1), sample_weight)

    def reset_state(self):
        self.metric.reset_state()

    def result(self):
        return self.metric.result()

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.metric)
        return {**super().get_config(), "metric": inner}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("metric")), **config)
