"""Sampling: each epoch draws its samples so that all classes come equally often."""

import numpy as np


def balanced(classes, seed, epoch):
    """Numbers of the samples of an epoch: as many as there are, of each class the same number, or one more.

    Within a class every sample comes once before any comes again. Which classes have one more, and which
    samples are left out of large classes, differs from epoch to epoch.

    Args:
        classes: (N,) class number of each sample, 0 or more.
        seed: of the training run.
        epoch: number of the pass over the data.

    Returns:
        (N,) int64; the samples of one class lie side by side.

    Example:
        >>> classes = np.array([0] * 9 + [1])
        >>> np.bincount(classes[balanced(classes, seed=0, epoch=0)]).tolist()
        [5, 5]
    """
    draw = np.random.default_rng([seed, epoch, 1])
    kinds = draw.permutation(np.unique(classes))
    least, more = divmod(len(classes), len(kinds))
    picked = []
    for place, kind in enumerate(kinds):
        members, wanted = np.flatnonzero(classes == kind), least + (place < more)
        rounds = [draw.permutation(members) for _ in range(-(-wanted // len(members)))]
        picked.append(np.concatenate(rounds)[:wanted] if rounds else members[:0])
    return np.concatenate(picked)
