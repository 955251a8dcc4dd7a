import numpy as np
import pytest

import kit
from kit.errors import DataError, KitError
from kit.evaluation.outcome import outcome_of


def test_labels_and_decisions_become_ones_where_a_class_is():
    found = outcome_of(kit.Classification(("cat", "dog")), ["dog", "cat"], np.array([[0.9], [0.7]]))
    assert found.true.tolist() == [[0, 1], [1, 0]] and found.said.tolist() == [[0, 1], [0, 1]]


def test_of_shares_the_largest_is_true():
    task = kit.Classification(("x", "y", "z"), loss="kl")
    found = outcome_of(task, np.array([[0.2, 0.5, 0.3]]), np.array([[0.1, 0.1, 0.8]]))
    assert found.true.tolist() == [[0, 1, 0]]
    np.testing.assert_allclose(found.truth, [[0.2, 0.5, 0.3]], rtol=1e-6)


def test_margins_rank_both_classes(make, outcome):
    task, labels, outputs = make("hinge")
    found = outcome(task, labels, outputs)
    assert found.probabilities is None
    np.testing.assert_allclose(found.ranking, np.concatenate([-outputs, outputs], axis=1))


def test_no_samples_is_an_error_that_says_what_to_give():
    with pytest.raises(KitError, match=r"such as data\.test"):
        outcome_of(kit.Regression(), [], np.zeros((0, 1)))


def test_labels_and_outputs_have_to_be_as_many():
    with pytest.raises(KitError, match="2 outputs for 3 labels"):
        outcome_of(kit.Regression(), [1, 2, 3], np.zeros((2, 1)))


def test_outputs_that_are_not_finite_name_the_first_row():
    outputs = np.array([[1.0], [np.nan], [np.inf]])
    with pytest.raises(KitError, match=r"2 of 3 samples are not finite \(first: row 1\)"):
        outcome_of(kit.Regression(), [1, 2, 3], outputs)


def test_a_label_that_the_task_does_not_know_is_named():
    with pytest.raises(DataError, match="fish"):
        outcome_of(kit.Classification(("cat", "dog")), ["cat", "fish"], np.array([[0.1], [0.2]]))
