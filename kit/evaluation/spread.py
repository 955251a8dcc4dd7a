"""The interval of a mean of a few runs."""

import math
import statistics

LEVEL = 0.95


def interval(values, shared=0.0):
    """(low, high) of the mean of a few values, at 95 %, by Student's t.

    Args:
        values: at least two numbers.
        shared: samples that a run tests, for each that it trains on, where runs train on samples that
            others test: their scores lie closer together than those of independent runs would.
            Source: Nadeau and Bengio 2003, Inference for the Generalization Error.

    Example:
        >>> low, high = interval([1.0, 3.0])
        >>> round(low, 2), round(high, 2)
        (-10.71, 14.71)
    """
    from scipy.stats import t

    mean, count = statistics.fmean(values), len(values)
    error = statistics.stdev(values) * math.sqrt(1 / count + shared)
    half = float(t.ppf((1 + LEVEL) / 2, count - 1)) * error
    return mean - half, mean + half
