"""How wrong each decision is, as one number a sample: what slices and importances are made of."""

import numpy as np


def by_sample(outcome):
    """Error of each sample: float64 (N,), 0 or more.

    Classes: 1 where the wrong one is said. Labels: share of them decided wrong. Numbers: absolute
    error in the target's unit; of several targets in standard deviations of each, their mean.

    Args:
        outcome: an `Outcome`.
    """
    if outcome.form == "numeric":
        errors = np.abs(outcome.values - outcome.truth)
        if len(outcome.names) > 1:
            spread = outcome.truth.std(axis=0)
            errors = errors / np.where(spread > 0, spread, 1.0)
        return errors.mean(axis=1)
    wrong = outcome.true != outcome.said
    return (wrong.any(axis=1) if outcome.is_single else wrong.mean(axis=1)).astype("float64")


def unit(outcome):
    """What these numbers are, in words.

    Example:
        >>> import types
        >>> unit(types.SimpleNamespace(form="binary"))
        'share wrong'
    """
    if outcome.form != "numeric":
        return "share of labels wrong" if outcome.form == "multilabel" else "share wrong"
    return "absolute error" if len(outcome.names) == 1 else "absolute error in standard deviations"


def fits(outcome):
    """Whether an outcome has one such number a sample: not where every pixel, or every box, is decided."""
    return not outcome.is_dense and outcome.form != "boxes"


def share_interval(values, level):
    """(low, high) of a share, by Wilson's score.

    Args:
        values: (N,) zeros and ones.
        level: of repeated samples whose share lies inside, 0 to 1, such as 0.95.

    Source: Wilson 1927, Probable Inference, the Law of Succession, and Statistical Inference.

    Example:
        >>> low, high = share_interval(np.array([0.0] * 10), 0.95)
        >>> round(low, 3), round(high, 3)
        (0.0, 0.278)
    """
    from scipy import stats

    count, mean, z = len(values), float(np.mean(values)), stats.norm.ppf((1 + level) / 2)
    centre = (mean + z**2 / (2 * count)) / (1 + z**2 / count)
    reach = z / (1 + z**2 / count) * np.sqrt(mean * (1 - mean) / count + (z / (2 * count)) ** 2)
    return max(0.0, float(centre - reach)), min(1.0, float(centre + reach))


def mean_interval(values, level):
    """(low, high) of the mean of some numbers, by Student's t.

    Args:
        values: (N,) at least two.
        level: of repeated samples whose mean lies inside, 0 to 1, such as 0.95.

    Example:
        >>> low, high = mean_interval(np.array([1.0, 3.0]), 0.95)
        >>> round(low, 2), round(high, 2)
        (-10.71, 14.71)
    """
    from scipy import stats

    count, mean = len(values), float(np.mean(values))
    reach = float(stats.t.ppf((1 + level) / 2, count - 1) * np.std(values, ddof=1) / np.sqrt(count))
    return mean - reach, mean + reach
