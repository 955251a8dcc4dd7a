"""Aims: the chosen threshold is the best one, as scikit-learn counts it."""

import dataclasses

import numpy as np
import pytest
from sklearn import metrics

from kit import aims
from kit.errors import KitError


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(3)
    true = rng.random(300) < 0.25
    return (1 / (1 + np.exp(-rng.normal(2 * true - 1.5, 1.0)))).round(3), true


def every(probabilities, true, measure):
    """A measure at each threshold that makes a difference."""
    cuts = [*np.unique(probabilities), 1.1]
    return [measure(true, probabilities >= cut) for cut in cuts]


def test_f1_is_as_high_as_any_threshold_makes_it(samples):
    choice = aims.chosen(aims.parse("f1"), aims.cuts(*samples))
    said = samples[0] >= choice.threshold
    assert choice.numbers["f1"] == pytest.approx(metrics.f1_score(samples[1], said))
    assert choice.numbers["f1"] == pytest.approx(max(every(*samples, metrics.f1_score)))


def test_recall_is_the_highest_at_the_precision_that_is_asked_for(samples):
    choice = aims.chosen(aims.parse("recall@precision=0.8"), aims.cuts(*samples))
    precision, recall, _ = metrics.precision_recall_curve(samples[1], samples[0])
    assert choice.is_met and choice.numbers["precision"] >= 0.8
    assert choice.numbers["recall"] == pytest.approx(recall[precision >= 0.8].max())


def test_precision_is_the_highest_at_the_recall_that_is_asked_for(samples):
    choice = aims.chosen(aims.parse("precision@recall=0.9"), aims.cuts(*samples))
    precision, recall, _ = metrics.precision_recall_curve(samples[1], samples[0])
    assert choice.numbers["recall"] >= 0.9
    assert choice.numbers["precision"] == pytest.approx(precision[recall >= 0.9].max())


def test_the_cost_is_the_lowest_that_any_threshold_makes(samples):
    def cost(true, said):
        return (2 * np.sum(said & ~true) + 7 * np.sum(true & ~said)) / len(true)

    choice = aims.chosen(aims.parse("cost=2:7"), aims.cuts(*samples))
    assert choice.numbers["cost"] == pytest.approx(cost(samples[1], samples[0] >= choice.threshold))
    assert choice.numbers["cost"] == pytest.approx(min(every(*samples, cost)))


def test_mean_iou_counts_the_class_and_what_is_left_over(samples):
    def mean_iou(true, said):
        return np.mean([metrics.jaccard_score(true, said, pos_label=value) for value in (True, False)])

    choice = aims.chosen(aims.parse("mean_iou"), aims.cuts(*samples))
    said = samples[0] >= choice.threshold
    assert choice.numbers["mean_iou"] == pytest.approx(mean_iou(samples[1], said))
    assert choice.numbers["mean_iou"] == pytest.approx(max(every(*samples, mean_iou)))


def test_mean_iou_of_a_label_counts_the_label_alone(samples):
    cuts = dataclasses.replace(aims.cuts(*samples), has_rest=False)
    choice = aims.chosen(aims.parse("mean_iou"), cuts)
    said = samples[0] >= choice.threshold
    assert choice.numbers["mean_iou"] == pytest.approx(metrics.jaccard_score(samples[1], said))
    assert choice.threshold == aims.chosen(aims.parse("f1"), cuts).threshold


def test_dear_misses_lower_the_threshold(samples):
    careful, usual = (
        aims.chosen(aims.parse(f"cost=1:{cost}"), aims.cuts(*samples)).threshold for cost in (20, 1)
    )
    assert careful < usual


def test_a_limit_that_nothing_keeps_is_told_and_kept_as_nearly_as_can_be():
    probabilities, true = np.array([0.9, 0.8, 0.7, 0.6]), np.array([False, True, True, False])
    choice = aims.chosen(aims.parse("recall@precision=0.9"), aims.cuts(probabilities, true))
    assert not choice.is_met
    assert choice.numbers["precision"] == pytest.approx(2 / 3)


def test_of_equally_good_thresholds_the_nearest_to_a_half_is_taken():
    probabilities, true = np.array([0.1, 0.5, 0.8]), np.array([False, False, False])
    true[2] = True
    assert aims.chosen(
        aims.parse("recall@precision=0.9"), aims.cuts(probabilities, true)
    ).threshold == pytest.approx(0.65)


def test_a_class_may_be_said_of_nobody_where_that_costs_least():
    choice = aims.chosen(aims.parse("cost=100:1"), aims.cuts(np.array([0.9, 0.8]), np.array([False, True])))
    assert choice.threshold > 0.9 and choice.numbers["recall"] == 0


def test_what_a_threshold_gives_is_what_scikit_learn_says(samples):
    found = aims.at(aims.parse("f1"), aims.cuts(*samples), 0.4)
    said = samples[0] >= 0.4
    assert found["precision"] == pytest.approx(metrics.precision_score(samples[1], said))
    assert found["recall"] == pytest.approx(metrics.recall_score(samples[1], said))


@pytest.mark.parametrize(
    "text", ["f2", "recall@precision=1.5", "cost=0:1", "precision", "recall@precision=0", 3]
)
def test_an_aim_that_is_none_is_refused(text):
    with pytest.raises(KitError, match="aim"):
        aims.parse(text)
