"""Focal loss of every pixel: pixels that are right already count little."""

import keras
from keras import ops

from kit.losses import masks, stable
from kit.losses.focal import _Focal
from kit.losses.masks import for_masks


@for_masks("focal", "As crossentropy; pixels that are right count (1 - p)^gamma")
@keras.saving.register_keras_serializable(package="kit")
class MaskFocal(_Focal):
    """-(1 - p)^gamma log p of what every pixel is, the mean over the pixels that are not void.

    Args:
        gamma: how little well classified pixels count, 0 (as much) or more.
        class_weights: as of `MaskCrossentropy`; `alpha` in the paper, which here is Tversky's.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities in [0, 1].

    Returns:
        (batch,), nats, 0 or more; 0 for an image of void pixels only.

    Raises:
        ValueError: if `gamma` is below 0, a weight not above 0, or the weights or shapes do not fit.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv:1708.02002).

    Example:
        >>> mask = np.ones((1, 1, 1), "uint8")
        >>> round(float(MaskFocal(gamma=2.0)(mask, np.full((1, 1, 1, 1), 0.5, "float32"))), 4)  # ln 2 / 4
        0.1733
    """

    def __init__(self, gamma=2.0, class_weights=None, name="focal", **kwargs):
        super().__init__(gamma, name=name, **kwargs)
        self.class_weights = masks.checked_weights(class_weights)

    def call(self, y_true, y_pred):
        target, valid = masks.planes(self, y_true, y_pred)
        if masks.is_exclusive(y_true, y_pred):
            losses = self.modulated(stable.categorical(target, y_pred), ops.sum(target * y_pred, axis=-1))
            losses = ops.expand_dims(losses, -1)
        else:
            losses = self.indicated(target, y_pred)
        return masks.mean_over_pixels(masks.weighted(self, losses, y_true, target), valid)

    def get_config(self):
        config = {**super().get_config(), "class_weights": self.class_weights}
        del config["alpha"], config["label_smoothing"]
        return config
