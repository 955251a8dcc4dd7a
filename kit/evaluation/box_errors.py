"""What is wrong with each box that is said: its class, its place, or that it is there at all."""

import numpy as np

from kit import boxes as geometry

KINDS = ("right", "class", "box", "both", "duplicate", "background", "missed")
READING = {
    "right": "right class, IoU of at least 0.5",
    "class": "right place, wrong class",
    "box": "right class, IoU of 0.1 to 0.5",
    "both": "wrong class, IoU of 0.1 to 0.5",
    "duplicate": "an object that a better box has found already",
    "background": "nothing is there",
    "missed": "an object that no box is about",
}
_RIGHT, _NEAR = 0.5, 0.1


def counted(truths, detections, classes):
    """How many boxes are of each kind, by class.

    Source: Bolya et al. 2020, TIDE (arXiv:2008.08115), with its thresholds of 0.5 and 0.1, for the boxes
    that are said at one score. An object is missed where no box is right, of another class in the
    right place, or near.

    Args:
        truths: for each image {"boxes" (n, 4), "labels" (n,)}.
        detections: for each image {"boxes" (m, 4), "labels" (m,)}, best first.
        classes: number of classes.

    Returns:
        int (classes, 7): columns `KINDS`; the class is the one said, of missed objects the true one.

    Example:
        >>> truth = {"boxes": np.array([[0, 0, 10, 10], [20, 0, 30, 10]], float), "labels": np.array([0, 0])}
        >>> said = {"boxes": np.array([[0, 0, 10, 9]], float), "labels": np.array([1])}
        >>> counted([truth], [said], 2).tolist()
        [[0, 0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0, 0]]
    """
    counts = np.zeros((classes, len(KINDS)), int)
    for truth, said in zip(truths, detections, strict=True):
        kinds, missed = judged(truth, said)
        np.add.at(counts, (said["labels"], kinds), 1)
        np.add.at(counts, (truth["labels"][missed], KINDS.index("missed")), 1)
    return counts


def judged(truth, said):
    """(the place in `KINDS` of each box that is said of one image (m,), which objects are missed (n,))."""
    overlaps = geometry.iou(said["boxes"], truth["boxes"])
    free, touched = (np.full(len(truth["labels"]), fill) for fill in (True, False))
    kinds = np.zeros(len(said["labels"]), int)
    for row, (label, overlap) in enumerate(zip(said["labels"], overlaps, strict=True)):
        own = np.where(truth["labels"] == label, overlap, 0.0)
        kind, about = _kind(own, overlap, free)
        kinds[row] = KINDS.index(kind)
        if kind == "right":
            free[about] = False
        if kind in ("right", "class", "box"):
            touched[about] = True
    return kinds, ~touched


def _kind(own, overlap, free):
    """(kind, the object it is about) of a box, from its IoU with objects of its class and with all."""
    if not len(overlap):
        return "background", None
    best = int(np.where(free, own, 0.0).argmax())
    if free[best] and own[best] >= _RIGHT:
        return "right", best
    if own.max() >= _RIGHT:
        return "duplicate", None
    if overlap.max() >= _RIGHT:
        return "class", int(overlap.argmax())
    if own.max() >= _NEAR:
        return "box", int(own.argmax())
    return ("both" if overlap.max() >= _NEAR else "background"), None
