import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from kit.evaluation import weighted


@pytest.mark.parametrize("digits", [1, 9], ids=["many ties", "no ties"])
def test_the_area_of_each_resample_is_that_of_the_repeated_samples(rng, digits):
    positive = (rng.random(60) < 0.4).astype(float)
    ranking = (rng.random(60) + 0.3 * positive).round(digits)
    weights = rng.integers(0, 4, (60, 5)).astype(float)
    found = weighted.area(positive, ranking, weights)
    for column in range(5):
        rows = np.repeat(np.arange(60), weights[:, column].astype(int))
        assert found[column] == pytest.approx(roc_auc_score(positive[rows], ranking[rows]))


def test_the_area_needs_both_kinds_of_samples():
    with np.errstate(invalid="ignore"):
        assert np.isnan(weighted.area(np.ones(3), np.arange(3.0), np.ones((3, 1))))
        assert np.isnan(weighted.area(np.zeros(3), np.arange(3.0), np.ones((3, 1))))


def test_a_constant_ranking_is_a_guess():
    assert weighted.area(np.array([0, 1.0, 1]), np.zeros(3), np.ones((3, 2))).tolist() == [0.5, 0.5]


def test_a_bin_holds_its_upper_end_and_not_its_lower_one():
    assert weighted.bin_of([0, 1 / 15, 1 / 15 + 1e-9, 1]).tolist() == [0, 0, 1, 14]


def test_a_ratio_of_nothing_is_zero():
    assert weighted.ratio(np.array([0.0, 1.0]), np.array([0.0, 4.0])).tolist() == [0, 0.25]


def test_the_mean_leaves_out_what_is_undefined():
    assert weighted.mean_defined(np.array([[1.0, np.nan], [3.0, 5.0]])).tolist() == [2, 5]


def test_confidence_of_a_label_is_that_of_the_likelier_answer(make, outcome):
    task, _, _ = make("multilabel")
    confidence, right = weighted.confidences(outcome(task, [["sea"]], [[0.9, 0.2, 0.6]]))
    assert confidence.tolist() == pytest.approx([0.9, 0.8, 0.6]) and right.tolist() == [True, True, False]
