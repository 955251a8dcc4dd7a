"""The loss of two-stage detectors: where an object may be, and then what it is and where exactly."""

import math

import keras
from keras import ops

from kit import anchors as shapes
from kit import boxes as geometry
from kit.losses.sampling import assigned, sampled, split, taken
from kit.match import matches
from kit.regions import DELTAS

_FIRST = {"most": 128, "total": 256}  # anchors of an image that learn
_SECOND = {"most": 16, "total": 64}  # regions of an image that learn
_BEND = 1 / 9  # deltas: where Smooth-L1 turns from a square into a line
_LEAST = 0.01  # probability: what is said surely and wrongly costs no more than an object that is missed
_UNIT = (0.0, 0.0, 1.0, 1.0)  # a box that stands for none: nothing that is computed of it is not finite


@matches(
    "boxes",
    "two_stage",
    units="4 + classes",
    activation="regions",
    code="boxes",
    decide="nms",
    metrics=("box_recall", "class_loss", "box_loss"),
    bias="zero",
    why="Anchors learn where objects may be, and what stands out is looked at again to name it",
)
@keras.saving.register_keras_serializable(package="kit")
class TwoStage(keras.losses.Loss):
    """Crossentropy + Smooth-L1 of the deltas, of drawn anchors and of drawn regions.

    A model in training, `kit.losses.stages.TwoStageModel`, asks for the parts: of a batch, each is divided
    by the number of anchors or regions that were drawn. Called with what a model says in the end, it is, for
    each object of an image, the mean of crossentropy and Smooth-L1 of its regions, or 4.6 (of a probability
    of 0.01, the least that counts) if it has none, and the crossentropy of all regions without an object.

    Args:
        size: (height, width) of the images, pixels.
        strides: pixels between the places of each level, finest first.
        anchors: (width, height) of each, pixels; None takes `kit.anchors.typical`.

    Call arguments:
        y_true: (batch, M, 5) corners in pixels and class number, -1 where there is no box.
        y_pred: (batch, R, 4 + classes) corners in pixels and probabilities, all 0 where there is no region.

    Returns:
        (batch,), 0 or more.

    Raises:
        ValueError: if the shapes do not fit.

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497); Girshick 2015 (arXiv:1504.08083) for Smooth-L1.

    Example:
        >>> loss = TwoStage((8, 8), (4,))
        >>> true, said = [[[0, 0, 4, 4, 0]]], [[[0, 0, 4, 4, 1.0]]]
        >>> float(loss(np.array(true, "float32"), np.array(said, "float32")))  # nothing is wrong
        0.0
    """

    def __init__(self, size=(64, 64), strides=(8, 16), anchors=None, name="two_stage", **kwargs):
        super().__init__(name=name, **kwargs)
        self.size, self.strides = tuple(size), tuple(strides)
        self.anchors = tuple(map(tuple, anchors or shapes.typical(self.size)))
        self._corners, _ = shapes.grid(self.size, self.strides, self.anchors)

    def first(self, y_true, rows, seed):
        """(crossentropy, Smooth-L1) of drawn anchors, two numbers.

        Args:
            y_true: (batch, M, 5).
            rows: (batch, A, 5) logit that there is an object, and the deltas of its box.
            seed: of the draw, as `keras.random.uniform` takes it.
        """
        boxes, labels = split(y_true)
        has, none, owner = assigned(boxes, labels, self._corners, high=0.7, low=0.3, forced=True)
        keys = keras.random.uniform(ops.shape(has), seed=seed)
        has, none = (ops.cast(each, "float32") for each in sampled(has, none, keys, **_FIRST))
        count = ops.maximum(ops.sum(has) + ops.sum(none), 1.0)
        every = ops.softplus(rows[..., 0]) - rows[..., 0] * has
        aims = ops.where(has[..., None] > 0, taken(boxes, owner), self._corners)
        apart = smooth(geometry.encoded(aims, ops.convert_to_tensor(self._corners)) - rows[..., 1:])
        return ops.sum(every * (has + none)) / count, ops.sum(apart * has) / count

    def drawn(self, y_true, regions, seed):
        """Regions that learn: (corners (batch, S, 4), label (batch, S), corners of its object (batch, S, 4)).

        A label is the class number, -1 for background, and -2 where no region is left to draw.

        Args:
            y_true: (batch, M, 5); the objects are drawn from, too.
            regions: (batch, R, 5) corners and probability, 0 where there is none.
            seed: of the draw.
        """
        boxes, labels = split(y_true)
        every = ops.concatenate([regions[..., :4], geometry.clipped(boxes, self.size)], axis=1)
        is_one = ops.concatenate([regions[..., 4] > 0, labels >= 0], axis=1)
        has, none, owner = assigned(boxes, labels, every, high=0.5, low=0.5)
        keys = keras.random.uniform(ops.shape(has), seed=seed)
        has, none = sampled(has & is_one, none & is_one, keys, **_SECOND)
        rank = 2.0 * ops.cast(has, "float32") + ops.cast(none, "float32")
        rank, where = ops.top_k(rank, min(_SECOND["total"], rank.shape[1]))
        owner = ops.take_along_axis(owner, where, axis=1)
        kinds = ops.take_along_axis(labels, owner, axis=1)
        kinds = ops.where(rank > 1, kinds, ops.where(rank > 0, -1, -2))
        return tuple(map(ops.stop_gradient, (taken(every, where), kinds, taken(boxes, owner))))

    def second(self, raw, regions, kinds, boxes):
        """(crossentropy, Smooth-L1) of drawn regions, two numbers.

        Args:
            raw: (batch, S, 4 + classes + 1) deltas, and logits of which the last says background.
            regions, kinds, boxes: what `drawn` gave.
        """
        last = raw.shape[-1] - 5
        real, has = (ops.cast(each, "float32") for each in (kinds >= -1, kinds >= 0))
        count = ops.maximum(ops.sum(real), 1.0)
        wanted = ops.one_hot(ops.where(kinds >= 0, kinds, last), last + 1)
        every = -ops.sum(wanted * ops.log_softmax(raw[..., 4:], axis=-1), axis=-1)
        unit = ops.convert_to_tensor(_UNIT)
        aims, regions = (ops.where(has[..., None] > 0, each, unit) for each in (boxes, regions))
        apart = smooth(geometry.encoded(aims, regions, DELTAS) - raw[..., :4])
        return ops.sum(every * real) / count, ops.sum(apart * has) / count

    def in_training(self, network, metrics):
        """The model that trains this network; see `kit.losses.stages.in_training`."""
        from kit.losses.stages import in_training

        return in_training(network, metrics)

    def call(self, y_true, y_pred):
        return sum(self.shown(y_true, y_pred).values())

    def shown(self, y_true, y_pred):
        """The parts by the names that a log gives them, each (batch,): together they are the loss."""
        self._check(y_true, y_pred)
        boxes, labels = split(y_true)
        said, scores = y_pred[..., :4], y_pred[..., 4:]
        real = ops.sum(scores, axis=-1) > 0
        has, _, owner = assigned(boxes, labels, ops.stop_gradient(said), high=0.5, low=0.5)
        has = has & real
        kinds = ops.take_along_axis(ops.maximum(labels, 0), owner, axis=1)
        named = _cost(ops.sum(scores * ops.one_hot(kinds, scores.shape[-1]), axis=-1))
        unit = ops.convert_to_tensor(_UNIT)
        aims, said = (ops.where(has[..., None], each, unit) for each in (taken(boxes, owner), said))
        apart = smooth(geometry.encoded(aims, said, DELTAS))
        alarms = ops.where(real & ~has, _cost(1 - ops.sum(scores, axis=-1)), 0.0)
        kinds = _of_objects(named, owner, has, labels, -math.log(_LEAST))
        count = ops.maximum(ops.sum(ops.cast(labels >= 0, named.dtype), axis=-1), 1.0)
        named = (ops.sum(kinds, axis=-1) + ops.sum(alarms, axis=-1)) / count
        return {
            "class_loss": named,
            "box_loss": ops.sum(_of_objects(apart, owner, has, labels, 0.0), axis=-1) / count,
        }

    def get_config(self):
        own = {"size": self.size, "strides": self.strides, "anchors": self.anchors}
        return {**super().get_config(), **own}

    def _check(self, y_true, y_pred):
        true, said = tuple(y_true.shape), tuple(y_pred.shape)
        if len(true) != 3 or true[-1] != 5 or len(said) != 3 or said[2] < 5:
            raise ValueError(
                f"{self.name}: targets of shape {true} and outputs of shape {said}; expected (batch, M, 5) "
                "and (batch, R, 4 + classes). Encode labels with task.encode()."
            )


def smooth(deltas):
    """Smooth-L1 of four deltas, summed: a square up to 1 / 9, and a line of slope 1 from there on.

    Example:
        >>> float(smooth(np.array([1.0, 0.0, 0.0, 0.0], "float32")))
        0.9444444179534912
    """
    far = ops.abs(deltas)
    return ops.sum(ops.where(far < _BEND, far**2 / (2 * _BEND), far - _BEND / 2), axis=-1)


def _cost(probability):
    return -ops.log(ops.clip(probability, _LEAST, 1.0))


def _of_objects(cost, owner, has, labels, missed):
    """(batch, M): the mean cost of the regions of each object, or `missed` where no region has it."""
    owned = ops.one_hot(owner, labels.shape[1]) * ops.cast(has, cost.dtype)[..., None]
    count = ops.sum(owned, axis=1)
    mean = ops.sum(owned * cost[..., None], axis=1) / ops.maximum(count, 1.0)
    return ops.where(labels >= 0, ops.where(count > 0, mean, missed), 0.0)
