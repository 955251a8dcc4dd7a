"""How sure a score is: percentile bootstrap (Efron and Tibshirani 1993, chapter 13)."""

import numpy as np

from kit.evaluation import scores

SHARE = 0.95  # of repeated test sets of this size whose score lies in the interval, nearly
_CELLS = 2_000_000  # numbers in one block of weights: 16 MB, so that it stays near the processor


def resampled(count, resamples, seed=0):
    """Draws `count` samples with replacement, `resamples` times, in blocks.

    Yields:
        Weights (count, R) float64: how often each sample counts in each resample. The R of all
        blocks sum to `resamples`.

    Example:
        >>> [block] = resampled(count=4, resamples=3)
        >>> block.shape, block.sum(axis=0).tolist()
        ((4, 3), [4.0, 4.0, 4.0])
    """
    generator = np.random.default_rng(seed)
    size = max(1, _CELLS // count)
    for start in range(0, resamples, size):
        columns = min(size, resamples - start)
        drawn = generator.integers(0, count, (count, columns)) * columns + np.arange(columns)
        yield np.bincount(drawn.ravel(), minlength=count * columns).reshape(count, columns).astype(float)


def intervals(outcome, names, seed=0, resamples=1000):
    """95 % interval of each score.

    A score that is equal in every resample gets none, for resampling cannot tell how sure it is;
    only of a share that is 0 or 1 the exact binomial limit is known (Clopper and Pearson 1934).

    Args:
        outcome: the `Outcome` of N samples.
        names: scores that are defined on it.
        seed: of the draws; equal seeds give equal intervals.
        resamples: number of draws; 0 for no intervals.

    Returns:
        name -> (low, high), floats in the score's unit. Undefined resamples do not count; where
        they are more than half, or where N is 1, the name is absent.
    """
    if len(outcome) < 2 or resamples < 1:
        return {}
    drawn = {name: [] for name in names}
    for weights in resampled(len(outcome), resamples, seed):
        for name in names:
            drawn[name].append(scores.score(name, outcome, weights))
    found = {name: _interval(name, np.concatenate(values), len(outcome)) for name, values in drawn.items()}
    return {name: interval for name, interval in found.items() if interval is not None}


def _interval(name, values, count):
    values = values[np.isfinite(values)] if 2 * np.isfinite(values).sum() > len(values) else values[:0]
    if not len(values):
        return None
    low, high = np.quantile(values, [(1 - SHARE) / 2, (1 + SHARE) / 2])
    if high - low > 1e-6 * max(abs(low), abs(high)):  # what differs by float32 rounding only is equal
        return float(low), float(high)
    return _exact(round(float(low), 9), count) if scores.SCORES[name].share else None


def _exact(share, count):
    """The limit of a share of `count` samples that is 0 or 1."""
    limit = ((1 - SHARE) / 2) ** (1 / count)
    return {1.0: (limit, 1.0), 0.0: (0.0, 1 - limit)}.get(share)
