"""How sure an average precision is: the images are drawn anew, what was matched stays."""

import numpy as np

from kit.evaluation import bootstrap
from kit.evaluation.average_precision import RECALLS, THRESHOLDS

NAMES = ("map_50_95", "map_50", "map_75")
MOST = 200  # draws: an average precision costs far more than a mean


def intervals(precision, images, seed=0, resamples=MOST):
    """95 % intervals of the average precision.

    Args:
        precision: the `AveragePrecision` of these images; its `evidence` is read.
        images: number of images.
        seed: of the draws.
        resamples: draws, at most 200 are made; 0 for no intervals.

    Returns:
        name -> (low, high); absent where it is defined in no more than half of the draws.
    """
    resamples = min(resamples, MOST)
    if images < 2 or resamples < 1:
        return {}
    drawn = [by_weights(precision.evidence, block) for block in bootstrap.resampled(images, resamples, seed)]
    values = np.concatenate(drawn, axis=1)  # (classes, resamples, thresholds)
    with np.errstate(all="ignore"):
        found = {"map_50_95": values.mean(axis=2), "map_50": values[..., 0], "map_75": values[..., 5]}
    return {name: ends for name in NAMES if (ends := _interval(_mean(found[name]))) is not None}


def by_weights(evidence, weights):
    """Average precision where each image counts so many times as its weight says.

    Args:
        evidence: for each class what `AveragePrecision.evidence` holds.
        weights: (images, R) whole numbers.

    Returns:
        (classes, R, thresholds), nan where no object of the class is drawn.
    """
    found = np.full((len(evidence), weights.shape[1], len(THRESHOLDS)), np.nan)
    for number, each in enumerate(evidence):
        objects = each.objects @ weights  # (R,)
        for column in np.flatnonzero(objects > 0):
            found[number, column] = _average(each, weights[each.images, column], objects[column])
    return found


def _average(evidence, weight, objects):
    """(thresholds,) average precision of one class, its detections from the best to the worst."""
    right = np.cumsum(weight * evidence.right, axis=-1)
    said = np.cumsum(weight * evidence.counts, axis=-1)
    share = np.maximum.accumulate((right / np.maximum(said, np.spacing(1)))[:, ::-1], axis=-1)[:, ::-1]
    share = np.concatenate([share, np.zeros((len(share), 1))], axis=1)
    places = [np.searchsorted(recall, RECALLS, side="left") for recall in right / objects]
    return np.take_along_axis(share, np.array(places), axis=1).mean(axis=1)


def _mean(values):
    """(R,) mean over the classes that are defined in each draw."""
    there = np.isfinite(values)
    return np.where(
        there.any(axis=0), np.where(there, values, 0).sum(axis=0) / np.maximum(there.sum(axis=0), 1), np.nan
    )


def _interval(values):
    values = values[np.isfinite(values)] if 2 * np.isfinite(values).sum() > len(values) else values[:0]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - bootstrap.SHARE) / 2, (1 + bootstrap.SHARE) / 2])
    return (float(low), float(high)) if high > low else None
