"""Classification: one of several classes for each input."""

import dataclasses
import functools

import numpy as np

from kit import calibration as calibrated
from kit import codecs, conformal, decisions, match
from kit.errors import unknown
from kit.tasks import TASKS, common

_OPTIONS = ("label_smoothing", "gamma", "threshold")
_SETS = ("lac", "aps")


@TASKS.register("classification")
@dataclasses.dataclass(frozen=True)
class Classification:
    """One of `classes` for each input.

    Args:
        classes: names as the user has them (text, integers or booleans), at least two; an
            int n stands for 0..n-1.
        loss: a name that `kit list matches` shows for binary (two classes) or multiclass targets.
        threshold: two classes: the probability, 0 to 1, from which `classes[1]` is said.
        label_smoothing: share of each target spread over all classes, 0 (none) to below 1.
        gamma: focal loss: how little well classified samples count, 0 (as much) or more.
        alpha: focal loss: weight of each class, one number a class; "balanced" for weights
            that make up for their shares; None for equal weights.
        prior: share of each class in the training part; the untrained model starts there.
        aim: two classes: what `kit.calibrate` chooses the threshold for: "f1", "recall@precision=0.9",
            "precision@recall=0.9" or "cost=1:5" (a false positive, a false negative); None leaves it.
        coverage: share of samples whose label set holds the right class, 0 (no sets) to below 1.
        sets: how label sets are made: "lac" (smallest) or "aps" (larger for hard samples).
        calibration: what `kit.calibrate` found for one network; None before.

    Raises:
        KitError: if there are fewer than two classes or one is named twice.
        MatchError: if the loss, or an option of it, does not fit these classes.

    Example:
        >>> kit.Classification(("cat", "dog")).match.activation
        'sigmoid'
        >>> kit.Classification(10).match.activation
        'softmax'
    """

    classes: tuple
    loss: str = "crossentropy"
    threshold: float = 0.5
    label_smoothing: float = 0.0
    gamma: float = 2.0
    alpha: tuple | str | None = None
    prior: tuple | None = None
    aim: str | None = None
    coverage: float = 0.9
    sets: str = "lac"
    calibration: object = None

    is_classification = True
    is_dense = False

    def __post_init__(self):
        object.__setattr__(self, "classes", common.checked_names("classes", self.classes, at_least=2))
        common.checked_coverage(self.coverage)
        if self.sets not in _SETS:
            raise unknown("kind of label sets", self.sets, _SETS)

    @property
    def form(self):
        return "binary" if len(self.classes) == 2 else "multiclass"

    @property
    def names(self):
        return self.classes

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        row = match.resolve(self.form, self.loss, self._options(), found=f"{len(self.names)} classes")
        return common.checked_aim(self.aim, row)

    def fitted(self, labels):
        """This task with the class shares of the training labels, (N,) class names or (N, C) shares."""
        targets = codecs.get("distribution").encode(labels, self.classes)
        shares = np.maximum(targets.mean(axis=0), 0.5 / max(len(targets), 1))  # never 0: log 0
        return dataclasses.replace(self, prior=tuple((shares / shares.sum()).tolist()))

    def encode(self, labels):
        """(N,) class names -> targets in the form that the loss needs.

        Raises:
            DataError: names every row whose label is not one of the classes.
        """
        return codecs.get(self.match.code).encode(labels, self.classes)

    def decode(self, targets):
        """Targets -> list of class names; the inverse of `encode`."""
        return codecs.get(self.match.code).decode(targets, self.classes)

    def head(self, features):
        """(batch, F) features -> outputs: as many units as the row says, then its activation."""
        from kit import activations

        units = match.units(self.match, {"classes": len(self.classes)})
        bias = match.initial_bias(self.match, prior=self.prior)
        return activations.output(self.match.activation, common.dense(features, units, bias))

    def decided(self, outputs):
        """Outputs (N, units) -> the decisions as arrays (`kit.decisions.Decided`)."""
        outputs = calibrated.tempered(outputs, self.match.activation, self.calibration)
        decided = decisions.get(self.match.decide)(outputs, self.classes, threshold=self.threshold)
        return conformal.with_sets(decided, self.calibration)

    def decide(self, outputs):
        """Outputs (N, units) -> one `Decision` a row."""
        return decisions.to_list(self.decided(outputs), self.classes)

    def make_loss(self):
        """A fresh Keras loss, as the row says."""
        return match.make_loss(self.match, self._options())

    def make_metrics(self):
        """Fresh Keras metrics, as the row says."""
        return match.make_metrics(self.match, {"threshold": calibrated.raw(self.threshold, self.calibration)})

    def describe(self):
        """One line for the log."""
        shown = ", ".join(map(str, self.classes[:6])) + (", ..." if len(self.classes) > 6 else "")
        return f"classification into {len(self.classes)} classes ({shown}), loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("classification", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    def _options(self):
        options = {name: getattr(self, name) for name in _OPTIONS}
        return {**options, "alpha": common.class_weights(self.alpha, self.prior)}
