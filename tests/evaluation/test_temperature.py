"""The temperature of a network that is known to be three times too sure is three."""

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

import kit
from kit import calibration
from kit.evaluation import temperature


def drawn(rng, count, kind):
    """(true logits, truth as the fit takes it): labels that the logits are right about."""
    if kind == "softmax":
        logits = 1.5 * rng.normal(size=(count, 4))
        true = (special.softmax(logits, axis=1).cumsum(axis=1) < rng.random((count, 1))).sum(axis=1)
        return logits, np.eye(4)[true.clip(0, 3)]
    logits = 1.5 * rng.normal(size=(count, 1 if kind == "sigmoid" else 3))
    true = (rng.random(logits.shape) < special.expit(logits)).astype(float)
    return logits, np.concatenate([1 - true, true], axis=1) if kind == "sigmoid" else true


def probabilities(logits, kind):
    return special.softmax(logits, axis=1) if kind == "softmax" else special.expit(logits)


@pytest.mark.parametrize("kind", ["softmax", "sigmoid", "labels"])
@pytest.mark.parametrize("factor", [3.0, 0.5])
def test_logits_that_were_multiplied_get_the_factor_back(rng, kind, factor):
    logits, truth = drawn(rng, 6000, kind)
    activation = "softmax" if kind == "softmax" else "sigmoid"
    outputs = probabilities(factor * logits, kind).astype("float32")
    assert temperature.fitted(outputs, truth, activation) == pytest.approx(factor, rel=0.08)


def test_it_has_the_highest_likelihood_of_a_grid(rng):
    logits, truth = drawn(rng, 3000, "softmax")
    outputs = special.softmax(2 * logits, axis=1)
    grid = np.geomspace(0.5, 8, 200)
    losses = [metrics.log_loss(truth.argmax(axis=1), special.softmax(2 * logits / t, axis=1)) for t in grid]
    assert temperature.fitted(outputs, truth, "softmax") == pytest.approx(grid[np.argmin(losses)], rel=0.03)


def test_held_out_samples_are_predicted_better(rng):
    logits, truth = drawn(rng, 4000, "softmax")
    outputs = special.softmax(3 * logits, axis=1)
    found = temperature.fitted(outputs[:2000], truth[:2000], "softmax")
    after = calibration.tempered(outputs[2000:], "softmax", calibration.Calibration(2000, found))
    true = truth[2000:].argmax(axis=1)
    assert metrics.log_loss(true, after) < 0.8 * metrics.log_loss(true, outputs[2000:])
    gaps = [
        abs(each.max(axis=1).mean() - (each.argmax(axis=1) == true).mean())
        for each in (outputs[2000:], after)
    ]
    assert gaps[1] < 0.3 * gaps[0]


def test_no_mistake_on_few_samples_is_no_reason_to_be_sure():
    outputs, truth = np.tile([[0.9, 0.1]], (20, 1)), np.tile([[1.0, 0.0]], (20, 1))
    found = temperature.fitted(outputs, truth, "softmax")
    sure = calibration.tempered(outputs, "softmax", calibration.Calibration(20, found))[0, 0]
    assert 0.9 < sure < 1 - 0.5 / 22


@pytest.mark.parametrize("right", [5, 200, 269, 270])
def test_samples_that_it_was_fitted_on_are_never_predicted_worse(right, rng):
    logits = 6 * rng.random((270, 10)) + 8 * np.eye(10)[np.arange(270) % 10]
    true = np.where(np.arange(270) < right, logits.argmax(axis=1), (logits.argmax(axis=1) + 1) % 10)
    outputs = special.softmax(logits, axis=1)
    found = temperature.fitted(outputs, np.eye(10)[true], "softmax")
    after = calibration.tempered(outputs, "softmax", calibration.Calibration(270, found))
    labels = list(range(10))
    worse = metrics.log_loss(true, after, labels=labels) - metrics.log_loss(true, outputs, labels=labels)
    assert worse < 1e-6


def test_outputs_that_say_nothing_are_flattened(rng):
    outputs = special.softmax(3 * rng.normal(size=(500, 3)), axis=1)
    truth = np.eye(3)[rng.integers(0, 3, 500)]
    assert temperature.fitted(outputs, truth, "softmax") > 8


def test_a_class_that_is_said_to_be_likelier_than_it_is_is_named(rng, outcome):
    true = (rng.random(1000) < 0.1).astype(int)
    right, balanced = np.full((1000, 1), 0.1), np.full((1000, 1), 0.5)
    task = kit.Classification(("well", "ill"))
    labels = [task.classes[index] for index in true]
    assert temperature.bias(outcome(task, labels, right)) == ""
    assert temperature.bias(outcome(task, labels, balanced)).startswith("probabilities of 'ill' are 0.500")
