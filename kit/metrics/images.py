"""Peak signal-to-noise ratio during training."""

import keras
from keras import ops

from kit.metrics import METRICS

_MOST = 100.0  # dB, of two equal images


@keras.saving.register_keras_serializable(package="kit")
class PSNR(keras.metrics.Mean):
    """Mean over images of 10 log10(scale^2 / mean squared error), at most 100 dB.

    Args:
        scale: the value of white; predictions are clipped to 0 to `scale` first.

    Call arguments of `update_state`:
        y_true, y_pred: (batch, H, W, channels), in 0 to `scale`.

    Example:
        >>> metric = PSNR(scale=255.0)
        >>> _ = metric.update_state(np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), 25.5))
        >>> round(float(metric.result()), 3)
        20.0
    """

    def __init__(self, scale=255.0, name="psnr", **kwargs):
        super().__init__(name=name, **kwargs)
        self.scale = scale

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_pred = ops.clip(ops.cast(y_pred, "float32"), 0, self.scale)
        error = ops.mean(ops.square((ops.cast(y_true, "float32") - y_pred) / self.scale), axis=(1, 2, 3))
        decibel = -10 * ops.log(ops.maximum(error, 10 ** (-_MOST / 10))) / ops.log(10.0)
        return super().update_state(decibel, sample_weight)

    def get_config(self):
        return {**super().get_config(), "scale": self.scale}


@METRICS.register("psnr")
def psnr(scale=255.0):
    """Peak signal-to-noise ratio, dB."""
    return PSNR(scale)
