"""The losses of one-stage detectors: what is there, where it is, and which place has to say so."""

import keras
import numpy as np
from keras import ops

from kit import boxes as geometry
from kit.losses.assign import assign
from kit.match import matches
from kit.places import grid

_SMALLEST = 1e-30


class Aligned(keras.losses.Loss):
    """What losses of places share: who learns what, crossentropy and overlap; `apart` is their own.

    Args:
        size: (height, width) of the images, pixels.
        strides: pixels between the places of each level, finest first.
        weights: of crossentropy, overlap and what `apart` says.
        more: outputs of a place beyond corners and probabilities.
    """

    def __init__(self, size, strides, weights, name, more=0, **kwargs):
        super().__init__(name=name, **kwargs)
        self.size, self.strides, self.weights = tuple(size), tuple(strides), tuple(weights)
        self.middles, self.steps = grid(self.size, self.strides)
        self._narrowest = float(self.strides[min(1, len(self.strides) - 1)])
        self._more = more

    def apart(self, said, boxes, more):
        """(batch, places): how far from its box each place is, in a measure of its own.

        Args:
            said, boxes: (batch, places, 4) corners, pixels; where nothing is learnt, any box.
            more: (batch, places, `more`) what a place says beyond corners and probabilities.
        """
        raise NotImplementedError

    def call(self, y_true, y_pred):
        return sum(self.shown(y_true, y_pred).values())

    def shown(self, y_true, y_pred):
        """The parts by the names that a log gives them, weighted: together they are the loss."""
        weighted = [w * part for w, part in zip(self.weights, self.parts(y_true, y_pred), strict=True)]
        return {"class_loss": weighted[0], "box_loss": weighted[1] + weighted[2]}

    def parts(self, y_true, y_pred):
        """(crossentropy, overlap, what `apart` says), each (batch,)."""
        self._check(y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        end = y_pred.shape[-1] - self._more
        said, scores, more = y_pred[..., :4], y_pred[..., 4:end], y_pred[..., end:]
        labels = ops.cast(y_true[..., 4], "int32")
        fixed = ops.stop_gradient(said), ops.stop_gradient(scores)
        boxes, wanted = assign(y_true[..., :4], labels, *fixed, self.middles, narrowest=self._narrowest)
        weight = ops.sum(wanted, axis=-1)
        has = weight > 0
        one = ops.convert_to_tensor(np.array([0.0, 0.0, 1.0, 1.0], "float32"))
        said, boxes = (ops.where(has[..., None], each, one) for each in (said, boxes))  # no NaN * 0
        missed = (1 - geometry.overlap(said, boxes, "ciou")) * weight
        apart = self.apart(said, boxes, more) * weight
        every = -(wanted * log(scores) + (1 - wanted) * log(1 - scores))
        mean = ops.maximum(ops.mean(ops.sum(weight, axis=-1)), 1.0)
        return ops.sum(every, axis=(1, 2)) / mean, ops.sum(missed, -1) / mean, ops.sum(apart, -1) / mean

    def get_config(self):
        own = {"size": self.size, "strides": self.strides, "weights": self.weights}
        return {**super().get_config(), **own}

    def _check(self, y_true, y_pred):
        true, said = tuple(y_true.shape), tuple(y_pred.shape)
        fits = len(said) == 3 and said[1] == len(self.steps) and said[2] >= 5 + self._more
        if len(true) != 3 or true[-1] != 5 or not fits:
            more = f" + {self._more}" if self._more else ""
            raise ValueError(
                f"{self.name}: targets of shape {true} and outputs of shape {said}; expected (batch, M, 5) "
                f"and (batch, {len(self.steps)}, 4 + classes{more}). Encode labels with task.encode()."
            )


@matches(
    "boxes",
    "task_aligned",
    units="4 + classes",
    activation="boxes",
    code="boxes",
    decide="nms",
    metrics=("box_recall", "class_loss", "box_loss"),
    bias="rare",
    why="The places that fit an object best learn it, all others learn that there is none",
)
@keras.saving.register_keras_serializable(package="kit")
class TaskAligned(Aligned):
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
        super().__init__(size, strides, weights, name, **kwargs)

    def apart(self, said, boxes, more):
        """Mean absolute error of the four corners' coordinates, in strides."""
        return ops.mean(ops.abs(said - boxes), axis=-1) / self.steps


def log(p):
    """The logarithm of probabilities, finite at 0.

    Example:
        >>> float(log(np.array(1.0, "float32")))
        0.0
    """
    return ops.log(ops.maximum(p, _SMALLEST))
