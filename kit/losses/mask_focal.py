"""Focal loss of every pixel: pixels that are right already count little."""

import keras
from keras import ops

from kit.losses import masks, stable
from kit.losses.focal import checked_gamma
from kit.losses.masks import for_masks


@for_masks("focal", "As crossentropy; pixels that are right count (1 - p)^gamma")
@keras.saving.register_keras_serializable(package="kit")
class MaskFocal(keras.losses.Loss):
    """-(1 - p)^gamma log p of what every pixel is, the mean over the pixels that are not void.

    Args:
        gamma: how little well classified pixels count, 0 (as much) or more.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities.

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if `gamma` is below 0, or the shapes do not fit.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv:1708.02002).

    Example:
        >>> mask = np.ones((1, 1, 1), "uint8")
        >>> round(float(MaskFocal(gamma=2.0)(mask, np.full((1, 1, 1, 1), 0.5, "float32"))), 4)  # ln 2 / 4
        0.1733
    """

    def __init__(self, gamma=2.0, name="focal", **kwargs):
        super().__init__(name=name, **kwargs)
        self.gamma = checked_gamma(gamma)

    def call(self, y_true, y_pred):
        target, valid = masks.planes(self, y_true, y_pred)
        if y_pred.shape[-1] == 1 or len(y_true.shape) == 4:
            true = target * y_pred + (1 - target) * (1 - y_pred)
            losses = self._weighted(stable.binary(target, y_pred), true) * valid
            counts = ops.maximum(ops.sum(valid, axis=(1, 2, 3)), 1.0)
            return ops.sum(losses, axis=(1, 2, 3)) / counts
        losses = self._weighted(stable.categorical(target, y_pred), ops.sum(target * y_pred, axis=-1))
        return masks.mean_over_pixels(losses, valid[..., 0])

    def _weighted(self, losses, true):
        return losses * (1 - ops.clip(true, 0.0, 1 - 1e-6)) ** self.gamma

    def get_config(self):
        return {**super().get_config(), "gamma": self.gamma}
