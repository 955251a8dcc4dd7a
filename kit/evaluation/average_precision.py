"""Average precision of detections as COCO defines it, to the last digit, for many images at a time.

COCO matches one detection after the other, in each image, class, IoU threshold and range of areas.
Here the r-th best detections of all images are matched together, with all thresholds and ranges, and
only those that overlap something: what is left is a few hundred steps on arrays.

Source: Lin et al. 2014, Microsoft COCO (arXiv:1405.0312); the details are those of its COCOeval.
"""

import dataclasses

import numpy as np

from kit import boxes

THRESHOLDS = np.linspace(0.5, 0.95, 10)  # IoU from which a detection is right
RECALLS = np.linspace(0.0, 1.0, 101)  # at which precision is read
AREAS = {
    "all": (0.0, 1e10),
    "small": (0.0, 32.0**2),
    "medium": (32.0**2, 96.0**2),
    "large": (96.0**2, 1e10),
}  # square pixels, both ends included
MOST = (1, 10, 100)  # detections counted an image and class
_AT_ONCE = 4_000_000  # numbers in one array of matches


@dataclasses.dataclass(frozen=True)
class AveragePrecision:
    """Precision and recall of detections.

    Args:
        precision: (thresholds, 101 recalls, classes, areas) of the best 100 detections an image; nan
            where a class has no true box.
        recall: (thresholds, classes, areas, 3) of the best 1, 10 and 100.
        scores: (thresholds, 101, classes, areas) score of the detection at which that recall is reached.
        evidence: for each class an `Evidence`.
    """

    precision: np.ndarray
    recall: np.ndarray
    scores: np.ndarray
    evidence: tuple = ()

    def best_scores(self):
        """(classes,) the score from which boxes had best be said: F1 at an IoU of 0.5 is largest; or nan."""
        precision, score = self.precision[0, ..., 0], self.scores[0, ..., 0]
        f1 = 2 * precision * RECALLS[:, None] / np.maximum(precision + RECALLS[:, None], 1e-12)
        best = np.nan_to_num(f1, nan=-1.0).argmax(axis=0)
        found = np.take_along_axis(score, best[None], axis=0)[0]
        return np.where(np.nan_to_num(f1).max(axis=0) > 0, found, np.nan)

    def metrics(self):
        """map_50_95, map_50, map_75, map by area, ar_1, ar_10, ar_100 and ar by area; nan if undefined."""
        areas = list(AREAS)
        found = {
            "map_50_95": _mean(self.precision[..., 0]),
            "map_50": _mean(self.precision[0, ..., 0]),
            "map_75": _mean(self.precision[5, ..., 0]),
        }
        found |= {f"map_{name}": _mean(self.precision[..., areas.index(name)]) for name in areas[1:]}
        found |= {f"ar_{most}": _mean(self.recall[..., 0, place]) for place, most in enumerate(MOST)}
        found |= {f"ar_{name}": _mean(self.recall[..., areas.index(name), -1]) for name in areas[1:]}
        return found

    def by_class(self):
        """(classes, 2) AP over all thresholds, and at 0.5, of each class; nan where it has no true box."""
        whole = self.precision[..., 0]
        return np.stack([whole.mean(axis=(0, 1)), whole[0].mean(axis=0)], axis=1)


@dataclasses.dataclass(frozen=True)
class Evidence:
    """What was matched in one class, its D detections in all images from the best to the worst.

    Args:
        images: (D,) the image of each.
        right: (thresholds, D) whether it is right.
        counts: (thresholds, D) whether it is right or wrong; else it counts neither way.
        objects: (N,) true boxes of each image.
    """

    images: np.ndarray
    right: np.ndarray
    counts: np.ndarray
    objects: np.ndarray


def average_precision(truths, detections, classes):
    """Measures detections against the truth.

    Args:
        truths: for each image a dict: "boxes" (n, 4) x1, y1, x2, y2 in pixels and "labels" (n,) of 0 to
            classes - 1; optionally "area" (n,) square pixels of the objects, and what counts neither way,
            whatever finds it: "crowd" (n,) bool, boxes around many objects, where what counts is the share
            of the detection inside of it, and "difficult" (n,) bool, compared by IoU as VOC does.
        detections: for each image a dict: "boxes" (m, 4), "scores" (m,), "labels" (m,).
        classes: number of classes.

    Returns:
        An `AveragePrecision`.

    Example:
        >>> truth = {"boxes": np.array([[0, 0, 10, 10]], float), "labels": np.array([0])}
        >>> found = average_precision([truth], [{**truth, "scores": np.array([0.9])}], 1)
        >>> round(found.metrics()["map_50_95"], 6)
        1.0
    """
    shape = (len(THRESHOLDS), classes, len(AREAS))
    precision = np.full((shape[0], len(RECALLS), *shape[1:]), np.nan)
    scores = np.full(precision.shape, np.nan)
    recall = np.full((*shape, len(MOST)), np.nan)
    truths, evidence = [_completed(truth) for truth in truths], []
    for number in range(classes):
        every = [_Pair.of(*both, number) for both in zip(truths, detections, strict=True)]
        pairs = [pair for pair in every if len(pair.scores) or len(pair.area)]
        for pair in pairs:
            pair.prepare()
        _match(pairs)
        evidence.append(_evidence(every))
        counts = sum(np.sum(~pair.left_out, axis=1) for pair in pairs) if pairs else ()
        for place, counted in enumerate(counts):
            if counted:
                where = np.s_[:, number, place]
                precision[:, :, number, place], scores[:, :, number, place], recall[where] = _curves(
                    pairs, place, counted
                )
    return AveragePrecision(precision, recall, scores, tuple(evidence))


