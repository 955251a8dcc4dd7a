"""Classification: labels to targets to decisions, and everything from one row of the table."""

import json

import keras
import numpy as np
import pytest

import kit
from kit import match, tasks
from kit.errors import DataError, KitError, MatchError

TASKS = [
    kit.Classification(("cat", "dog") if row.form == "binary" else ("cat", "dog", "fox"), loss=row.loss)
    for form in ("binary", "multiclass")
    for row in match.table(form)
]
every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: f"{task.form} {task.loss}")


@every_task
def test_decoding_undoes_encoding(task):
    labels = list(task.classes) * 2
    assert task.decode(task.encode(labels)) == labels


@every_task
def test_deciding_on_the_encoded_truth_gives_the_labels_back(task):
    targets = task.encode(list(task.classes))
    outputs = np.eye(len(task.classes))[targets] if targets.ndim == 1 else targets
    assert [decision.label for decision in task.decide(outputs)] == list(task.classes)


@every_task
def test_an_untrained_head_says_what_the_labels_say(task):
    task = task.fitted([task.classes[0]] * 3 + [task.classes[1]] + [task.classes[-1]])
    if task.match.bias == "zero":
        pytest.skip("a margin has no probabilities")
    outputs = head_on_zeros(task)
    np.testing.assert_allclose(task.decided(outputs).probabilities[0], task.prior, atol=2e-3)


@every_task
def test_the_stored_task_is_equal_and_keeps_its_row(task):
    again = tasks.from_json(json.loads(json.dumps(task.fitted(task.classes).to_json())))
    assert again == task.fitted(task.classes)
    assert again.match == task.match


def head_on_zeros(task):
    inputs = keras.Input((4,))
    return keras.ops.convert_to_numpy(keras.Model(inputs, task.head(inputs))(np.zeros((1, 4), "float32")))


def test_a_loaded_task_reads_its_row_and_not_the_table():
    stored = kit.Classification(2).to_json()
    stored["match"]["decide"] = "argmax"
    assert tasks.from_json(stored).match.decide == "argmax"


def test_an_integer_stands_for_that_many_classes():
    assert kit.Classification(3).classes == (0, 1, 2)


def test_two_classes_are_one_sigmoid_unit_and_more_are_softmax():
    assert (kit.Classification(2).match.units, kit.Classification(2).match.activation) == ("1", "sigmoid")
    assert (kit.Classification(3).match.units, kit.Classification(3).match.activation) == (
        "classes",
        "softmax",
    )


def test_classes_keep_the_type_that_the_user_has():
    task = kit.Classification(np.array([False, True]))
    assert task.decide(np.array([[0.9]]))[0].label is True
    assert kit.Classification((1, 2)).decide(np.array([[0.1]]))[0].label == 1


def test_the_threshold_decides_between_two_classes():
    outputs = np.array([[0.3]])
    assert kit.Classification(("no", "yes"), threshold=0.2).decide(outputs)[0].label == "yes"
    assert kit.Classification(("no", "yes")).decide(outputs)[0].label == "no"


@pytest.mark.parametrize("classes", [1, (), ("a",), ("a", "a"), ("a", "b", "a")])
def test_too_few_or_repeated_classes_are_refused(classes):
    with pytest.raises(KitError):
        kit.Classification(classes)


def test_labels_that_are_no_class_are_named_with_their_rows():
    with pytest.raises(DataError) as caught:
        kit.Classification(("cat", "dog")).encode(["cat", "cta", "dog", None])
    assert [fault.where for fault in caught.value.faults] == ["row 1", "row 3"]


def test_an_option_of_another_loss_is_refused():
    with pytest.raises(MatchError, match="label_smoothing"):
        _ = kit.Classification(2, loss="hinge", label_smoothing=0.1).match


def test_prior_is_the_share_of_each_class_and_never_zero():
    assert kit.Classification(2).fitted([0, 0, 0, 1]).prior == pytest.approx((0.75, 0.25))
    assert min(kit.Classification(3).fitted([0, 1]).prior) > 0
