"""kit.data.guess: the task that labels ask for, and why."""

import numpy as np
import pytest

import kit
from kit.data.guess import guess_task, present
from kit.errors import KitError


def objects(*items):
    return np.array([*items, None], object)[:-1]


@pytest.mark.parametrize(
    "labels, classes",
    [
        (objects("dog", "cat", "dog"), ("cat", "dog")),
        (np.array([True, False]), (False, True)),
        (objects(True, False, None), (False, True)),
        (np.array([2, 0, 1, 1]), (0, 1, 2)),
        (np.arange(20), tuple(range(20))),
        (np.array([0.0, 1.0, np.nan]), (0, 1)),
        (np.array([[0, 1], [1, 0]]), (0, 1)),
    ],
)
def test_text_booleans_and_few_integers_are_classes_of_their_own_type(labels, classes):
    task, _, why = guess_task(labels)
    assert task.classes == classes and [type(c) for c in task.classes] == [type(c) for c in classes]
    assert why.startswith("Classification, because")


@pytest.mark.parametrize(
    "labels", [np.array([1, 2, 3]), np.array([0.0, 1.0]), np.arange(21), np.array([0, 2]), np.array([0.5, 1])]
)
def test_other_numbers_are_regression(labels):
    task, _, why = guess_task(labels)
    assert task == kit.Regression(("y",)) and "not the integers 0 to C-1" in why


def test_several_numbers_a_sample_are_several_targets():
    assert guess_task(np.ones((3, 2)) / 2)[0].targets == ("y0", "y1")
    assert guess_task(np.ones((3, 2)) / 2, names=("a", "b"))[0].targets == ("a", "b")


def test_lists_of_labels_and_rows_of_bits_are_multilabel():
    assert guess_task([["b"], [], ["a", "b"]])[0].labels == ("a", "b")
    assert guess_task(np.array([[0, 1], [1, 1]]))[0].labels == (0, 1)
    assert guess_task(objects("a|b", "", "b"), "multilabel")[:2] == (
        kit.MultilabelClassification(("a", "b")),
        [["a", "b"], [], ["b"]],
    )


def test_the_name_of_a_task_is_obeyed():
    task, labels, why = guess_task(np.array([3.0, 5.0, 3.0]), "classification")
    assert task.classes == (3, 5) and labels.tolist() == [3, 5, 3] and why == "Classification, as you said."
    assert guess_task(np.array([0, 1]), "regression")[0] == kit.Regression(("y",))


def test_a_task_is_taken_as_it_is():
    task = kit.Classification(("b", "a"))
    assert guess_task(objects("a"), task)[0] is task


def test_an_unknown_task_is_refused_with_the_nearest():
    with pytest.raises(kit.KitError, match="Unknown task 'regresion'. Did you mean 'regression'"):
        guess_task(np.array([1.0]), "regresion")


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_lists_of_labels_fit_no_other_task(task):
    with pytest.raises(kit.KitError, match="multilabel"):
        guess_task([["a"]], task)


def test_one_class_makes_no_task():
    assert guess_task(objects("a", "a"))[0] is None


def test_presence_of_labels():
    assert present(np.array([1.0, np.nan])).tolist() == [True, False]
    assert present(np.array([[1.0, 2.0], [np.nan, 1.0]])).tolist() == [True, False]
    assert present(objects("a", None)).tolist() == [True, False]


def test_two_columns_are_no_classes_unless_each_row_holds_a_single_1():
    assert guess_task(np.array([[0, 1], [1, 0]]), "classification")[1].tolist() == [1, 0]
    for columns in (np.array([["red", "S"], ["blue", "L"]], object), np.array([[0, 4], [1, 1]])):
        with pytest.raises(KitError, match="2 targets are no classes"):
            guess_task(columns, "classification")
