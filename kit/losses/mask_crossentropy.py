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

    Args:
        class_weights: how much the pixels of each class count, above 0, or None for 1; of two
            classes the first's weight first, of labels the weight where one is carried. The mean is
            over pixels, not over weights.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities: one unit after a sigmoid is that of class 1,
            several after a softmax are those of the classes; L after a sigmoid, those of the labels.

    Returns:
        (batch,), nats, 0 or more; 0 for an image of void pixels only.

    Raises:
        ValueError: if a weight is not above 0, or the weights or the shapes do not fit.

    Source: Good 1952, Rational Decisions; for pixels: Ronneberger et al. 2015 (arXiv:1505.04597).

    Example:
        >>> mask = np.array([[[1, 255]]])
        >>> round(float(MaskCrossentropy()(mask, np.array([[[[0.5], [0.1]]]], "float32"))), 4)  # ln 2
        0.6931
    """

    def __init__(self, class_weights=None, name="crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.class_weights = masks.checked_weights(class_weights)

    def call(self, y_true, y_pred):
        target, valid = masks.planes(self, y_true, y_pred)
        if masks.is_exclusive(y_true, y_pred):
            losses = ops.expand_dims(stable.categorical(target, y_pred), -1)
        else:
            losses = stable.binary(target, y_pred)
        return masks.mean_over_pixels(masks.weighted(self, losses, y_true, target), valid)

    def get_config(self):
        return {**super().get_config(), "class_weights": self.class_weights}
