import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor

import kit
from kit.evaluation import baseline, scores


def outcome_of_constant(task, labels):
    return baseline.constant_outcome(task, labels, baseline.constant_outputs(task, labels))


@pytest.mark.parametrize("name", ["binary", "multiclass", "hinge", "ordinal"])
def test_the_commonest_class_scores_as_scikit_learns_dummy(make, name):
    task, labels, _ = make(name)
    dummy = DummyClassifier(strategy="most_frequent").fit(np.zeros((len(labels), 1)), labels)
    expected = dummy.score(np.zeros((len(labels), 1)), labels)
    assert scores.score("accuracy", outcome_of_constant(task, labels)) == pytest.approx(expected)


@pytest.mark.parametrize("name", ["binary", "multiclass", "ordinal"])
def test_the_likelihood_of_the_class_shares_is_their_entropy(make, name):
    task, labels, _ = make(name)
    shares = np.array([np.mean(np.array(labels) == each) for each in task.classes])
    found = outcome_of_constant(task, labels)
    assert scores.score("nll", found) == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-4)


@pytest.mark.parametrize("name", ["numbers", "quantiles", "gaussian", "poisson"])
def test_the_mean_scores_as_scikit_learns_dummy(make, name):
    task, values, _ = make(name)
    dummy = DummyRegressor().fit(np.zeros((len(values), 1)), values)
    expected = np.abs(dummy.predict(np.zeros((len(values), 1))) - values).mean()
    assert scores.score("mae", outcome_of_constant(task, values)) == pytest.approx(expected, rel=1e-4)


def test_constant_intervals_cover_what_they_promise(make):
    task, values, _ = make("quantiles")  # normally distributed, from the 10 % to the 90 % quantile
    assert scores.score("coverage", outcome_of_constant(task, values)) == pytest.approx(0.8, abs=0.08)


def test_a_threshold_does_not_change_which_class_is_commonest():
    task = kit.Classification(("no", "yes"), threshold=0.1, prior=(0.8, 0.2))
    assert outcome_of_constant(task, ["no", "yes"]).decided.indices.tolist() == [0, 0]


def test_what_the_training_part_says_comes_before_what_the_samples_say():
    task = kit.Classification(("no", "yes"), prior=(0.9, 0.1))
    assert baseline.told(task, ["yes", "yes"]) == "'no'" and baseline.source(task) == "the training part"
    bare = kit.Classification(("no", "yes"))
    assert (
        baseline.told(bare, ["yes", "yes"]) == "'yes'" and baseline.source(bare) == "these samples themselves"
    )


@pytest.mark.parametrize("task", [kit.Regression(("a", "b")), kit.MultilabelClassification(("a", "b"))])
def test_without_a_training_part_the_samples_themselves_are_taken(task):
    outputs = baseline.constant_outputs(task, np.array([[0.0, 1.0], [1.0, 1.0]]))
    assert outputs.tolist() == [[0.5, 1.0], [0.5, 1.0]]
    assert baseline.told(task, []) in ("the mean", "the common labels")
