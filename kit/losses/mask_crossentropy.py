"""Cross-entropy of every pixel; void pixels do not count."""

import keras
from keras import ops

from kit.losses import masks, stable
from kit.losses.masks import for_masks

_WHY = "The likelihood of every pixel's class; class numbers, so that void pixels can be told and left out"


@for_masks("crossentropy", _WHY)
@keras.saving.register_keras_serializable(package="kit")
class MaskCrossentropy(keras.losses.Loss):
    """-log p of what every pixel is, the mean over the pixels of an image that are not void.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities: one unit after a sigmoid is that of class 1,
            several after a softmax are those of the classes; L after a sigmoid, those of the labels.

    Returns:
        (batch,), nats, 0 or more; 0 for an image of void pixels only.

    Raises:
        ValueError: if the shapes do not fit.

    Example:
        >>> mask = np.array([[[1, 255]]])
        >>> round(float(MaskCrossentropy()(mask, np.array([[[[0.5], [0.1]]]], "float32"))), 4)  # ln 2
        0.6931
    """

    def __init__(self, name="crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        target, valid = masks.planes(self, y_true, y_pred)
        if len(y_true.shape) == 4:
            losses = ops.sum(stable.binary(target, y_pred) * valid, axis=(1, 2, 3))
            return losses / ops.maximum(ops.sum(valid, axis=(1, 2, 3)), 1.0)
        if y_pred.shape[-1] == 1:
            return masks.mean_over_pixels(stable.binary(target, y_pred)[..., 0], valid[..., 0])
        return masks.mean_over_pixels(stable.categorical(target, y_pred), valid[..., 0])
