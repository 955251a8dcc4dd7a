"""The wrapper that lets a loss see standardised values while outputs stay in the user's units."""

import keras
from keras import ops

from kit.losses.shapes import check


@keras.saving.register_keras_serializable(package="kit")
class Scaled(keras.losses.Loss):
    """Divides targets and outputs by `scale`, then asks another loss.

    So a loss of about 1 means an error of about one standard deviation whatever the unit,
    and step sizes that suit one data set suit another. Differences need no offset taken
    off: (t - m) / s - (y - m) / s = t / s - y / s.

    Args:
        loss: the loss that compares.
        scale: one number above 0 for each target.

    Call arguments:
        y_true: (batch, targets), in the user's units.
        y_pred: (batch, targets x outputs of one target), in the same units.

    Returns:
        What `loss` returns.

    Raises:
        ValueError: if a scale is not above 0.

    Example:
        >>> from kit.losses.numeric import MeanAbsoluteError
        >>> float(Scaled(MeanAbsoluteError(), (100.0,))(np.array([[300.0]]), np.array([[500.0]])))
        2.0
    """

    def __init__(self, loss, scale, name=None, **kwargs):
        super().__init__(name=name or loss.name, **kwargs)
        self.loss, self.scale = loss, tuple(float(number) for number in scale)
        if not all(0 < number < float("inf") for number in self.scale):
            raise ValueError(f"`scale` is one number above 0 for each target. Received: {scale}")

    def call(self, y_true, y_pred):
        check(self, y_true, y_pred, (len(self.scale),))
        scale = ops.convert_to_tensor(self.scale, dtype=y_pred.dtype)
        each = ops.repeat(scale, max(1, y_pred.shape[-1] // len(self.scale)))
        return self.loss.call(ops.cast(y_true, y_pred.dtype) / scale, y_pred / each)

    def get_config(self):
        inner = keras.saving.serialize_keras_object(self.loss)
        return {**super().get_config(), "loss": inner, "scale": self.scale}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("loss")), **config)
