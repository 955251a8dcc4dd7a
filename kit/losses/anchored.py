"""The loss of one-stage detectors with anchors: by overlap alone, and what is easy counts little."""

import keras
from keras import ops

from kit import anchors as shapes
from kit import boxes as geometry
from kit.losses.boxes import log
from kit.losses.focal import checked_gamma
from kit.losses.sampling import assigned, split, taken
from kit.losses.two_stage import smooth
from kit.match import matches

_HIGH, _LOW = 0.5, 0.4  # IoU from which an anchor has an object, and below which it has none


@matches(
    "boxes",
    "focal",
    units="4 + classes",
    activation="anchored_boxes",
    code="boxes",
    decide="nms",
    metrics=("box_recall", "class_loss", "box_loss"),
    bias="rare",
    why="Anchors learn the objects that they overlap; what is right already counts (1 - p)^gamma",
)
@keras.saving.register_keras_serializable(package="kit")
class AnchoredFocal(keras.losses.Loss):
    """Focal loss of the scores + Smooth-L1 of the deltas, over all anchors.

    An anchor learns the object that it overlaps by 0.5 or more; each object has at least the anchors that it
    overlaps most. Below 0.4 there is none, and between the two an anchor learns nothing. Both parts are
    summed over anchors and divided by the mean number of those with an object; a batch without objects
    still learns that there is none.

    Args:
        size: (height, width) of the images, pixels.
        strides: pixels between the places of each level, finest first.
        anchors: (width, height) of each, pixels; None takes `kit.anchors.typical`.
        gamma: how little the anchors count that are right already, 0 (as much) or more.
        alpha: weight of what is an object; what is none has 1 - alpha. Above 0, below 1.

    Call arguments:
        y_true: (batch, M, 5) corners in pixels and class number, -1 where there is no box.
        y_pred: (batch, A, 4 + classes) corners in pixels and probabilities.

    Returns:
        (batch,), 0 or more.

    Raises:
        ValueError: if `gamma` or `alpha` is out of range, or the shapes do not fit.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv:1708.02002).

    Example:
        >>> loss = AnchoredFocal((4, 4), (4,), ((4, 4),))
        >>> true, said = [[[0, 0, 4, 4, 0]]], [[[0, 0, 4, 4, 1.0]]]
        >>> float(loss(np.array(true, "float32"), np.array(said, "float32")))  # nothing is wrong
        0.0
    """

    def __init__(
        self,
        size=(64, 64),
        strides=(8, 16),
        anchors=None,
        gamma=2.0,
        alpha=0.25,
        name="anchored_focal",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if not 0 < alpha < 1:
            raise ValueError(f"`alpha` is a weight above 0 and below 1. Received: {alpha}")
        self.size, self.strides = tuple(size), tuple(strides)
        self.anchors = tuple(map(tuple, anchors or shapes.typical(self.size)))
        self.gamma, self.alpha = checked_gamma(gamma), alpha
        self._corners, _ = shapes.grid(self.size, self.strides, self.anchors)

    def call(self, y_true, y_pred):
        return sum(self.shown(y_true, y_pred).values())

    def shown(self, y_true, y_pred):
        """The parts by the names that a log gives them, each (batch,): together they are the loss."""
        self._check(y_true, y_pred)
        boxes, labels = split(y_true)
        said, scores = y_pred[..., :4], y_pred[..., 4:]
        has, none, owner = assigned(boxes, labels, self._corners, high=_HIGH, low=_LOW, forced=True)
        kinds = ops.take_along_axis(ops.maximum(labels, 0), owner, axis=1)
        learns, has = (ops.cast(each, "float32")[..., None] for each in (has | none, has))
        every = self._focal(ops.one_hot(kinds, scores.shape[-1], dtype="float32") * has, scores) * learns
        corners = ops.convert_to_tensor(self._corners)
        aims, said = (ops.where(has > 0, each, corners) for each in (taken(boxes, owner), said))
        apart = smooth(geometry.encoded(aims, corners) - geometry.encoded(said, corners))
        count = ops.maximum(ops.mean(ops.sum(has, axis=(1, 2))), 1.0)
        return {"class_loss": ops.sum(every, axis=(1, 2)) / count, "box_loss": ops.sum(apart, -1) / count}

    def get_config(self):
        names = ("size", "strides", "anchors", "gamma", "alpha")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _focal(self, wanted, scores):
        """Of each score, (1 - p)^gamma times the crossentropy, where p is the probability of what is true."""
        right = wanted * scores + (1 - wanted) * (1 - scores)
        weight = wanted * self.alpha + (1 - wanted) * (1 - self.alpha)
        return -weight * (1 - ops.clip(right, 0.0, 1 - 1e-6)) ** self.gamma * log(right)

    def _check(self, y_true, y_pred):
        true, said = tuple(y_true.shape), tuple(y_pred.shape)
        fits = len(said) == 3 and said[1] == len(self._corners) and said[2] >= 5
        if len(true) != 3 or true[-1] != 5 or not fits:
            raise ValueError(
                f"{self.name}: targets of shape {true} and outputs of shape {said}; expected (batch, M, 5) "
                f"and (batch, {len(self._corners)}, 4 + classes). Encode labels with task.encode()."
            )
