"""Do two runtimes decide the same? In shares of equal decisions, and beyond what chance would give."""

import numpy as np

from kit import boxes

OVERLAP = 0.75  # intersection over union from which two boxes of one class are the same


def compared(task, found, want):
    """How far the decisions on some outputs are from those on others.

    Where one class is rare, two runtimes agree on nearly everything even if one of them never says it. Kappa
    tells: it is 0 where they agree as often as chance would, and 1 where they always do.

    Source: Cohen 1960, A Coefficient of Agreement for Nominal Scales.

    Args:
        task: what decides.
        found, want: outputs (N, ...) of two runtimes.

    Returns:
        A dict; what does not fit the task is None:
        "agreement": share of equal decisions, 0 to 1: of samples, labels or pixels; of boxes, the share that
        has its like on the other side, of the same class and with an intersection over union of 0.75.
        "kappa": the same beyond chance, at most 1; not of boxes.
        "error": where decisions are numbers, the root of their mean square difference as a share of their
        standard deviation, of the target for which it is largest; of images over all pixels.

    Example:
        >>> never, once = np.full((10, 1), 0.1), np.array([[0.9]] + 9 * [[0.1]])
        >>> compared(kit.Classification(("well", "ill")), never, once)
        {'agreement': 0.9, 'kappa': 0.0, 'error': None}
    """
    ours, theirs = task.decided(found), task.decided(want)
    facts = dict.fromkeys(("agreement", "kappa", "error"))
    if theirs.boxes is not None:
        return {**facts, "agreement": _alike(ours.boxes, theirs.boxes)}
    for name in ("indices", "masks"):
        if (other := getattr(theirs, name)) is not None:
            one = getattr(ours, name)
            return {**facts, "agreement": _share(one, other), "kappa": _kappa(one, other)}
    if theirs.images is not None:
        return {**facts, "error": _error(ours.images.reshape(-1, 1), theirs.images.reshape(-1, 1))}
    return {**facts, "error": _error(ours.values, theirs.values)}


def _share(one, other):
    return float(np.mean(one == other)) if other.size else 1.0


def _kappa(one, other):
    count = 1 + int(max(one.max(initial=0), other.max(initial=0)))
    shares = [np.bincount(each.ravel(), minlength=count) / max(1, each.size) for each in (one, other)]
    equal, chance = _share(one, other), float(np.sum(shares[0] * shares[1]))
    return 1.0 if equal == 1 else (equal - chance) / (1 - chance)


def _error(one, other):
    far = np.sqrt(np.mean(np.square(one - other, dtype="float64"), axis=0))
    spread = np.std(other, axis=0, dtype="float64")
    return float(np.max(far / np.maximum(spread, 1e-6 * max(1e-6, np.abs(other).max(initial=0)))))


def _alike(ours, theirs):
    """Twice the pairs of like boxes through the number of all boxes; both (N, M, 6)."""
    pairs = total = 0
    for one, other in zip(ours, theirs, strict=True):
        one, other = one[one[:, 5] > 0], other[other[:, 5] > 0]
        pairs += _pairs(one, other)
        total += len(one) + len(other)
    return 2 * pairs / total if total else 1.0


def _pairs(one, other):
    """How many boxes of one side find a like box that no better one has taken."""
    if not len(other):
        return 0
    alike = boxes.iou(one[:, :4], other[:, :4]) * (one[:, None, 4] == other[None, :, 4])
    pairs = 0
    for row in range(len(one)):
        best = alike[row].argmax()
        if alike[row, best] >= OVERLAP:
            alike[:, best], pairs = 0, pairs + 1
    return pairs
