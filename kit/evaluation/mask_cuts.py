"""What each threshold says of the pixels of masks, counted image by image."""

import numpy as np

from kit.aims import Cuts

# Even steps of the log-odds: from 0.0003 to 0.9997, at most 0.005 apart, and exactly 0.5 in the middle.
_EDGES = (1 / (1 + np.exp(-np.linspace(-8, 8, 801)))).astype("float32")


def mask_cuts(network, task, samples):
    """The thresholds of masks of two classes, or of labels that overlap.

    Probabilities are counted in 800 steps, so that no map must be kept. Void pixels do not count.

    Args:
        network: a built `keras.Model`.
        task: a `Segmentation` whose decision has a threshold.
        samples: `Samples` under this task.

    Returns:
        `Cuts` of the second class in a list, or one of each label; None in place of one that no pixel has.
    """
    from kit.artifact import runtime

    run, counts = runtime.tiled(network), 0
    for image, target in zip(*samples.arrays(), strict=True):
        outputs = np.asarray(run(image))
        planes = zip(
            np.moveaxis(outputs, -1, 0), np.moveaxis(target.reshape(outputs.shape), -1, 0), strict=True
        )
        counts = counts + np.stack([_counts(*plane) for plane in planes])
    return [_cuts(*each, has_rest=not task.overlapping) for each in counts]


def _counts(probabilities, target):
    """(2, steps): pixels that are not of the class, and that are, by the edges reached; void in neither."""
    steps = np.searchsorted(_EDGES, probabilities.astype("float32"), side="right")
    return np.stack([np.bincount(steps[target == value], minlength=len(_EDGES) + 1) for value in (0, 1)])


def _cuts(others, hits, has_rest):
    if not hits.sum():
        return None
    slips, hits_above = (np.cumsum(each[:0:-1]).astype(float) for each in (others, hits))
    edges = _EDGES[::-1].astype("float64")
    return Cuts(edges, edges, hits_above, slips, int(hits.sum()), int(hits.sum() + others.sum()), has_rest)
