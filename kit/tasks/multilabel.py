"""Multi-label classification: any number of labels for each input."""

import dataclasses
import functools

import numpy as np

from kit import calibration as calibrated
from kit import codecs, decisions, match
from kit.tasks import TASKS, common

_OPTIONS = ("label_smoothing", "gamma", "threshold")


@TASKS.register("multilabel")
@dataclasses.dataclass(frozen=True)
class MultilabelClassification:
    """Any number of `labels`, also none, for each input.

    Args:
        labels: names as the user has them, at least one; an int n stands for 0..n-1.
        loss: a name that `kit list matches` shows for multilabel targets.
        threshold: the probability, 0 to 1, from which a label is said; one for all labels,
            or one a label.
        label_smoothing: how far targets are drawn to 0.5, 0 (not at all) to below 1.
        gamma: focal loss: how little well classified samples count, 0 or more.
        alpha: focal loss: weight of each label where it is carried, one number a label;
            "balanced" for weights that make up for their shares; None for equal weights.
        prior: share of samples that carry each label in the training part.
        aim: what `kit.calibrate` chooses the threshold of each label for: "f1", "recall@precision=0.9",
            "precision@recall=0.9" or "cost=1:5" (a false positive, a false negative); None leaves it.
        calibration: what `kit.calibrate` found for one network; None before.

    Raises:
        KitError: if there is no label or one is named twice.
        MatchError: if the loss, or an option of it, does not fit.

    Example:
        >>> task = kit.MultilabelClassification(("cat", "dog"))
        >>> task.encode([["dog"], [], ["cat", "dog"]]).tolist()
        [[0.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    """

    labels: tuple
    loss: str = "crossentropy"
    threshold: float | tuple = 0.5
    label_smoothing: float = 0.0
    gamma: float = 2.0
    alpha: tuple | str | None = None
    prior: tuple | None = None
    aim: str | None = None
    calibration: object = None

    is_classification = True
    is_dense = False
    form = "multilabel"

    def __post_init__(self):
        object.__setattr__(self, "labels", common.checked_names("labels", self.labels, at_least=1))

    @property
    def names(self):
        return self.labels

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        row = match.resolve(self.form, self.loss, self._options(), found=f"{len(self.names)} labels")
        return common.checked_aim(self.aim, row)

    def fitted(self, labels):
        """This task with the share of samples that carry each label."""
        targets = self.encode(labels)
        edge = 0.5 / max(len(targets), 1)  # never 0 or 1: their logits are infinite
        return dataclasses.replace(self, prior=tuple(np.clip(targets.mean(axis=0), edge, 1 - edge).tolist()))

    def encode(self, labels):
        """A list of names a sample, or a 0/1 matrix (N, L) -> float32 (N, L).

        Raises:
            DataError: names every row that holds an unknown label.
        """
        return codecs.get(self.match.code).encode(labels, self.labels)

    def decode(self, targets):
        """Targets -> the list of names of each sample; the inverse of `encode`."""
        return codecs.get(self.match.code).decode(targets, self.labels)

    def head(self, features):
        """(batch, F) features -> one probability a label."""
        from kit import activations

        units = match.units(self.match, {"labels": len(self.labels)})
        bias = match.initial_bias(self.match, prior=self.prior)
        return activations.output(self.match.activation, common.dense(features, units, bias))

    def decided(self, outputs):
        """Outputs (N, L) -> the decisions as arrays (`kit.decisions.Decided`)."""
        outputs = calibrated.tempered(outputs, self.match.activation, self.calibration)
        return decisions.get(self.match.decide)(outputs, self.labels, threshold=self.threshold)

    def decide(self, outputs):
        """Outputs (N, L) -> one `Decision` a row."""
        return decisions.to_list(self.decided(outputs), self.labels)

    def make_loss(self):
        """A fresh Keras loss, as the row says."""
        return match.make_loss(self.match, self._options())

    def make_metrics(self):
        """Fresh Keras metrics, as the row says."""
        if np.ndim(self.threshold):  # Keras' accuracy has one for all labels
            return match.make_metrics(self.match)
        return match.make_metrics(self.match, {"threshold": calibrated.raw(self.threshold, self.calibration)})

    def describe(self):
        """One line for the log."""
        return f"any of {len(self.labels)} labels ({', '.join(map(str, self.labels[:6]))}), loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("multilabel", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    def _options(self):
        options = {name: getattr(self, name) for name in _OPTIONS}
        return {**options, "alpha": common.class_weights(self.alpha, self.prior)}
