"""Detection: boxes around objects, and what each of them is."""

import dataclasses
import functools

import numpy as np

from kit import anchors, codecs, decisions, match, objects
from kit.errors import KitError
from kit.tasks import TASKS, common

_STRIDES = (8, 16)  # pixels between the places that look for objects
_FINE = 12  # pixels: smaller objects need places that are 4 pixels apart
_REACH = (4, 12)  # finest strides: what is longer needs a second level, a third
_ANCHORS = 9
_MOST = 100  # boxes that are said of an image, where training images hold fewer than two thirds of it
_ROUND = 8  # targets are filled up to a multiple of so many boxes


@TASKS.register("detection")
@dataclasses.dataclass(frozen=True)
class Detection:
    """A box around each object of the `classes`, with a score.

    A label of one image is a pair (boxes_xyxy float32 (M, 4), names (M,)): corners in pixels, x to the
    right and y down, and the class of each; an image without objects has M = 0.

    Args:
        classes: names of the kinds of objects, at least one; an int n stands for 0..n-1.
        loss: a name that `kit list matches` shows for boxes.
        score: the least score, 0 to 1, of a box that is said.
        iou: the overlap, 0 to 1, from which the worse of two boxes of one class is dropped.
        most: boxes that are said of an image at most; as `fitted`, at least half as many again as one has.
        image_size: (height, width) in pixels of the images that the network sees; the builder sets it.
        strides: pixels between the places that look for objects, finest first, each twice the one
            before; None lets the sizes of the training objects decide.
        padding: boxes in the target of an image; of more the largest count. None as `fitted`.
        prior: share of each class among the training objects.
        sides: median side (root of the area) of the objects of each class in pixels, and then the
            90 % quantile of all.
        anchors: (width, height) in pixels of the boxes from which a detector with anchors measures.
        numbers: of each class in the files that were learnt from, which predictions are written with; None
            where they had none.

    Raises:
        KitError: if there is no class, if one is named twice, or if a number is out of range.

    Example:
        >>> task = kit.Detection(("cell", "nucleus"))
        >>> task.encode([(np.array([[2, 3, 9, 9]], "float32"), ["nucleus"])]).tolist()
        [[[2.0, 3.0, 9.0, 9.0, 1.0]]]
    """

    classes: tuple
    loss: str = "task_aligned"
    score: float = 0.25
    iou: float = 0.6
    most: int = _MOST
    image_size: tuple | None = None
    strides: tuple | None = None
    padding: int | None = None
    prior: tuple | None = None
    sides: tuple | None = None
    anchors: tuple | None = None
    numbers: tuple | None = dataclasses.field(default=None, compare=False)

    is_classification = False
    is_dense = False
    form = "boxes"

    def __post_init__(self):
        object.__setattr__(self, "classes", common.checked_names("classes", self.classes, at_least=1))
        for name in ("score", "iou"):
            if not 0 <= getattr(self, name) <= 1:
                raise KitError(f"{name} is a number from 0 to 1. Received: {getattr(self, name)}.")
        if self.most < 1:
            raise KitError(f"most is a number of boxes, at least 1. Received: {self.most}.")

    @property
    def names(self):
        return self.classes

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        return match.resolve(self.form, self.loss, {}, found=f"{len(self.classes)} classes")

    def fitted(self, labels):
        """This task with the shares and sizes of the training objects."""
        number = {name: index for index, name in enumerate(self.classes)}
        classes = np.array([number[name] for _, names in labels for name in names], int)
        corners = np.concatenate([objects.corners(boxes) for boxes, _ in labels])
        counts = np.bincount(classes, minlength=len(self.classes)) + 0.5
        if not len(classes):
            prior = tuple((counts / counts.sum()).tolist())
            return dataclasses.replace(self, prior=prior, padding=self.padding or _ROUND)
        sides = np.sqrt(np.prod(corners[:, 2:] - corners[:, :2], axis=1))
        medians = [np.median(sides[classes == index]) for index in np.unique(classes)]
        most = max(len(names) for _, names in labels)
        return dataclasses.replace(
            self,
            prior=tuple((counts / counts.sum()).tolist()),
            sides=(*np.round(medians, 2).tolist(), round(float(np.quantile(sides, 0.9)), 2)),
            padding=self.padding or _ROUND * -(-most // _ROUND),
            most=max(self.most, _ROUND * -(-3 * most // (2 * _ROUND))) if self.most == _MOST else self.most,
            anchors=anchors.of_classes(corners[:, 2:] - corners[:, :2], classes, _ANCHORS),
        )

    def encode(self, labels):
        """N labels -> float32 (N, padding, 5): corners in pixels and class number, -1 where there is no box.

        Raises:
            DataError: names every label with a class that is none, or with a box that is none.
        """
        return codecs.get(self.match.code).encode(self._padded(labels), self.classes)

    def decode(self, targets):
        """Targets -> list of pairs (boxes_xyxy, names); the inverse of `encode`."""
        return codecs.get(self.match.code).decode(targets, self.classes)

    def suited(self, input, fine=_FINE, levels=1):
        """This task for the size of these `Images`.

        Args:
            input: `Images` of known size.
            fine: pixels; where the objects of a class are smaller, places are 4 pixels apart.
            levels: of places, at least.

        Raises:
            KitError: if their size is open.
        """
        if None in input.size:
            raise KitError("A detector is made for one size of images. Say it: image_size=(height, width).")
        return dataclasses.replace(
            self,
            image_size=tuple(input.size),
            strides=self.strides or self._strides(fine, levels),
            anchors=self.anchors or anchors.typical(input.size),
        )

    def head(self, maps, image=None, **style):
        """Feature maps, one for each stride -> (batch, places, 4 + classes) boxes in pixels and scores."""
        from kit import activations
        from kit.decoders import heads

        raw = heads.raw(self.match.activation, maps, len(self.classes), **self._places(), **style)
        return activations.output(self.match.activation, *raw, **self._places())

    def decided(self, outputs):
        """Outputs (N, places, 4 + classes) -> the decisions as arrays (`kit.decisions.Decided`)."""
        return decisions.get(self.match.decide)(
            outputs, self.classes, threshold=self.score, overlap=self.iou, most=self.most
        )

    def decide(self, outputs):
        """Outputs (N, places, 4 + classes) -> one `Decision` an image, in pixels of the network's input."""
        return decisions.to_list(self.decided(outputs), self.classes)

    def make_loss(self):
        """A fresh Keras loss, as the row says."""
        return match.make_loss(self.match, self._places())

    def make_metrics(self):
        """Fresh Keras metrics, as the row says."""
        return match.make_metrics(self.match, {"loss": self.make_loss(), "classes": len(self.classes)})

    def describe(self):
        """One line for the log."""
        shown = ", ".join(map(str, self.classes[:6])) + (", ..." if len(self.classes) > 6 else "")
        return f"detection of {len(self.classes)} classes ({shown}), loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("detection", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    def _places(self):
        return {"size": self.image_size, "strides": self.strides, "anchors": self.anchors}

    def _strides(self, fine, least):
        if self.sides is None:
            return _STRIDES
        finest = 4 if min(self.sides[:-1]) < fine else 8
        levels = max(least, 1 + sum(self.sides[-1] > reach * finest for reach in _REACH))
        return tuple(finest * 2**level for level in range(levels))

    def _padded(self, labels):
        """Labels of `padding` boxes at most, the largest."""
        if self.padding is None:
            return labels
        return [objects.filled(boxes, names, self.padding) for boxes, names in labels]
