"""Segmentation: a class, or several labels, for every pixel."""

import dataclasses
import functools
import numbers

import numpy as np

from kit import codecs, decisions, match
from kit.errors import DataError, Fault, KitError
from kit.maps import VOID
from kit.tasks import TASKS, common

_OPTIONS = ("gamma", "alpha", "beta", "background", "threshold")
_BACKGROUNDS = ("0", "background", "bg", "none", "other", "rest", "unlabeled", "unlabelled")
_RARE = 0.1  # of the commonest class' pixels: with fewer, a class is not learnt without weights
_VALUES = 256  # that a mask of 8 bits can hold


@TASKS.register("segmentation")
@dataclasses.dataclass(frozen=True)
class Segmentation:
    """One of `classes` for every pixel, or any number of them where they overlap.

    Args:
        classes: the name of each value 0, 1, ... of the masks, at least two (overlapping: one); an
            int n stands for 0..n-1. The name at `void` is dropped.
        overlapping: whether a pixel may have several labels; masks are (height, width, labels) then.
        void: the value in the masks of pixels that are of no class: they count neither in the loss
            nor in a metric. None where every pixel has a class.
        loss: a name that `kit list matches` shows for masks, or several joined by "+".
        threshold: two classes or overlapping ones: the probability, 0 to 1, from which a pixel
            is of the class; one for all labels, or one a label. With overlap in the loss, outputs
            are no shares, and 0.5 means little: `kit.calibrate` chooses it where it is left.
        gamma: focal losses: how little well classified pixels count.
        alpha: tversky losses: how much a pixel too many counts, 0 to 1.
        beta: tversky losses: how much a pixel too few counts, 0 to 1.
        background: whether the first class is what is left over, which overlap losses and `dice` do
            not count; None: if it is called 0, background or the like.
        balance: whether the pixels of rare classes count more in crossentropy and focal, each by
            1 / sqrt(share of its class) and 1 in the mean; needs `prior`. None: where there are more
            than two classes that exclude each other, and one has less than a tenth of the commonest.
        values: value in the masks of each class; None for 0, 1, ...
        prior: share of the pixels of each class in the training part.
        aim: what `kit.calibrate` chooses the threshold for: "mean_iou", "f1" (dice), "cost=1:1" (most
            pixels right), "recall@precision=0.9" or the like; None: "mean_iou" if it is at 0.5.
        calibration: what `kit.calibrate` found for one network; None before.
        turned: whether patches were turned to all sides in training.
        offset: (down, right) in pixels: how far masks lie beside what they show, which such patches kept.

    Raises:
        KitError: if there are too few classes, or one is named twice, or `void` is no value.
        MatchError: if the loss does not fit.

    Example:
        >>> kit.Segmentation(("background", "cell")).match.activation
        'sigmoid'
        >>> kit.Segmentation(12, void=11).classes
        (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
    """

    classes: tuple
    overlapping: bool = False
    void: int | None = None
    loss: str = "crossentropy+dice"
    threshold: float | tuple = 0.5
    gamma: float | None = None
    alpha: float | None = None
    beta: float | None = None
    background: bool | None = None
    balance: bool | None = None
    values: tuple | None = None
    prior: tuple | None = None
    aim: str | None = None
    calibration: object = None
    turned: bool = False
    offset: tuple = (0.0, 0.0)

    is_classification = False
    is_dense = True

    def __post_init__(self):
        least = 1 if self.overlapping else 2
        named = common.checked_names("classes", self.classes, at_least=least)
        values = tuple(range(len(named))) if self.values is None else tuple(self.values)
        if self.void is not None and not _is_value(self.void):
            raise KitError(f"void is a value of the masks, 0 to {_VALUES - 1}. Received: {self.void}.")
        kept = [pair for pair in zip(named, values, strict=True) if pair[1] != self.void]
        if len(kept) > _VALUES - 1 or len(kept) < least:
            raise KitError(f"{len(kept)} classes. Masks hold {least} to {_VALUES - 1}.")
        if not all(map(_is_value, values)) or len(set(values)) < len(values):
            raise KitError(f"values are different ones, 0 to {_VALUES - 1}, one a class. Received: {values}.")
        self._check_threshold(len(kept))
        object.__setattr__(self, "classes", tuple(name for name, _ in kept))
        object.__setattr__(self, "values", tuple(int(value) for _, value in kept))
        if self.prior is not None and len(self.prior) != len(kept):
            object.__setattr__(self, "prior", None)  # of other classes

    def _check_threshold(self, labels):
        limits = self.threshold if isinstance(self.threshold, list | tuple) else (self.threshold,)
        are_numbers = all(isinstance(limit, numbers.Real) for limit in limits)
        counts = (1, labels) if self.overlapping else (1,)
        if not are_numbers or len(limits) not in counts or not all(0 <= limit <= 1 for limit in limits):
            more = ", or one for each label" if self.overlapping else ""
            raise KitError(f"threshold is a probability, 0 to 1{more}. Received: {self.threshold!r}.")

    @property
    def form(self):
        if self.overlapping:
            return "multilabel mask"
        return "binary mask" if len(self.classes) == 2 else "multiclass mask"

    @property
    def names(self):
        return self.classes

    @property
    def has_background(self):
        """Whether the first class is what is left over: by its name, or as 0 that most pixels are."""
        if self.background is not None:
            return self.background
        if self.overlapping:
            return False
        name = str(self.classes[0]).strip().lower()
        return name in _BACKGROUNDS and (name != "0" or self.prior is None or self.prior[0] > 0.5)

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        found = f"{len(self.names)} classes"
        given = {name: getattr(self, name) for name in _OPTIONS if name != "background"}
        return common.checked_aim(self.aim, match.resolve(self.form, self.loss, given, found=found))

    @property
    def usual_aim(self):
        """What the threshold is chosen for where neither it nor an aim was given."""
        return "mean_iou" if self.threshold == 0.5 else None

    def fitted(self, labels):
        """This task with the share of each class among the pixels of the training masks."""
        if self.overlapping:
            masks = [np.asarray(mask) for mask in self.encode(labels)]
            sums = sum((mask == 1).sum(axis=(0, 1)) for mask in masks)
            shares = sums / np.maximum(sum((mask != VOID).sum(axis=(0, 1)) for mask in masks), 1)
            edge = 1e-4
            return dataclasses.replace(self, prior=tuple(np.clip(shares, edge, 1 - edge).tolist()))
        counts = sum(np.bincount(mask.ravel(), minlength=_VALUES) for mask in self.encode(labels))
        counts = np.maximum(counts[: len(self.classes)], 0.5)  # never 0: log 0
        return dataclasses.replace(self, prior=tuple((counts / counts.sum()).tolist()))

    def encode(self, labels):
        """N masks with the values that the user has -> class numbers, 255 where a pixel is void.

        Returns:
            uint8 (N, height, width), overlapping (N, height, width, labels); an object array (N,)
            of such maps where their sizes differ.

        Raises:
            DataError: names every mask with a value that is neither a class nor void.
        """
        if self.overlapping:
            return codecs.get(self.match.code).encode(labels, self.classes)
        number = np.full(_VALUES, -1, "int16")
        number[list(self.values)] = range(len(self.values))
        if self.void is not None:
            number[self.void] = VOID
        coded = [number[_bytes(mask)] for mask in labels]
        faults = [
            self._unknown(row, labels[row])
            for row, mask in enumerate(coded)
            if mask.size and (mask.min() < 0 or not _are_bytes(labels[row]))
        ]
        if faults:
            raise DataError(faults)
        return codecs.get(self.match.code).encode(coded, self.classes)

    def void_of(self, given):
        """The value of the masks that is meant by a value, or by the name of a class.

        Masks of numbers far apart, or of colours, are renumbered, and their classes named after these.

        Raises:
            KitError: if it is neither.

        Example:
            >>> kit.Segmentation((0, 50, 100, 200)).void_of(200), kit.Segmentation(12).void_of(11)
            (3, 11)
        """
        if given is None:
            return None
        if given in self.classes and given is not True:
            return self.values[self.classes.index(given)]
        if _is_value(given):
            return given
        known = ", ".join(map(str, self.classes))
        raise KitError(
            f"void is a value of the masks, 0 to {_VALUES - 1}, or one of {known}. Received: {given!r}."
        )

    @property
    def numbers(self):
        """What stands in masks for each class: the number that is its name, or its value.

        Example:
            >>> kit.Segmentation((0, 50, 100)).numbers, kit.Segmentation(("void", "a", "b"), void=0).numbers
            ((0, 50, 100), (1, 2))
        """
        named = [name for name in self.classes if isinstance(name, int) and 0 <= name < VOID + 1]
        return tuple(named) if len(named) == len(self.classes) else self.values

    def decode(self, targets):
        """Class numbers -> masks with the values that the user has; the inverse of `encode`."""
        if self.overlapping:
            return list(targets)
        value = np.zeros(_VALUES, "uint8")
        value[: len(self.values)] = self.values
        value[VOID] = VOID if self.void is None else self.void
        return [value[target] for target in targets]

    def suited(self, input):
        """This task for these `Images`: it takes any."""
        return self

    def head(self, features, image=None):
        """(batch, height, width, F) features -> outputs for every pixel, after the row's activation."""
        from kit import activations

        units = match.units(self.match, {"classes": len(self.classes)})
        bias = match.initial_bias(self.match, prior=self.prior)
        return activations.output(self.match.activation, common.convolution(features, units, bias=bias))

    def decided(self, outputs):
        """Outputs (N, height, width, units) -> the decisions as arrays (`kit.decisions.Decided`)."""
        return decisions.get(self.match.decide)(outputs, self.classes, threshold=self.threshold)

    def decide(self, outputs):
        """Outputs (N, height, width, units) -> one `Decision` an image: its mask and class shares."""
        return decisions.to_list(self.decided(outputs), self.classes)

    def make_loss(self):
        """A fresh Keras loss, as the row says."""
        given = {name: getattr(self, name) for name in _OPTIONS}
        given = {name: value for name, value in given.items() if value is not None}
        background = self.has_background and (self.prior is None or self.prior[0] > 0.5)
        return match.make_loss(
            self.match, {**given, "background": background, "class_weights": self._weights}
        )

    def make_metrics(self):
        """Fresh Keras metrics, as the row says."""
        return match.make_metrics(self.match, {"num_classes": len(self.classes), "threshold": self.threshold})

    def describe(self):
        """One line for the log."""
        shown = ", ".join(map(str, self.classes[:6])) + (", ..." if len(self.classes) > 6 else "")
        void = "" if self.void is None else f", void {self.void}"
        what = "labels that may overlap" if self.overlapping else "classes"
        return f"segmentation into {len(self.classes)} {what} ({shown}){void}, loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("segmentation", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    @property
    def _weights(self):
        """How much a pixel of each class counts, or None for 1."""
        if self.prior is None or not (self._is_unequal if self.balance is None else self.balance):
            return None
        shares = np.asarray(self.prior, "float64")
        rarity = 1 / np.sqrt(shares)
        return tuple((rarity / np.sum(rarity * shares / shares.sum())).tolist())

    @property
    def _is_unequal(self):
        is_choice = self.form == "multiclass mask"
        return is_choice and _RARE * max(self.prior) > min(self.prior)

    def _unknown(self, row, mask):
        found = sorted(set(np.unique(mask).tolist()) - {*self.values, self.void})
        shown = ", ".join(map(str, found[:10]))
        known = ", ".join(map(str, self.values[:12])) + (", ..." if len(self.values) > 12 else "")
        cure = f"Add a class for it, or say that it is none: void={found[0]}."
        return Fault(f"mask {row}", f"the values {shown}", f"classes {known}", cure)


def _is_value(number):
    """Whether this is a number that a mask of 8 bits can hold."""
    return isinstance(number, numbers.Integral) and not isinstance(number, bool) and 0 <= number < _VALUES


def _bytes(mask):
    return np.asarray(mask).astype("uint8", copy=False)


def _are_bytes(mask):
    """Whether a mask holds whole numbers from 0 to 255 alone."""
    mask = np.asarray(mask)
    return mask.dtype == np.uint8 or bool((_bytes(mask) == mask).all())
