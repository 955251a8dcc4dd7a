"""Conformal prediction: margins by hand, and as many truths inside as the theory says."""

import math

import numpy as np
import pytest

import kit
from kit import conformal
from kit.calibration import Calibration
from kit.decisions import Decided


def test_the_margin_is_an_order_statistic_of_one_sample_more():
    scores = np.array([5.0, 1.0, 4.0, 2.0, 3.0, 9.0, 8.0, 7.0, 6.0, 10.0])
    assert conformal.margin(scores, 0.9) == 10.0  # ceil(11 x 0.9) = 10th
    assert conformal.margin(scores, 0.5) == 6.0  # ceil(5.5)


def test_too_few_samples_have_no_margin():
    assert conformal.margin(np.arange(8.0), 0.9) is None
    assert conformal.margin(np.arange(9.0), 0.9) == 8.0
    for coverage in (0.5, 0.8, 0.9, 0.95, 0.99):
        least = conformal.least_samples(coverage)
        assert conformal.margin(np.arange(float(least)), coverage) is not None
        assert conformal.margin(np.arange(least - 1.0), coverage) is None


@pytest.mark.parametrize("count", [19, 50])
def test_new_samples_are_inside_as_often_as_the_theory_says(rng, count):
    draws = np.abs(rng.standard_cauchy((20_000, count + 1)))
    margins = np.array([conformal.margin(row[:count], 0.9) for row in draws])
    expected = math.ceil((count + 1) * 0.9) / (count + 1)  # exact, whatever the distribution
    assert np.mean(draws[:, -1] <= margins) == pytest.approx(expected, abs=0.008)  # 4 standard errors


def interval(task, outputs):
    return task.decided(np.asarray(outputs, "float64")).interval[:, 0].tolist()


def found(rule, *margins):
    return Calibration(20, coverage=0.9, rule=rule, margins=margins)


def test_each_loss_has_its_interval_by_hand():
    assert interval(kit.Regression(calibration=found("absolute", 2.0)), [[10.0]]) == [[8.0, 12.0]]
    assert interval(kit.Regression(loss="gaussian", calibration=found("spread", 1.5)), [[10.0, 2.0]]) == [
        [7.0, 13.0]
    ]
    quantile = kit.Regression(loss="quantile", calibration=found("quantiles", 0.5))
    assert interval(quantile, [[1.0, 2.0, 4.0]]) == [[0.5, 4.5]]
    assert interval(kit.Regression(loss="poisson", calibration=found("root", 1.0)), [[9.0]]) == [[6.0, 12.0]]


def test_a_margin_below_0_narrows_but_never_turns_an_interval_round():
    task = kit.Regression(loss="quantile", calibration=found("quantiles", -2.0))
    assert interval(task, [[0.0, 5.0, 10.0], [1.0, 2.0, 3.0]]) == [[2.0, 8.0], [2.0, 2.0]]


def test_intervals_end_where_no_value_can_be():
    assert interval(kit.Regression(loss="poisson", calibration=found("root", 4.0)), [[4.0]]) == [[0.0, 12.0]]
    bounded = kit.Regression(loss="bounded", bounds=(0, 1), calibration=found("absolute", 0.3))
    assert interval(bounded, [[0.9]])[0] == pytest.approx([0.6, 1.0])


def test_each_target_has_a_margin_of_its_own():
    task = kit.Regression(("a", "b"), calibration=found("absolute", 1.0, 10.0))
    assert task.decide(np.array([[5.0, 50.0]]))[0].interval == {"a": (4.0, 6.0), "b": (40.0, 60.0)}


def test_distances_are_0_on_the_edge_and_below_it_inside():
    decided = Decided(values=np.array([[2.0]] * 3), interval=np.array([[[1.0, 4.0]]] * 3))
    truth = np.array([[0.5], [4.0], [2.0]])
    assert conformal.distances("quantiles", decided, truth)[:, 0].tolist() == [0.5, 0.0, -1.0]
    assert conformal.distances("absolute", decided, truth)[:, 0].tolist() == [1.5, 2.0, 0.0]


def likely(rule, margin, chances, **task):
    task = kit.Classification(
        len(chances[0]) if len(chances[0]) > 1 else 2, calibration=found(rule, margin), **task
    )
    return [decision.labels for decision in task.decide(np.array(chances))]


def test_the_smallest_sets_hold_every_class_that_is_likely_enough():
    assert likely("lac", 0.75, [[0.6, 0.3, 0.1], [0.24, 0.36, 0.4]]) == [[0, 1], [2, 1]]


def test_adaptive_sets_hold_the_likeliest_classes_up_to_a_sum():
    assert likely("aps", 0.9, [[0.6, 0.3, 0.1], [0.95, 0.03, 0.02]]) == [[0, 1], [0]]


def test_a_set_is_never_empty_and_holds_what_is_said():
    assert likely("lac", 0.1, [[0.4, 0.35, 0.25]]) == [[0]]
    assert likely("lac", 0.5, [[0.3]], threshold=0.2) == [[0, 1]]  # 1 is said, 0 is likelier


def test_adaptive_scores_are_the_sums_of_a_loop(rng):
    chances = rng.dirichlet([1, 1, 1, 1], 50)
    scores = conformal.RULES.get("aps")(chances)
    for row, each in zip(chances, scores, strict=True):
        for at, chance in enumerate(row):
            assert each[at] == pytest.approx(row[row >= chance].sum())


def test_without_a_coverage_there_are_no_sets_and_no_new_intervals():
    assert kit.Classification(3, calibration=Calibration(9)).decide(np.eye(3))[0].labels is None
    assert kit.Regression(calibration=Calibration(9)).decide(np.ones((1, 1)))[0].interval is None
