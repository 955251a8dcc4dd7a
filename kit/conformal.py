"""Conformal prediction: intervals and label sets that hold the truth as often as they say. NumPy only.

On samples that the network did not learn, a score says how far each truth lies from what was
decided. The margin is the score that the stated share of them stays below; a new decision then takes in
all that has a lower score. If new samples are drawn as these were, the truth is in it with at least
the stated probability, whatever the network is worth (Vovk et al. 2005, Algorithmic Learning in a
Random World; Papadopoulos et al. 2002 for the split used here). The promise holds on average over
all samples, not for each kind of them.
"""

import dataclasses
import math

import numpy as np

from kit.registry import Registry

# of numbers: (decided) -> low, high, unit; of classes: (probabilities) -> scores
RULES = Registry("conformal rule")
_TINY = 1e-12


def names():
    """Names of all rules, sorted."""
    return RULES.names()


def rule_for(match):
    """The rule for a row of the match table on numbers: the width follows what the loss says of the spread.

    Example:
        >>> rule_for(kit.Regression().match), rule_for(kit.Regression(loss="gaussian").match)
        ('absolute', 'spread')
    """
    counts = "root" if match.code == "counts" else "absolute"
    return {"quantiles": "quantiles", "gaussian": "spread"}.get(match.decide, counts)


def margin(scores, coverage, spent=0):
    """The score that `coverage` of new samples stay at or below, with the correction for few samples.

    Args:
        scores: (N,).
        coverage: 0 to below 1.
        spent: how many numbers were fitted to the same samples before, such as the epoch at which
            training ended: as many scores more are taken in, as far as there are any.

    Returns:
        A float; None where N is too small for this coverage.

    Source: Lei et al. 2018, Distribution-Free Predictive Inference for Regression: the
    ceil((N + 1) coverage)-th smallest.

    Example:
        >>> margin(np.arange(1, 10), 0.8), margin(np.arange(1, 10), 0.8, spent=1), margin(np.arange(8), 0.9)
        (8.0, 9.0, None)
    """
    place = max(1, math.ceil((len(scores) + 1) * coverage - 1e-9))
    if place > len(scores):
        return None
    return float(np.sort(scores)[min(place + spent, len(scores)) - 1])


def least_samples(coverage):
    """How many samples a coverage needs.

    Example:
        >>> least_samples(0.9), least_samples(0.95)
        (9, 19)
    """
    return math.ceil(coverage / (1 - coverage) - 1e-9)


def distances(rule, decided, truth):
    """How far each true number lies outside of what was decided, in the rule's unit: (N, T).

    Args:
        rule: name of a rule for numbers.
        decided: `kit.decisions.Decided` without a calibration.
        truth: (N, T) in the targets' units.
    """
    low, high, unit = RULES.get(rule)(decided)
    return np.maximum(low - truth, truth - high) / unit


def with_interval(decided, calibration, limits=(-math.inf, math.inf)):
    """The decisions with the intervals of a calibration; as they are where it has none.

    Args:
        decided: `kit.decisions.Decided` on numbers.
        calibration: a `kit.calibration.Calibration` or None.
        limits: lowest and highest possible number; intervals end there.
    """
    if calibration is None or calibration.rule is None:
        return decided
    low, high, unit = RULES.get(calibration.rule)(decided)
    reach = np.asarray(calibration.margins) * unit
    middle = (low + high) / 2  # a margin below 0 narrows an interval, but never turns it round
    ends = np.minimum(low - reach, middle), np.maximum(high + reach, middle)
    return dataclasses.replace(decided, interval=np.stack(ends, axis=2).clip(*limits))


def with_sets(decided, calibration):
    """The decisions with the label sets of a calibration; as they are where it has none.

    The class that is said and the likeliest one are always in the set, so that none is empty.

    Args:
        decided: `kit.decisions.Decided` on classes, with probabilities.
        calibration: a `kit.calibration.Calibration` or None.
    """
    if calibration is None or calibration.rule is None:
        return decided
    chances = np.asarray(decided.probabilities, "float64")
    sets = RULES.get(calibration.rule)(chances) <= calibration.margins[0] + _TINY
    rows = np.arange(len(chances))
    sets[rows, chances.argmax(axis=1)] = sets[rows, decided.indices] = True
    return dataclasses.replace(decided, sets=sets)


@RULES.register("absolute")
def _absolute(decided):
    """The same width everywhere."""
    values = np.asarray(decided.values, "float64")
    return values, values, 1.0


@RULES.register("spread")
def _spread(decided):
    """As wide as the predicted standard deviation says (Papadopoulos et al. 2008, normalised scores)."""
    values = np.asarray(decided.values, "float64")
    return values, values, np.maximum(np.asarray(decided.spread, "float64"), _TINY)


@RULES.register("root")
def _root(decided):
    """Counts: as wide as the standard deviation of a Poisson distribution with that mean."""
    values = np.asarray(decided.values, "float64")
    return values, values, np.sqrt(np.maximum(values, _TINY))


@RULES.register("quantiles")
def _quantiles(decided):
    """The outer two quantiles, moved apart or together (Romano et al. 2019, arXiv:1905.03222)."""
    low, high = np.moveaxis(np.asarray(decided.interval, "float64"), -1, 0)
    return low, high, 1.0


@RULES.register("lac", of="classes")
def _least_ambiguous(chances):
    """One less the probability: the smallest sets on average (Sadinle et al. 2019, arXiv:1609.00451)."""
    return 1 - chances


@RULES.register("aps", of="classes")
def _adaptive(chances):
    """Probability of the class and all likelier ones: larger sets for hard samples (arXiv:2006.02544)."""
    order = np.argsort(-chances, axis=1, kind="stable")
    sums = np.cumsum(np.take_along_axis(chances, order, axis=1), axis=1)
    scores = np.empty_like(sums)
    np.put_along_axis(scores, order, sums, axis=1)
    return scores