def overlaps(found, truth, crowd=None):
    """How well boxes fit true ones: IoU, or of a crowd the share of the box inside of it.

    Args:
        found: (m, 4) corners.
        truth: (n, 4) corners.
        crowd: (n,) bool; None for none.

    Returns:
        (m, n) of 0 to 1.

    Example:
        >>> found, truth = np.array([[0, 0, 2, 2.0]]), np.array([[0, 0, 4, 4.0]])
        >>> overlaps(found, truth).tolist(), overlaps(found, truth, np.array([True])).tolist()
        ([[0.25]], [[1.0]])
    """
    iou = boxes.iou(found, truth)
    if crowd is None or not crowd.any():
        return iou
    area = boxes.area(found)[:, None]
    shared = iou * (area + boxes.area(truth)) / (1 + iou)
    return np.where(crowd, shared / np.maximum(area, 1e-12), iou)


@dataclasses.dataclass
class _Pair:
    """True boxes and detections of one class in one image; detections from the best to the worst."""

    truth: np.ndarray
    area: np.ndarray
    crowd: np.ndarray
    spared: np.ndarray  # crowds and difficult ones
    found: np.ndarray
    scores: np.ndarray
    overlaps: np.ndarray | None = None  # (candidates, true boxes)
    candidates: np.ndarray | None = None  # detections that overlap something well enough
    left_out: np.ndarray | None = None  # (areas, true boxes): do not count in this range
    matched: np.ndarray | None = None  # (thresholds, areas, detections)
    ignored: np.ndarray | None = None  # the same: counts neither way

    @classmethod
    def of(cls, truth, detections, number):
        own, seen = truth["labels"] == number, np.asarray(detections["labels"]) == number
        scores = np.asarray(detections["scores"], "float64")[seen]
        order = np.argsort(-scores, kind="stable")[: MOST[-1]]
        found = np.asarray(detections["boxes"], "float64").reshape(-1, 4)[seen][order]
        true = (truth[name][own] for name in ("boxes", "area", "crowd", "spared"))
        return cls(*true, found, scores[order])

    def prepare(self):
        """Overlaps of what may match, and the state before the first match."""
        self.left_out = self.spared | _outside(self.area)
        shape = (len(THRESHOLDS), len(AREAS), len(self.scores))
        self.matched = np.zeros(shape, bool)
        self.ignored = np.broadcast_to(_outside(boxes.area(self.found)), shape).copy()
        found = overlaps(self.found, self.truth, self.crowd)
        near = found.max(axis=1, initial=0.0) >= THRESHOLDS[0] - 1e-9
        self.candidates, self.overlaps = np.flatnonzero(near), found[near]


def _outside(area):
    """(areas, n): which of these areas (n,) lie outside of each range."""
    low, high = np.array(list(AREAS.values())).T[..., None]
    return (area < low) | (area > high)


def _match(pairs):
    """Fills in `matched` and `ignored`, the pairs in groups whose arrays are of one size."""
    pairs = sorted((pair for pair in pairs if len(pair.candidates)), key=lambda pair: len(pair.area))
    group, each = [], len(THRESHOLDS) * len(AREAS)
    for pair in pairs:
        if group and (len(group) + 1) * each * len(pair.area) > _AT_ONCE:
            _match_together(group)
            group = []
        group.append(pair)
    if group:
        _match_together(group)


