"""Calibration: a temperature changes how sure decisions are, and no argmax."""

import json

import numpy as np
import pytest
from scipy import special

import kit
from kit import calibration, tasks
from kit.calibration import Calibration
from kit.errors import KitError

HARSH, MILD = Calibration(10, temperature=0.05), Calibration(10, temperature=20.0)


@pytest.mark.parametrize("found", [HARSH, MILD], ids=["0.05", "20"])
@pytest.mark.parametrize("scale", [0.01, 1, 30])
def test_no_temperature_changes_which_class_is_said(found, scale, rng):
    outputs = special.softmax(scale * rng.normal(size=(2000, 5)).astype("float32"), axis=1)
    plain = kit.Classification(5).decided(outputs)
    assert (kit.Classification(5, calibration=found).decided(outputs).indices == plain.indices).all()
    one = special.expit(scale * rng.normal(size=(2000, 1)).astype("float32"))
    plain = kit.Classification(2).decided(one)
    assert (kit.Classification(2, calibration=found).decided(one).indices == plain.indices).all()


def test_a_temperature_divides_logits():
    logits = np.array([[2.0, -1.0, 0.5]])
    found = calibration.tempered(special.softmax(logits, axis=1), "softmax", Calibration(1, temperature=2.5))
    np.testing.assert_allclose(found, special.softmax(logits / 2.5, axis=1), rtol=1e-9)
    found = calibration.tempered(special.expit(logits), "sigmoid", Calibration(1, temperature=2.5))
    np.testing.assert_allclose(found, special.expit(logits / 2.5), rtol=1e-9)


def test_outputs_of_0_and_1_stay_finite_and_in_order():
    outputs = np.array([[0.0], [1e-20], [0.5], [1 - 6e-8], [1.0]], "float32")
    found = calibration.tempered(outputs, "sigmoid", MILD)[:, 0]
    assert np.isfinite(found).all() and (np.diff(found) > 0).all()


def test_without_a_temperature_outputs_are_what_they_were():
    outputs = np.array([[0.2, 0.8]], "float32")
    assert calibration.tempered(outputs, "softmax", Calibration(5)) is outputs
    assert calibration.tempered(outputs, "linear", MILD) is outputs


def test_the_threshold_that_keras_compares_with_gives_the_same_decisions(rng):
    found, outputs = Calibration(9, temperature=3.0), rng.random((500, 1))
    task = kit.Classification(2, threshold=0.3, calibration=found)
    assert (task.decided(outputs).indices == (outputs[:, 0] >= calibration.raw(0.3, found))).all()


def test_labels_are_tempered_too():
    task = kit.MultilabelClassification(2, threshold=(0.6, 0.4), calibration=Calibration(9, temperature=2.0))
    said = task.decide(np.array([[0.9, 0.2]]))[0]
    assert said.probabilities[0] == pytest.approx(special.expit(special.logit(0.9) / 2))
    assert said.labels == [0]


@pytest.mark.parametrize(
    "task",
    [
        kit.Classification(3, calibration=Calibration(9, 1.5, 0.9, "aps", (0.8,), ("sure",))),
        kit.Classification(2, aim="f1", threshold=0.3, calibration=Calibration(9)),
        kit.MultilabelClassification(
            2, aim="cost=1:2", threshold=(0.3, 0.4), calibration=Calibration(9, 2.0)
        ),
        kit.Regression(2, calibration=Calibration(9, 1.0, 0.8, "absolute", (1.0, 2.0))),
    ],
    ids=lambda task: type(task).__name__,
)
def test_a_stored_task_is_equal_with_its_calibration(task):
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_a_task_stored_before_there_were_calibrations_has_none():
    stored = kit.Classification(3).to_json()
    for name in ("calibration", "aim", "coverage", "sets"):
        del stored[name]
    assert tasks.from_json(stored) == kit.Classification(3)


def test_what_belongs_to_one_network_can_be_taken_away():
    task = kit.Classification(2, aim="f1", threshold=0.3, calibration=Calibration(9))
    assert calibration.removed(task) == kit.Classification(2, aim="f1")
    own = kit.Classification(2, threshold=0.3, calibration=Calibration(9))
    assert calibration.removed(own).threshold == 0.3  # the user's own


@pytest.mark.parametrize("wrong", [{"temperature": 0.0}, {"temperature": np.inf}, {"margins": (np.nan,)}])
def test_numbers_that_calibrate_nothing_are_refused(wrong):
    with pytest.raises(KitError, match="temperature above 0"):
        Calibration(5, **wrong)
