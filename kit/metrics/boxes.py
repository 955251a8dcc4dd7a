"""How many objects are found, during training."""

import keras
from keras import ops

from kit import boxes as geometry
from kit.metrics import METRICS

_SAID = 100  # boxes of an image that count, those with the highest scores
_RIGHT = 0.5  # IoU from which a box is right


@keras.saving.register_keras_serializable(package="kit")
class BoxRecall(keras.metrics.Metric):
    """Share of the objects of which one of the 100 likeliest boxes has the class and an IoU of 0.5.

    Boxes that are wrong do not count: reports measure average precision, this is enough for a log.
    Sample weights do not count; before the first object the result is 0.

    Args:
        classes: number of classes; None takes all that is said after the corners for their scores.

    Call arguments of `update_state`:
        y_true: (batch, M, 5) corners in pixels and class number, -1 where there is no box.
        y_pred: (batch, places, 4 + classes) corners in pixels and probabilities.

    Example:
        >>> metric = BoxRecall()
        >>> true = np.array([[[0, 0, 4, 4, 0], [9, 9, 12, 12, 0]]], "float32")
        >>> metric.update_state(true, np.array([[[0, 0, 4, 5, 0.9]]], "float32"))
        >>> float(metric.result())
        0.5
    """

    def __init__(self, classes=None, name="recall", **kwargs):
        super().__init__(name=name, **kwargs)
        self.classes = classes
        self.found = self.add_weight(initializer="zeros", name="found")
        self.true = self.add_weight(initializer="zeros", name="true")

    def update_state(self, y_true, y_pred, sample_weight=None):
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        y_pred = y_pred if self.classes is None else y_pred[..., : 4 + self.classes]
        scores = y_pred[..., 4:]
        _, places = ops.top_k(ops.max(scores, axis=-1), min(_SAID, y_pred.shape[1]))
        said = ops.take_along_axis(y_pred, ops.expand_dims(places, -1), axis=1)
        kinds = ops.cast(ops.argmax(said[..., 4:], axis=-1), "float32")
        overlap = geometry.iou(y_true[..., :4], said[..., :4])
        right = (overlap >= _RIGHT) & (y_true[..., 4:] == ops.expand_dims(kinds, 1))
        real = ops.cast(y_true[..., 4] >= 0, "float32")
        self.found.assign_add(ops.sum(real * ops.cast(ops.any(right, axis=-1), "float32")))
        self.true.assign_add(ops.sum(real))

    def result(self):
        return self.found / ops.maximum(self.true, 1.0)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}


@keras.saving.register_keras_serializable(package="kit")
class LossPart(keras.metrics.Mean):
    """Mean of one part of a loss, as a log shows it beside the whole.

    Nothing is computed twice: what loss and parts share is one computation in a compiled program.

    Args:
        loss: a Keras loss with a method `shown(y_true, y_pred)` -> dict name -> (batch,).
        name: of the part.

    Example:
        >>> from kit.losses.boxes import TaskAligned
        >>> metric = LossPart(TaskAligned((4, 4), (4,)), "box_loss")
        >>> true, said = [[[0, 0, 4, 4, 0]]], [[[0, 0, 4, 4, 0.5]]]
        >>> metric.update_state(np.array(true, "float32"), np.array(said, "float32"))
        >>> float(metric.result())  # the box fits
        0.0
    """

    def __init__(self, loss=None, name="class_loss", **kwargs):
        super().__init__(name=name, **kwargs)
        self.loss = loss

    def update_state(self, y_true, y_pred, sample_weight=None):
        super().update_state(self.loss.shown(y_true, y_pred)[self.name])

    def get_config(self):
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("loss")), **config)


@METRICS.register("class_loss")
def class_loss(loss=None):
    """The part of the loss that says what is there."""
    return LossPart(loss, "class_loss")


@METRICS.register("box_loss")
def box_loss(loss=None):
    """The part of the loss that says where it is."""
    return LossPart(loss, "box_loss")


@METRICS.register("box_recall")
def box_recall(classes=None):
    """Share of the objects that are found."""
    return BoxRecall(classes)
