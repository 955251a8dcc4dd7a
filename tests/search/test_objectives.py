"""Objectives know their direction, and that the task has them."""

import keras_tuner
import numpy as np
import pytest

import kit
from kit.errors import KitError
from kit.evaluation import scores
from kit.evaluation.outcome import outcome_of
from kit.search.objectives import COSTS, _metrics_of, resolve

CLASSES = kit.Classification(("a", "b", "c"))
NUMBERS = kit.Regression()


@pytest.mark.parametrize(
    "task, name, direction",
    [
        (CLASSES, "accuracy", "max"),
        (kit.MultilabelClassification(("a", "b")), "f1_macro", "max"),
        (NUMBERS, "rmse", "min"),
        (kit.Segmentation(3), "mean_iou", "max"),
        (kit.Denoising(), "psnr", "max"),
        (kit.Detection(2), "map_50_95", "max"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_task_has_an_objective_of_its_own(task, name, direction):
    (found,) = resolve(None, task)
    assert (found.name, found.direction) == (name, direction)


def good_and_bad(task):
    if task is NUMBERS:
        labels = np.arange(9.0)
        return labels, labels[:, None] + 0.01, labels[::-1, None] * 3.0
    labels = np.array(list("abcabcabc"))
    sure = np.eye(3)[[0, 1, 2] * 3] * 0.97 + 0.01
    return labels, sure, np.roll(sure, 1, axis=1)


@pytest.mark.parametrize("task", [CLASSES, NUMBERS], ids=["classes", "numbers"])
def test_good_outputs_score_better_than_bad_ones_by_every_metric(task):
    labels, good, bad = good_and_bad(task)
    targets = task.encode(labels)
    outcomes = [outcome_of(task, labels, out, np.abs(out - good).mean(axis=1)) for out in (good, bad)]
    assert len(targets) == len(labels)
    names = [name for name in scores.applicable(outcomes[0]) if name in _metrics_of(task)]
    assert len(names) >= 4
    for name in names:
        (objective,) = resolve(name, task)
        assert objective.better(*(scores.score(name, outcome) for outcome in outcomes)), name


def test_every_known_metric_is_one_that_reports_have():
    from kit.evaluation import map_scores  # noqa: F401 - enters the scores of maps

    known = {*scores.SCORES, *COSTS, "map_50_95", "map_50", "map_75", "ar_100"}
    for task in (CLASSES, NUMBERS, kit.Segmentation(3), kit.Denoising(), kit.Detection(2)):
        assert set(_metrics_of(task)) <= known


def test_numbers_of_an_epoch_are_known_by_their_prefix():
    assert [
        (each.name, each.direction, each.is_of_epoch)
        for each in resolve(["val_loss", "val_accuracy"], CLASSES)
    ] == [
        ("val_loss", "min", True),
        ("val_accuracy", "max", True),
    ]


def test_a_direction_can_be_said_and_kerastuners_own_objective_given():
    assert resolve(("val_own", "max"), CLASSES)[0].direction == "max"
    assert resolve(keras_tuner.Objective("val_own", "min"), CLASSES)[0].name == "val_own"


def test_a_metric_of_another_task_is_refused():
    with pytest.raises(KitError, match="Unknown objective for .* 'acuracy'. Did you mean 'accuracy'"):
        resolve("acuracy", CLASSES)
    with pytest.raises(KitError, match="Unknown objective"):
        resolve("accuracy", NUMBERS)
    with pytest.raises(KitError, match="different names"):
        resolve(["accuracy", "accuracy"], CLASSES)
    with pytest.raises(KitError, match="'min' or 'max'"):
        resolve(("val_own", "up"), CLASSES)
