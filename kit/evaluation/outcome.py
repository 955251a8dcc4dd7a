"""What was true and what was decided, sample by sample: all that scores, tables and figures need."""

import dataclasses
import functools

import numpy as np

from kit import codecs
from kit.errors import KitError


@dataclasses.dataclass(frozen=True)
class Outcome:
    """Truth and decisions of N samples as NumPy arrays.

    Args:
        match: the task's row of the match table; `form`, `decide` and `code` are read.
        names: the C classes, L labels or T targets.
        truth: binary and multiclass: (N, C) shares that sum to 1, hard labels as one-hot rows;
            multilabel: (N, L) zeros and ones; numeric: (N, T) in the targets' units.
        outputs: (N, units) of the network, after its activation.
        decided: what `task.decided(outputs)` gives.
        losses: (N,) the task's loss of each sample, or None.
        quantiles: the shares that a quantile loss predicts.
        threshold: the probability from which a class or label is said, one or one a label; None of numbers.
        aim: what the threshold was chosen for, as text, or None.
        calibration: the task's `Calibration`, or None.
        naive_error: forecasts: mean absolute error of the value a season ago, in the training part.
    """

    match: object
    names: tuple
    truth: np.ndarray
    outputs: np.ndarray
    decided: object
    losses: np.ndarray | None = None
    quantiles: tuple = ()
    threshold: float | tuple | None = None
    aim: str | None = None
    calibration: object = None
    naive_error: float | None = None

    is_dense = is_exclusive = False  # it says something of samples, not of pixels

    def __len__(self):
        return len(self.truth)

    @property
    def form(self):
        return self.match.form

    @property
    def is_single(self):
        """Whether each sample has exactly one class."""
        return self.form in ("binary", "multiclass")

    @functools.cached_property
    def said(self):
        """(N, C) or (N, L): 1 where the class or label was said, else 0."""
        indices = self.decided.indices
        return np.eye(len(self.names))[indices] if self.is_single else np.asarray(indices, float)

    @functools.cached_property
    def true(self):
        """(N, C) or (N, L): 1 where the class or label is right; of shares, the largest one."""
        return (
            np.eye(len(self.names))[self.truth.argmax(axis=1)] if self.is_single else self.truth.astype(float)
        )

    @property
    def probabilities(self):
        """(N, C) or (N, L), or None where the outputs are no probabilities."""
        return self.decided.probabilities

    @functools.cached_property
    def ranking(self):
        """(N, C) or (N, L): the higher, the sooner the class is said. Two classes: two columns."""
        ranking = self.decided.scores if self.probabilities is None else self.probabilities
        if self.form == "binary" and ranking.shape[1] == 1:
            ranking = np.concatenate([-ranking, ranking], axis=1)
        return ranking

    @property
    def values(self):
        """(N, T): the predicted numbers, in the targets' units."""
        return np.asarray(self.decided.values, "float64")

    @property
    def interval(self):
        """(N, T, 2): lowest and highest likely value, or None."""
        return self.decided.interval

    @property
    def sets(self):
        """(N, C): whether a class is in the label set, or None."""
        return self.decided.sets


def outcome_of(task, labels, outputs, losses=None):
    """The outcome of `outputs` for samples whose raw labels are `labels`.

    Args:
        task: Classification, MultilabelClassification, Regression or Forecasting.
        labels: N labels as the user has them.
        outputs: (N, units) of the network, after its activation.
        losses: (N,) the task's loss of each sample, or None.

    Raises:
        KitError: if there is no sample, if outputs and labels differ in number, or if an output
            is not finite.
        DataError: if a label is unknown to the task.
    """
    outputs = np.asarray(outputs)
    _check(outputs, len(labels))
    return Outcome(
        match=task.match,
        names=task.names,
        truth=_truth(task, labels),
        outputs=outputs,
        decided=task.decided(outputs),
        losses=losses,
        quantiles=tuple(getattr(task, "quantiles", ())),
        **{name: getattr(task, name, None) for name in ("threshold", "aim", "calibration")},
        naive_error=getattr(task, "naive_error", None),
    )


def _truth(task, labels):
    if task.form in ("binary", "multiclass"):
        return codecs.get("distribution").encode(labels, task.names)
    return np.asarray(task.encode(labels), "float64")


def _check(outputs, count):
    if count == 0:
        raise KitError("No samples to evaluate. Give a part that has some, such as data.test.")
    if len(outputs) != count:
        raise KitError(f"{len(outputs)} outputs for {count} labels. Give one label a sample.")
    wrong = np.flatnonzero(~np.isfinite(outputs).reshape(count, -1).all(axis=1))
    if len(wrong):
        raise KitError(
            f"Outputs of {len(wrong)} of {count} samples are not finite (first: row {wrong[0]}). "
            "Check these inputs for values that are not finite, else train again with a lower learning_rate."
        )
