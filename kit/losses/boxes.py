"""The loss of one-stage detectors: what is there, where it is, and which place has to say so."""

import keras
import numpy as np
from keras import ops

from kit import boxes as geometry
from kit.losses.assign import assign
from kit.match import matches
from kit.places import grid

_SMALLEST = 1e-30


@matches(
    "boxes",
    "task_aligned",
    units="4 + classes",
    activation="boxes",
    code="boxes",
    decide="nms",
    metrics=("box_recall",),
    bias="rare",
    why="The places that fit an object best learn it, all others learn that there is none",
)
@keras.saving.register_keras_serializable(package="kit")
class TaskAligned(keras.losses.Loss):
    """Crossentropy of the scores + 1 - CIoU and absolute error of the boxes, over assigned places.

    Each part is summed over the places of a batch and divided by the sum of the scores that they should
    say, so that it depends neither on the number of places nor on how many have no object. A batch
    without objects still learns that there is none.

    Args:
        size: (height, width) of the images, pixels.
        strides: pixels between the places of each level, finest first.
        weights: of crossentropy, overlap and distance.

    Call arguments:
        y_true: (batch, M, 5) corners in pixels and class number, -1 where there is no box.
        y_pred: (batch, places, 4 + classes) corners in pixels and probabilities.

    Returns:
        (batch,), 0 or more.

    Raises:
        ValueError: if the shapes do not fit.

    Source: Feng et al. 2021, TOOD (arXiv:2108.07755); Zheng et al. 2020 (arXiv:1911.08287) for CIoU.

    Example:
        >>> loss = TaskAligned((4, 4), (4,))
        >>> true, said = [[[0, 0, 4, 4, 0]]], [[[0, 0, 4, 4, 1.0]]]
        >>> float(loss(np.array(true, "float32"), np.array(said, "float32")))  # nothing is wrong
        0.0
    """

    def __init__(
        self, size=(64, 64), strides=(8, 16), weights=(2.0, 7.5, 0.5), name="task_aligned", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        self.size, self.strides, self.weights = tuple(size), tuple(strides), tuple(weights)
        self._middles, self._steps = grid(self.size, self.strides)
        self._narrowest = float(self.strides[min(1, len(self.strides) - 1)])

    def call(self, y_true, y_pred):
        parts = self.parts(y_true, y_pred)
        return sum(weight * part for weight, part in zip(self.weights, parts, strict=True))

    def parts(self, y_true, y_pred):
        """(crossentropy, overlap, distance), each (batch,)."""
        self._check(y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        said, scores = y_pred[..., :4], y_pred[..., 4:]
        labels = ops.cast(y_true[..., 4], "int32")
        fixed = ops.stop_gradient(said), ops.stop_gradient(scores)
        boxes, wanted = assign(y_true[..., :4], labels, *fixed, self._middles, narrowest=self._narrowest)
        weight = ops.sum(wanted, axis=-1)
        has = weight > 0
        one = ops.convert_to_tensor(np.array([0.0, 0.0, 1.0, 1.0], "float32"))
        said, boxes = (ops.where(has[..., None], each, one) for each in (said, boxes))  # no NaN * 0
        apart = (1 - geometry.overlap(said, boxes, "ciou")) * weight
        distance = ops.mean(ops.abs(said - boxes), axis=-1) / self._steps * weight
        every = -(wanted * _log(scores) + (1 - wanted) * _log(1 - scores))
        mean = ops.maximum(ops.mean(ops.sum(weight, axis=-1)), 1.0)
        return ops.sum(every, axis=(1, 2)) / mean, ops.sum(apart, -1) / mean, ops.sum(distance, -1) / mean

    def get_config(self):
        own = {"size": self.size, "strides": self.strides, "weights": self.weights}
        return {**super().get_config(), **own}

    def _check(self, y_true, y_pred):
        true, said = tuple(y_true.shape), tuple(y_pred.shape)
        if len(true) != 3 or true[-1] != 5 or len(said) != 3 or said[1] != len(self._steps) or said[2] < 5:
            raise ValueError(
                f"{self.name}: targets of shape {true} and outputs of shape {said}; expected (batch, M, 5) "
                f"and (batch, {len(self._steps)}, 4 + classes). Encode labels with task.encode()."
            )


def _log(p):
    return ops.log(ops.maximum(p, _SMALLEST))
