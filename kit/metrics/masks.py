"""Intersection over union of masks during training, from one confusion matrix over the data set."""

import keras
from keras import ops

from kit.maps import VOID
from kit.metrics import METRICS


@keras.saving.register_keras_serializable(package="kit")
class MaskIoU(keras.metrics.Metric):
    """Mean over the classes that are said or true of found / (said or true), void pixels left out.

    The counts are float32, which every backend can add up in a compiled step; beyond 16 million
    pixels each sum is rounded by less than a ten-millionth, enough for a log. Reports count in
    whole numbers. Sample weights do not count; before the first pixel the result is 0.

    Args:
        num_classes: C, at least 2.
        threshold: one unit: the probability from which a pixel is of class 1.

    Call arguments of `update_state`:
        y_true: (batch, H, W) class numbers, 255 where void.
        y_pred: (batch, H, W, 1), C = 2, or (batch, H, W, C) probabilities.

    Raises:
        ValueError: if there are fewer than 2 classes, or outputs for another number of them.

    Example:
        >>> metric = MaskIoU(num_classes=2)
        >>> metric.update_state(np.array([[[1, 0, 255]]]), np.array([[[[0.9], [0.8], [0.1]]]]))
        >>> float(metric.result())  # class 0: 0 of 1; class 1: 1 of 2
        0.25
    """

    def __init__(self, num_classes, threshold=0.5, name="mean_iou", **kwargs):
        super().__init__(name=name, **kwargs)
        if num_classes < 2:
            raise ValueError(f"`num_classes` is at least 2. Received: {num_classes}")
        self.num_classes, self.threshold = num_classes, threshold
        self.counts = self.add_weight(shape=(num_classes**2,), initializer="zeros", name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        _check_units(self, y_pred, (1, 2) if self.num_classes == 2 else (self.num_classes,))
        true = ops.cast(y_true, "int32")
        if y_pred.shape[-1] == 1:
            said = ops.cast(y_pred[..., 0] >= self.threshold, "int32")
        else:
            said = ops.cast(ops.argmax(y_pred, axis=-1), "int32")
        pairs = ops.where(true == VOID, self.num_classes**2, true * self.num_classes + said)
        pairs = ops.reshape(pairs, (-1,))  # segment_sum: bincount does not compile on JAX
        counts = ops.segment_sum(ops.ones_like(pairs, "float32"), pairs, self.num_classes**2 + 1)
        self.counts.assign_add(counts[: self.num_classes**2])

    def result(self):
        counts = ops.reshape(self.counts, (self.num_classes, self.num_classes))
        return _mean_iou(ops.diagonal(counts), ops.sum(counts, axis=0), ops.sum(counts, axis=1))

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes, "threshold": self.threshold}


@keras.saving.register_keras_serializable(package="kit")
class LabelMasksIoU(keras.metrics.Metric):
    """Mean over labels that may overlap of found / (said or true), void pixels left out.

    Labels that are neither said nor true do not count. Counts and weights as of `MaskIoU`.

    Args:
        num_classes: L, the number of labels.
        threshold: the probability from which a pixel has a label; one for all, or one a label.

    Call arguments of `update_state`:
        y_true: (batch, H, W, L) of 0, 1 and 255 where void.
        y_pred: (batch, H, W, L) probabilities.

    Raises:
        ValueError: if there are outputs for another number of labels.

    Example:
        >>> metric = LabelMasksIoU(num_classes=1)
        >>> metric.update_state(np.array([[[[1], [0]]]]), np.array([[[[0.9], [0.8]]]]))
        >>> float(metric.result())
        0.5
    """

    def __init__(self, num_classes, threshold=0.5, name="mean_iou", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_classes, self.threshold = num_classes, threshold
        self.counts = self.add_weight(shape=(3, num_classes), initializer="zeros", name="counts")

    def update_state(self, y_true, y_pred, sample_weight=None):
        _check_units(self, y_pred, (self.num_classes,))
        number = ops.cast(y_true, "int32")
        valid = ops.cast(number != VOID, "float32")
        true = ops.cast(number == 1, "float32")
        said = ops.cast(y_pred >= ops.convert_to_tensor(self.threshold, y_pred.dtype), "float32") * valid
        sums = [ops.sum(each, axis=(0, 1, 2)) for each in (true * said, said, true)]
        self.counts.assign_add(ops.stack(sums))

    def result(self):
        return _mean_iou(self.counts[0], self.counts[1], self.counts[2])

    def get_config(self):
        return {**super().get_config(), "num_classes": self.num_classes, "threshold": self.threshold}


def _check_units(metric, y_pred, expected):
    if len(y_pred.shape) != 4 or y_pred.shape[-1] not in expected:
        raise ValueError(
            f"{metric.name}: expected outputs (batch, height, width, {' or '.join(map(str, expected))}) "
            f"for {metric.num_classes} classes. Received: {tuple(y_pred.shape)}"
        )


def _mean_iou(found, said, true):
    either = said + true - found
    occurs = ops.cast(either > 0, "float32")
    return ops.sum(occurs * found / ops.maximum(either, 1.0)) / ops.maximum(ops.sum(occurs), 1.0)


@METRICS.register("mask_iou")
def mask_iou(num_classes=2, threshold=0.5):
    """Mean IoU of masks of one class a pixel."""
    return MaskIoU(num_classes, threshold)


@METRICS.register("masks_iou")
def masks_iou(num_classes=1, threshold=0.5):
    """Mean IoU of masks of labels that may overlap."""
    return LabelMasksIoU(num_classes, threshold)
