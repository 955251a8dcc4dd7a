"""Aims: what the threshold of a class is chosen for, and the choice. NumPy only.

An aim is text: "f1"; "recall@precision=0.9", the highest recall with a precision of at least 0.9;
"precision@recall=0.9", the other way round; or "cost=1:5", what a false positive and a false
negative cost.
"""

import dataclasses
import re

import numpy as np

from kit.errors import KitError

KNOWN = ("f1", "recall@precision=P", "precision@recall=R", "cost=FP:FN")
_NUMBER = r"(\d+\.?\d*|\.\d+)"
_FORMS = {
    "f1": re.compile("f1"),
    "recall": re.compile(rf"recall@precision>?={_NUMBER}"),
    "precision": re.compile(rf"precision@recall>?={_NUMBER}"),
    "cost": re.compile(rf"cost={_NUMBER}:{_NUMBER}"),
}


@dataclasses.dataclass(frozen=True)
class Aim:
    """An aim that was read from its text.

    Args:
        best: what is to be high: "f1", "recall" or "precision"; or "cost", which is to be low.
        limit: least precision, or least recall, 0 to 1; None where there is none.
        costs: of a false positive and of a false negative, in one unit; None where there are none.
    """

    best: str
    limit: float | None = None
    costs: tuple | None = None

    @property
    def bound(self):
        """What the limit is of: "precision", "recall" or None."""
        return {"recall": "precision", "precision": "recall"}.get(self.best)


@dataclasses.dataclass(frozen=True)
class Choice:
    """A threshold, and what it gave on the samples that it was chosen on.

    Args:
        threshold: from which probability on the class is said, 0 to 1.
        numbers: "f1", "precision", "recall" and "cost" (of a sample, where the aim has costs) by name.
        is_met: whether the limit of the aim was kept.
    """

    threshold: float
    numbers: dict
    is_met: bool = True


def parse(text):
    """The `Aim` that a text means.

    Raises:
        KitError: if it means none; shows those that there are.

    Example:
        >>> parse("recall@precision=0.9")
        Aim(best='recall', limit=0.9, costs=None)
        >>> parse("cost=1:5").costs
        (1.0, 5.0)
    """
    for best, form in _FORMS.items():
        found = form.fullmatch(str(text).replace(" ", ""))
        if found:
            numbers = tuple(map(float, found.groups()))
            aim = Aim(best, None, numbers) if best == "cost" else Aim(best, *numbers)
            return _checked(aim, text)
    raise KitError(f"Unknown aim {text!r}. An aim is one of: {', '.join(KNOWN)}.")


def chosen(aim, probabilities, true):
    """The threshold that serves an aim best on some samples.

    Candidates lie in the middle between neighbouring probabilities. Of equally good ones the
    nearest to 0.5 is taken. A limit that none keeps is kept as nearly as can be.

    Args:
        aim: an `Aim`.
        probabilities: (N,) of the class, 0 to 1.
        true: (N,) whether the sample is of it; at least one is.

    Returns:
        A `Choice`.

    Example:
        >>> chosen(Aim("f1"), np.array([0.1, 0.2, 0.4, 0.9]), np.array([False, False, True, True]))
        Choice(threshold=0.3..., numbers={'f1': 1.0, 'precision': 1.0, 'recall': 1.0}, is_met=True)
    """
    thresholds, hits, slips = _cuts(np.asarray(probabilities, "float64"), np.asarray(true, bool))
    numbers = _numbers(aim, hits, slips, int(np.sum(true)), len(true))
    quality = -numbers["cost"] if aim.best == "cost" else numbers[aim.best]
    met = np.ones(len(quality), bool)
    if aim.bound:
        met = numbers[aim.bound] >= aim.limit
        quality = np.where(met, 1 + quality, numbers[aim.bound])
    best = np.lexsort([-np.abs(thresholds - 0.5), quality.round(12)])[-1]
    shown = {name: float(values[best]) for name, values in numbers.items()}
    return Choice(float(thresholds[best]), shown, bool(met[best]))


def at(aim, probabilities, true, threshold):
    """What a threshold gives on some samples: "f1", "precision", "recall" and perhaps "cost" by name.

    Example:
        >>> at(Aim("f1"), np.array([0.2, 0.4, 0.9]), np.array([False, True, True]), 0.5)["recall"]
        0.5
    """
    said, true = np.asarray(probabilities) >= threshold, np.asarray(true, bool)
    counts = (np.array([np.sum(said & which)], float) for which in (true, ~true))
    return {
        name: float(values[0]) for name, values in _numbers(aim, *counts, int(true.sum()), len(true)).items()
    }


def _cuts(probabilities, true):
    """(thresholds, true samples from each on, false samples from each on)."""
    order = np.argsort(-probabilities, kind="stable")
    ranked, positive = probabilities[order], true[order].astype(float)
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    values = ranked[last]
    below = (values + np.append(values[1:], 0.0)) / 2
    below = np.where(below < values, below, values)  # neighbours without a number between them
    hits, slips = np.cumsum(positive)[last], np.cumsum(1 - positive)[last]
    if values[0] >= 1:  # no threshold says nobody
        return below, hits, slips
    return np.append((1 + values[0]) / 2, below), np.append(0.0, hits), np.append(0.0, slips)


def _numbers(aim, hits, slips, positives, count):
    said = hits + slips
    numbers = {
        "f1": 2 * hits / (said + positives),
        "precision": np.where(said > 0, hits / np.maximum(said, 1), 0.0),
        "recall": hits / max(positives, 1),
    }
    if aim.costs:
        numbers["cost"] = (aim.costs[0] * slips + aim.costs[1] * (positives - hits)) / count
    return numbers


def _checked(aim, text):
    if aim.limit is not None and not 0 < aim.limit <= 1:
        raise KitError(f"The limit of an aim is a share above 0, at most 1. Received: {text!r}.")
    if aim.costs is not None and not min(aim.costs) > 0:
        raise KitError(f"Both costs of an aim are above 0. Received: {text!r}.")
    return aim
