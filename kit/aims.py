"""Aims: what the threshold of a class is chosen for, and the choice. NumPy only.

An aim is text: "f1"; "recall@precision=0.9", the highest recall with a precision of at least 0.9;
"precision@recall=0.9", the other way round; "cost=1:5", what a false positive and a false negative cost;
or, of masks, "mean_iou".
"""

import dataclasses
import re

import numpy as np

from kit.errors import KitError

KNOWN = ("f1", "recall@precision=P", "precision@recall=R", "cost=FP:FN", "mean_iou (of masks)")
_NUMBER = r"(\d+\.?\d*|\.\d+)"
_FORMS = {
    "f1": re.compile("f1"),
    "mean_iou": re.compile("mean_iou"),
    "recall": re.compile(rf"recall@precision>?={_NUMBER}"),
    "precision": re.compile(rf"precision@recall>?={_NUMBER}"),
    "cost": re.compile(rf"cost={_NUMBER}:{_NUMBER}"),
}


@dataclasses.dataclass(frozen=True)
class Aim:
    """An aim that was read from its text.

    Args:
        best: what is to be high: "f1", "mean_iou", "recall" or "precision"; or "cost", which is to be low.
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
        numbers: "f1", "precision" and "recall" by name, and what else the aim is about: "mean_iou", or
            "cost" of a sample.
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


@dataclasses.dataclass(frozen=True)
class Cuts:
    """How many samples each threshold says, from the highest threshold on.

    Args:
        thresholds: (M,) falling, 0 to 1.
        least: (M,) the lowest probability that each says.
        hits: (M,) samples of the class that each says.
        slips: (M,) other samples that each says.
        positives: number of samples of the class.
        count: number of all samples.
        has_rest: whether what is not of the class is a class as well, which "mean_iou" counts.
    """

    thresholds: np.ndarray
    least: np.ndarray
    hits: np.ndarray
    slips: np.ndarray
    positives: int
    count: int
    has_rest: bool = True


def cuts(probabilities, true):
    """All thresholds that make a difference: each in the middle between neighbouring probabilities.

    Args:
        probabilities: (N,) of the class, 0 to 1.
        true: (N,) whether the sample is of it; at least one is.

    Returns:
        `Cuts`.

    Example:
        >>> cuts(np.array([0.2, 0.4, 0.9]), np.array([False, True, True])).thresholds.round(2).tolist()
        [0.95, 0.65, 0.3, 0.1]
    """
    probabilities, true = np.asarray(probabilities, "float64"), np.asarray(true, bool)
    order = np.argsort(-probabilities, kind="stable")
    ranked, positive = probabilities[order], true[order].astype(float)
    last = np.flatnonzero(np.append(ranked[1:] != ranked[:-1], True))
    values = ranked[last]
    below = (values + np.append(values[1:], 0.0)) / 2
    below = np.where(below < values, below, values)  # neighbours without a number between them
    hits, slips = np.cumsum(positive)[last], np.cumsum(1 - positive)[last]
    if values[0] < 1:  # else no threshold says nobody
        nobody = (1 + values[0]) / 2
        below, values = np.append(nobody, below), np.append(nobody, values)
        hits, slips = np.append(0.0, hits), np.append(0.0, slips)
    return Cuts(below, values, hits, slips, int(true.sum()), len(true))


def chosen(aim, cuts):
    """The threshold that serves an aim best on some samples.

    Of equally good ones the nearest to 0.5 is taken. A limit that none keeps is kept as nearly as can be.

    Args:
        aim: an `Aim`.
        cuts: `Cuts` of these samples.

    Returns:
        A `Choice`.

    Example:
        >>> found = cuts(np.array([0.1, 0.2, 0.4, 0.9]), np.array([False, False, True, True]))
        >>> chosen(Aim("f1"), found)
        Choice(threshold=0.3..., numbers={'f1': 1.0, 'precision': 1.0, 'recall': 1.0}, is_met=True)
    """
    numbers = _numbers(aim, cuts, cuts.hits, cuts.slips)
    quality = -numbers["cost"] if aim.best == "cost" else numbers[aim.best]
    met = np.ones(len(quality), bool)
    if aim.bound:
        met = numbers[aim.bound] >= aim.limit
        quality = np.where(met, 1 + quality, numbers[aim.bound])
    best = np.lexsort([-np.abs(cuts.thresholds - 0.5), quality.round(12)])[-1]
    shown = {name: float(values[best]) for name, values in numbers.items()}
    return Choice(float(cuts.thresholds[best]), shown, bool(met[best]))


def at(aim, cuts, threshold):
    """What a threshold gives on some samples: "f1", "precision", "recall" and what else the aim is about.

    Example:
        >>> at(Aim("f1"), cuts(np.array([0.2, 0.4, 0.9]), np.array([False, True, True])), 0.5)["recall"]
        0.5
    """
    place = int(np.sum(cuts.least >= threshold))
    counts = (np.append(0.0, each)[place : place + 1] for each in (cuts.hits, cuts.slips))
    return {name: float(values[0]) for name, values in _numbers(aim, cuts, *counts).items()}


def _numbers(aim, cuts, hits, slips):
    said = hits + slips
    numbers = {
        "f1": 2 * hits / (said + cuts.positives),
        "precision": np.where(said > 0, hits / np.maximum(said, 1), 0.0),
        "recall": hits / max(cuts.positives, 1),
    }
    if aim.costs:
        numbers["cost"] = (aim.costs[0] * slips + aim.costs[1] * (cuts.positives - hits)) / cuts.count
    if aim.best == "mean_iou":
        iou = hits / (cuts.positives + slips)
        rest = (cuts.count - cuts.positives - slips) / np.maximum(cuts.count - hits, 1)
        numbers["mean_iou"] = np.where(cuts.has_rest & (cuts.count > hits), (iou + rest) / 2, iou)
    return numbers


def _checked(aim, text):
    if aim.limit is not None and not 0 < aim.limit <= 1:
        raise KitError(f"The limit of an aim is a share above 0, at most 1. Received: {text!r}.")
    if aim.costs is not None and not min(aim.costs) > 0:
        raise KitError(f"Both costs of an aim are above 0. Received: {text!r}.")
    return aim
