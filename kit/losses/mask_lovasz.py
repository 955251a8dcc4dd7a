"""Lovász-softmax: the IoU itself, made smooth."""

import keras
from keras import ops

from kit.losses import masks
from kit.losses.masks import for_masks


@for_masks("lovasz", "A smooth form of the IoU itself; best added to crossentropy or used to end a training")
@keras.saving.register_keras_serializable(package="kit")
class LovaszSoftmax(keras.losses.Loss):
    """The Lovász extension of 1 - IoU of each image and class, over the errors of the probabilities.

    Of classes that exclude each other those that occur in the image count; a single plane, and
    planes of labels, count always: one without any foreground scores its largest probability.
    Void pixels have no error.

    Args:
        background: whether class 0 of a class mask is background, which does not count.

    Call arguments:
        y_true: (batch, H, W) class numbers, 255 where void; or (batch, H, W, L) of 0, 1 and 255.
        y_pred: (batch, H, W, units) probabilities.

    Returns:
        (batch,), no unit, 0 to 1.

    Raises:
        ValueError: if the shapes do not fit.

    Source: Berman et al. 2018, The Lovász-Softmax loss (arXiv:1705.08790), algorithm 1.

    Example:
        >>> mask = np.array([[[1, 1, 0, 0]]])
        >>> said = np.array([[[[1.0], [0.0], [0.0], [0.0]]]], "float32")  # IoU 1 / 2
        >>> float(LovaszSoftmax()(mask, said))
        0.5
    """

    def __init__(self, background=False, name="lovasz", **kwargs):
        super().__init__(name=name, **kwargs)
        self.background = background

    def call(self, y_true, y_pred):
        target, valid = masks.planes(self, y_true, y_pred)
        valid = ops.broadcast_to(valid, ops.shape(target))
        target, said, valid = masks.foreground(y_true, y_pred, self.background, target, y_pred, valid)
        target, said, valid = (self._flat(each) for each in (target, said, valid))
        target = target * valid
        errors = ops.abs(target - said) * valid
        order = ops.argsort(-errors, axis=-1)
        losses = ops.sum(
            ops.take_along_axis(errors, order, axis=-1) * _steps(ops.take_along_axis(target, order, axis=-1)),
            axis=-1,
        )
        counts = ops.ones_like(losses)
        if masks.is_exclusive(y_true, y_pred):
            counts = ops.cast(ops.sum(target, axis=-1) > 0, losses.dtype)
        return masks.mean_over_planes(losses, counts)

    def _flat(self, array):
        """(batch, H, W, planes) -> (batch, planes, pixels)."""
        shape = ops.shape(array)
        return ops.reshape(ops.transpose(array, (0, 3, 1, 2)), (shape[0], shape[3], shape[1] * shape[2]))

    def get_config(self):
        return {**super().get_config(), "background": self.background}


def _steps(target):
    """How much 1 - IoU grows with each further wrong pixel, of targets sorted by falling error."""
    found = ops.cumsum(target, axis=-1)
    true = found[..., -1:]
    extra = ops.cumsum(1 - target, axis=-1)
    lost = 1 - (true - found) / ops.maximum(true + extra, 1.0)
    first = lost[..., :1]
    return ops.concatenate([first, lost[..., 1:] - lost[..., :-1]], axis=-1)
