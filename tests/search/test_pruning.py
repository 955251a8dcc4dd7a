"""Trials that fall behind are stopped, and only these."""

import pytest

from kit.errors import KitError
from kit.search.pruning import Pruner

CURVES = {"0": [9, 8, 7, 6], "1": [9, 7, 5, 3], "2": [9, 6, 3, 1]}


def epochs(pruner, curve, trial="new"):
    """How many epochs of a curve a trial is let run."""
    for epoch, value in enumerate(curve, start=1):
        if not pruner.goes_on(trial, epoch, value):
            return epoch
    return len(curve)


def test_without_a_rule_every_trial_goes_on():
    assert epochs(Pruner(None, True, CURVES), [99, 99, 99, 99]) == 4


def test_the_median_stops_a_trial_whose_best_is_worse_than_the_median_of_the_others_best():
    assert epochs(Pruner("median", True, CURVES), [9, 7.5, 7.5, 7.5]) == 2  # the median at 2 is 7
    assert epochs(Pruner("median", True, CURVES), [9, 6.5, 6.5, 6.5]) == 3  # at 3 it is 5
    assert epochs(Pruner("median", True, CURVES), [9, 6.5, 4, 2]) == 4


def test_a_trial_is_judged_by_its_best_epoch_so_far():
    assert epochs(Pruner("median", True, CURVES), [1, 9, 9, 9]) == 4


def test_halving_looks_after_1_2_4_8_epochs_only():
    halving = Pruner("halving", True, CURVES)
    assert epochs(halving, [9, 6.5, 99, 5]) == 4  # at 4 two of three are better: not in the better half
    assert epochs(Pruner("halving", True, CURVES), [9, 6.5, 99, 2]) == 4
    assert not Pruner("halving", True, CURVES).goes_on("new", 2, 7.5)
    assert Pruner("halving", True, CURVES).goes_on("new", 3, 99)


def test_large_numbers_are_good_where_they_should_be():
    curves = {trial: [-value for value in curve] for trial, curve in CURVES.items()}
    assert epochs(Pruner("median", False, curves), [-9, -7.5]) == 2
    assert epochs(Pruner("median", False, curves), [-9, -6.5]) == 2
    assert Pruner("median", False, curves).goes_on("other", 2, -6.5)


def test_nothing_is_stopped_before_three_trials_have_ended():
    pruner = Pruner("median", True, dict(list(CURVES.items())[:2]))
    assert epochs(pruner, [99, 99]) == 2
    pruner.ended("2", CURVES["2"])
    assert epochs(pruner, [99, 99], "next") == 2
    assert not pruner.goes_on("next", 3, 99)


def test_what_is_not_finite_is_the_worst():
    assert not Pruner("median", True, CURVES).goes_on("new", 2, float("nan"))


def test_an_unknown_rule_is_refused():
    with pytest.raises(KitError, match="Did you mean 'median'"):
        Pruner("medain", True)
