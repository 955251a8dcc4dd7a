"""Sums and means over many resamples at once: what the scores are made of.

`weights` (N, R) says how often each of N samples counts in each of R resamples.
"""

import numpy as np

BINS = 15  # of the calibration error
TINY = 1e-7  # probabilities below count as this in logarithms, as in Keras' losses


def mean(values, weights):
    """Mean over samples: (N,) -> (R,), (N, K) -> (K, R).

    Example:
        >>> mean(np.array([1.0, 4.0]), np.array([[1, 2], [1, 0]])).tolist()
        [2.5, 1.0]
    """
    return values.T @ weights / weights.sum(axis=0)


def tallies(outcome, weights):
    """How often each class or label is found, said and true: three arrays (C, R)."""
    return (outcome.true * outcome.said).T @ weights, outcome.said.T @ weights, outcome.true.T @ weights


def ratio(part, whole):
    """part / whole, and 0 where the whole is 0."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0.0)


def mean_defined(values):
    """Mean over the first axis of what is finite, NaN where nothing is: (C, R) -> (R,)."""
    defined = np.isfinite(values)
    return np.where(defined, values, 0).sum(axis=0) / defined.sum(axis=0)


def area(positive, ranking, weights):
    """Chance that a positive ranks above a negative, ties counting half (Mann and Whitney 1947).

    Args:
        positive: (N,) zeros and ones.
        ranking: (N,) numbers.
        weights: (N, R).

    Returns:
        (R,), 0 to 1; NaN without a positive or without a negative.
    """
    order = np.argsort(ranking, kind="stable")
    ranked = ranking[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))  # of equal ranks
    at = np.flatnonzero(positive[order])
    held, first = np.unique(np.searchsorted(starts, at, side="right") - 1, return_index=True)
    edges = np.unique(np.concatenate([[0], starts[held], starts[held[held + 1 < len(starts)] + 1]]))
    negatives = weights[order]  # a copy
    positives = np.add.reduceat(negatives[at], first) if len(at) else negatives[:0]
    negatives[at] = 0
    negatives = np.add.reduceat(negatives, edges)  # between the ranks that hold a positive, all in one sum
    own = np.searchsorted(edges, starts[held])
    below = np.cumsum(negatives, axis=0)[own] - negatives[own] / 2
    return np.einsum("nr,nr->r", positives, below) / (positives.sum(axis=0) * negatives.sum(axis=0))


def log_loss(outcome):
    """Negative log-likelihood of each sample, (N,); multilabel and several targets: the mean over them."""
    if outcome.form == "numeric":
        pairs = outcome.outputs.astype("float64").reshape(*outcome.truth.shape, 2)
        centre, sigma = pairs[..., 0], np.maximum(pairs[..., 1], TINY)
        away = (outcome.truth - centre) / sigma
        return (0.5 * away**2 + np.log(sigma * np.sqrt(2 * np.pi))).mean(axis=1)
    chances = np.clip(np.asarray(outcome.probabilities, "float64"), TINY, 1)
    if outcome.is_single:
        return -(outcome.truth * np.log(chances)).sum(axis=1)
    others = np.clip(1 - np.asarray(outcome.probabilities, "float64"), TINY, 1)
    return -(outcome.true * np.log(chances) + (1 - outcome.true) * np.log(others)).mean(axis=1)


def confidences(outcome):
    """Confidence of each answer and whether it is right: two arrays (M,).

    M is N; multilabel: N x L, the answers to the labels of the first sample first.
    """
    chances = outcome.probabilities
    if outcome.is_single:
        return chances.max(axis=1), chances.argmax(axis=1) == outcome.true.argmax(axis=1)
    right = (chances >= 0.5) == (outcome.true > 0.5)
    return np.maximum(chances, 1 - chances).ravel(), right.ravel()


def bin_of(confidence):
    """Index, 0 to 14, of the bin of each confidence in [0, 1]; a bin holds its upper end.

    Example:
        >>> bin_of(np.array([0.0, 0.5, 1.0])).tolist()
        [0, 7, 14]
    """
    return np.clip(np.ceil(np.asarray(confidence, "float64") * BINS).astype(int) - 1, 0, BINS - 1)


def inside(outcome):
    """(N, T): whether each true value lies in its interval, ends included."""
    return (outcome.interval[..., 0] <= outcome.truth) & (outcome.truth <= outcome.interval[..., 1])
