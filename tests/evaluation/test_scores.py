"""Every score against scikit-learn, or a value worked out by hand."""

import math

import numpy as np
import pytest
from sklearn import metrics

import kit
from kit.errors import KitError
from kit.evaluation import bootstrap, scores
from kit.evaluation.outcome import outcome_of
from kit.evaluation.scores import score


def close(value):
    return pytest.approx(value, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("name", ["binary", "hinge"])
def test_two_classes_agree_with_scikit_learn(make, outcome, name):
    task, labels, outputs = make(name)
    found = outcome(task, labels, outputs)
    said = [decision.label for decision in task.decide(outputs)]
    true = np.array(labels) == "yes"
    expected = {
        "accuracy": metrics.accuracy_score(labels, said),
        "balanced_accuracy": metrics.balanced_accuracy_score(labels, said),
        "precision": metrics.precision_score(labels, said, pos_label="yes"),
        "recall": metrics.recall_score(labels, said, pos_label="yes"),
        "f1_macro": metrics.f1_score(labels, said, average="macro"),
        "auc": metrics.roc_auc_score(true, outputs[:, 0]),
    }
    assert {key: score(key, found) for key in expected} == close(expected)


def test_several_classes_agree_with_scikit_learn(make, outcome):
    task, labels, outputs = make("multiclass", absent=(2,))
    found = outcome(task, labels, outputs)
    said = [decision.label for decision in task.decide(outputs)]
    one_hot = np.array(labels)[:, None] == np.array(task.classes)
    assert "c" in said and "c" not in labels
    expected = {
        "accuracy": metrics.accuracy_score(labels, said),
        "balanced_accuracy": float(
            np.mean([np.mean(np.array(said)[one_hot[:, k]] == task.classes[k]) for k in (0, 1, 3, 4)])
        ),
        "precision": metrics.precision_score(labels, said, average="macro", zero_division=0),
        "recall": metrics.recall_score(labels, said, average="macro", zero_division=0),
        "f1_macro": metrics.f1_score(labels, said, average="macro"),
        "nll": metrics.log_loss(labels, outputs, labels=task.classes),
        "auc": float(np.mean([metrics.roc_auc_score(one_hot[:, k], outputs[:, k]) for k in (0, 1, 3, 4)])),
    }
    assert {key: score(key, found) for key in expected} == close(expected)


def test_auc_of_all_classes_is_scikit_learns_one_against_the_rest(make, outcome):
    task, labels, outputs = make("multiclass")
    shares = outputs / outputs.sum(axis=1, keepdims=True)
    expected = metrics.roc_auc_score(labels, shares, multi_class="ovr", average="macro")
    assert score("auc", outcome(task, labels, outputs)) == close(expected)


def test_several_labels_agree_with_scikit_learn(make, outcome):
    task, true, outputs = make("multilabel")
    found, said = outcome(task, true, outputs), (outputs >= 0.5).astype(int)
    expected = {
        "accuracy": np.mean(true == said),
        "exact_match": metrics.accuracy_score(true, said),
        "precision": metrics.precision_score(true, said, average="macro"),
        "recall": metrics.recall_score(true, said, average="macro"),
        "f1_macro": metrics.f1_score(true, said, average="macro"),
        "auc": metrics.roc_auc_score(true, outputs, average="macro"),
        "nll": np.mean([metrics.log_loss(true[:, k], outputs[:, k].astype("float64")) for k in range(3)]),
    }
    assert {key: score(key, found) for key in expected} == close(expected)


@pytest.mark.parametrize("name", ["numbers", "several"])
def test_numbers_agree_with_scikit_learn(make, outcome, name):
    task, true, values = make(name)
    true = np.asarray(true, "float32").reshape(values.shape)
    expected = {
        "mae": metrics.mean_absolute_error(true, values),
        "rmse": metrics.root_mean_squared_error(true, values),
        "r2": metrics.r2_score(true, values),
    }
    found = outcome(task, true, values)
    assert {key: score(key, found) for key in expected} == close(expected)


def test_kappa_and_rank_error_agree_with_scikit_learn(make, outcome):
    task, labels, outputs = make("ordinal")
    ranks = [task.classes.index(label) for label in labels]
    said = (outputs >= 0.5).sum(axis=1)
    found = outcome(task, labels, outputs)
    assert score("qwk", found) == close(metrics.cohen_kappa_score(ranks, said, weights="quadratic"))
    assert score("mae", found) == close(metrics.mean_absolute_error(ranks, said))


def test_poisson_deviance_agrees_with_scikit_learn(make, outcome):
    task, counts, rates = make("poisson")
    assert score("poisson_deviance", outcome(task, counts, rates)) == close(
        metrics.mean_poisson_deviance(counts, rates[:, 0])
    )


def test_pinball_is_the_mean_of_scikit_learns_over_the_quantiles(make, outcome):
    task, values, outputs = make("quantiles")
    each = [metrics.mean_pinball_loss(values, outputs[:, k], alpha=q) for k, q in enumerate(task.quantiles)]
    assert score("pinball", outcome(task, values, outputs)) == close(np.mean(each))


def test_coverage_and_width_of_intervals_by_hand():
    found = outcome_of(
        kit.Regression(loss="quantile"), [1.0, 5.0, 3.0], np.array([[0, 1, 2], [0, 1, 3], [3, 4, 5.0]])
    )
    assert score("coverage", found) == close(
        2 / 3
    )  # 1 in [0, 2], 5 not in [0, 3], 3 in [3, 5]: the end counts
    assert score("interval_width", found) == close((2 + 3 + 2) / 3)


def test_likelihood_of_a_normal_distribution_by_hand():
    found = outcome_of(kit.Regression(loss="gaussian"), [3.0], np.array([[1.0, 2.0]]))
    assert score("nll", found) == close(0.5 * ((3 - 1) / 2) ** 2 + math.log(2 * math.sqrt(2 * math.pi)))


def test_likelihood_of_shares_is_the_cross_entropy():
    task = kit.Classification(("x", "y"), loss="kl")
    found = outcome_of(task, np.array([[0.25, 0.75]]), np.array([[0.5, 0.5]], "float32"))
    assert score("nll", found) == close(math.log(2))


def test_calibration_error_by_hand():
    outputs = np.array([[0.95], [0.95], [0.2], [0.2]], "float32")
    found = outcome_of(kit.Classification(("no", "yes")), ["yes", "no", "no", "no"], outputs)
    # two answers at 0.95 of which half are right, two at 0.8 of which all are
    assert score("ece", found) == close(0.5 * abs(0.95 - 0.5) + 0.5 * abs(0.8 - 1))


def test_calibration_does_not_depend_on_the_threshold(make, outcome):
    task, labels, outputs = make("binary")
    strict = kit.Classification(task.classes, threshold=0.9)
    assert score("ece", outcome(task, labels, outputs)) == score("ece", outcome(strict, labels, outputs))
    assert score("accuracy", outcome(task, labels, outputs)) != score(
        "accuracy", outcome(strict, labels, outputs)
    )


@pytest.mark.parametrize(
    ("name", "task", "labels", "outputs"),
    [
        ("auc", kit.Classification(("no", "yes")), ["no", "no"], [[0.1], [0.2]]),
        ("auc", kit.Classification(("a", "b", "c")), ["a", "a"], [[1, 0, 0], [0, 1, 0]]),
        ("r2", kit.Regression(), [0.1, 0.1, 0.1], [[1], [2], [3]]),
        ("qwk", kit.Classification(("a", "b", "c"), loss="ordinal"), ["b", "b"], [[0.9, 0.1], [0.9, 0.1]]),
    ],
)
def test_what_is_undefined_is_not_a_number_and_says_why(outcome, name, task, labels, outputs):
    assert math.isnan(score(name, outcome(task, labels, outputs)))
    assert scores.SCORES[name].undefined


def test_margins_are_no_probabilities_so_they_have_no_likelihood(make, outcome):
    names = scores.applicable(outcome(*make("hinge")))
    assert "auc" in names and not {"nll", "ece"} & set(names)


@pytest.mark.parametrize(
    "name", ["binary", "multiclass", "multilabel", "ordinal", "several", "quantiles", "gaussian", "poisson"]
)
def test_a_resample_scores_as_the_repeated_samples_do(make, outcome, name):
    task, labels, outputs = make(name, count=40)
    labels, found = np.asarray(labels), outcome(task, labels, outputs)
    [weights] = bootstrap.resampled(40, 3, seed=1)
    for key in scores.applicable(found):
        values = score(key, found, weights)
        for column in range(3):
            rows = np.repeat(np.arange(40), weights[:, column].astype(int))
            assert values[column] == close(score(key, outcome(task, labels[rows], outputs[rows])))


def test_an_unknown_score_names_the_nearest_one(make, outcome):
    with pytest.raises(KitError, match="Did you mean 'accuracy'"):
        score("acuracy", outcome(*make("binary")))