def _match_together(pairs):
    """One step for the first candidates of all pairs, one for the second, and so on."""
    pairs = sorted(pairs, key=lambda pair: -len(pair.candidates))
    most, wide = len(pairs[0].candidates), max(len(pair.area) for pair in pairs)
    overlaps = np.full((most, len(pairs), wide), -1.0)
    left_out = np.ones((len(pairs), len(AREAS), wide), bool)
    spared = np.zeros((len(pairs), wide), bool)
    for row, pair in enumerate(pairs):
        overlaps[: len(pair.candidates), row, : len(pair.area)] = pair.overlaps
        left_out[row, :, : len(pair.area)] = pair.left_out
        spared[row, : len(pair.area)] = pair.spared
    lengths = np.array([len(pair.candidates) for pair in pairs])
    least = np.minimum(THRESHOLDS, 1 - 1e-10)[:, None, None]
    taken = np.zeros((len(pairs), len(THRESHOLDS), len(AREAS), wide), bool)
    hits, others = np.zeros((2, most, *taken.shape[:-1]), bool)
    for step in range(most):
        here = slice(int(np.sum(lengths > step)))
        value = overlaps[step, here, None, None]  # (pairs, 1, 1, true boxes)
        open_ = (value >= least) & ~(taken[here] & ~spared[here, None, None])
        counts = ~left_out[here, None]
        real = np.where(open_ & counts, value, -1.0)
        best = _last_best(real)
        is_real = np.take_along_axis(real, best[..., None], -1)[..., 0] >= 0
        if not is_real.all():
            other = np.where(open_ & ~counts, value, -1.0)
            second = _last_best(other)
            is_other = ~is_real & (np.take_along_axis(other, second[..., None], -1)[..., 0] >= 0)
            best = np.where(is_real, best, second)
        else:
            is_other = np.zeros_like(is_real)
        hit = is_real | is_other
        rows, thresholds, areas = np.nonzero(hit)
        taken[rows, thresholds, areas, best[rows, thresholds, areas]] = True
        hits[step, here], others[step, here] = hit, is_other
    for row, pair in enumerate(pairs):
        hit, is_other = (np.moveaxis(each[: lengths[row], row], 0, -1) for each in (hits, others))
        pair.matched[..., pair.candidates] = hit
        pair.ignored[..., pair.candidates] = np.where(hit, is_other, pair.ignored[..., pair.candidates])


def _last_best(values):
    """Index of the largest value along the last axis, of equal ones the last."""
    return values.shape[-1] - 1 - values[..., ::-1].argmax(axis=-1)


def _curves(pairs, area, counted):
    """Precision (T, 101), scores (T, 101) and recall (T, 3) of one class in one range of areas."""
    ranks = np.concatenate([np.arange(len(pair.scores)) for pair in pairs])
    scores = np.concatenate([pair.scores for pair in pairs])
    matched = np.concatenate([pair.matched[:, area] for pair in pairs], axis=-1)
    ignored = np.concatenate([pair.ignored[:, area] for pair in pairs], axis=-1)
    order = np.argsort(-scores, kind="stable")
    recall = np.zeros((len(THRESHOLDS), len(MOST)))
    for place, most in enumerate(MOST):
        recall[:, place] = (matched & ~ignored & (ranks < most)).sum(axis=-1) / counted
    scores, matched, ignored = scores[order], matched[:, order], ignored[:, order]
    right, wrong = (np.cumsum(each & ~ignored, axis=-1) for each in (matched, ~matched))
    precision, at = np.zeros((2, len(THRESHOLDS), len(RECALLS)))
    for row in range(len(THRESHOLDS)):
        share = right[row] / (right[row] + wrong[row] + np.spacing(1))
        share = np.maximum.accumulate(share[::-1])[::-1]
        places = np.searchsorted(right[row] / counted, RECALLS, side="left")
        there = places < len(share)
        precision[row, there], at[row, there] = share[places[there]], scores[places[there]]
    return precision, at, recall


def _evidence(every):
    """The `Evidence` of one class from the pair of each image, over objects of all sizes."""
    with_boxes = [(image, pair) for image, pair in enumerate(every) if len(pair.scores)]
    none = np.zeros((len(THRESHOLDS), 0), bool)
    images = np.concatenate([np.zeros(0, int), *(np.full(len(pair.scores), i) for i, pair in with_boxes)])
    scores = np.concatenate([np.zeros(0), *(pair.scores for _, pair in with_boxes)])
    matched, ignored = (
        np.concatenate([none, *(getattr(pair, name)[:, 0] for _, pair in with_boxes)], axis=1)
        for name in ("matched", "ignored")
    )
    order = np.argsort(-scores, kind="stable")
    objects = np.array([np.sum(~pair.spared) for pair in every], float)
    return Evidence(images[order], (matched & ~ignored)[:, order], ~ignored[:, order], objects)


def _completed(truth):
    labels, places = np.asarray(truth["labels"]), np.asarray(truth["boxes"], "float64").reshape(-1, 4)
    area = np.asarray(truth["area"], "float64") if "area" in truth else boxes.area(places)
    crowd, difficult = (
        np.asarray(truth.get(name, np.zeros(len(labels))), bool) for name in ("crowd", "difficult")
    )
    return {"labels": labels, "boxes": places, "area": area, "crowd": crowd, "spared": crowd | difficult}


def _mean(values):
    return float(np.nanmean(values)) if not np.isnan(values).all() else float("nan")
