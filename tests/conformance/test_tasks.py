"""What every task must do, whatever goes out: one test a promise, over all of them."""

import dataclasses
import json

import keras
import numpy as np
import pytest

import kit
from kit import match, tasks
from kit.builders import builder_for

CASES = {  # a task and four labels; None where they are maps or boxes, which have tests of their own
    "classification of two": (kit.Classification(("no", "yes")), ["no", "yes", "yes", "no"]),
    "classification of three": (kit.Classification(3), [0, 1, 2, 0]),
    "multilabel": (kit.MultilabelClassification(("a", "b")), [["a"], [], ["a", "b"], ["b"]]),
    "regression": (kit.Regression(("y",)), [1.0, 2.0, 4.0, 8.0]),
    "forecasting": (kit.Forecasting(2), np.arange(8.0).reshape(4, 2)),
    "forecasting, quantiles": (kit.Forecasting(2, loss="quantile"), np.arange(8.0).reshape(4, 2)),
    "segmentation": (kit.Segmentation(2), None),
    "denoising": (kit.Denoising(), None),
    "detection": (kit.Detection(2), None),
}
every = pytest.mark.parametrize("task, labels", CASES.values(), ids=CASES)
of_rows = pytest.mark.parametrize(
    "task, labels", [case for case in CASES.values() if case[1] is not None], ids=str
)


def fitted(task, labels):
    return task if labels is None else task.fitted(labels)


def test_every_registered_task_has_a_case():
    assert {task.to_json()["kind"] for task, _ in CASES.values()} == set(tasks.names())


@every
def test_it_is_frozen_and_comes_back_from_json(task, labels):
    task = fitted(task, labels)
    stored = json.loads(json.dumps(task.to_json(), allow_nan=False))
    again = tasks.from_json(stored)
    assert again == task and again.match == task.match
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(task, dataclasses.fields(task)[0].name, None)


@every
def test_its_row_is_one_of_the_match_table_and_it_has_a_builder(task, labels):
    rows = {row.loss: row for row in match.table(task.form)}
    for part in task.match.loss.split("+"):  # of a sum each
        assert rows[part].activation == task.match.activation and rows[part].code == task.match.code
    assert builder_for(task)


@every
def test_it_describes_itself_in_one_line(task, labels):
    assert task.describe() and "\n" not in task.describe()


@of_rows
def test_labels_come_back_from_targets(task, labels):
    targets = task.encode(labels)
    assert len(targets) == 4 and np.isfinite(targets).all()
    for one, label in zip(task.decode(targets), labels, strict=True):
        assert np.array_equal(one, label)


@of_rows
def test_its_head_its_loss_and_its_decision_fit_each_other(task, labels):
    task = fitted(task, labels)
    features = keras.Input((3,))
    outputs = keras.ops.convert_to_numpy(
        keras.Model(features, task.head(features))(np.ones((4, 3), "float32"))
    )
    assert np.isfinite(float(task.make_loss()(task.encode(labels), outputs)))
    assert len(task.decide(outputs)) == 4
    for metric in task.make_metrics():
        metric.update_state(task.encode(labels), outputs)
        assert np.isfinite(float(metric.result()))
