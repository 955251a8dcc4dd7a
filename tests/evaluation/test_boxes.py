"""Reports on boxes: what is to be ignored changes no number, whatever finds it."""

import dataclasses

import keras
import numpy as np
import pytest

import kit
from kit.evaluation.average_precision import average_precision
from kit.evaluation.boxes import BoxOutcome, reported, spared

IGNORED = {
    "boxes": np.array([[0, 0, 40, 40], [60, 60, 80, 80]], float),
    "labels": np.array([0, 0]),
    "crowd": np.array([True, False]),
    "difficult": np.array([False, True]),
}
TRUTH = {"boxes": np.array([[10.0, 10, 20, 20]]), "labels": np.array([0])}


@pytest.mark.parametrize(
    ("box", "label", "expected"),
    [
        ([30, 30, 38, 38], 0, True),  # wholly inside of the crowd
        ([30, 30, 60, 60], 0, False),  # a ninth of it
        ([60, 60, 80, 79], 0, True),  # on the difficult object
        ([60, 60, 70, 70], 0, False),  # inside of it, with an IoU of a quarter
        ([60, 60, 80, 79], 1, False),  # another class
        ([10, 10, 20, 20], 0, False),  # inside of the crowd, and right
        ([90, 90, 99, 99], 0, False),
    ],
)
def test_a_box_is_spared_where_it_finds_what_is_ignored_and_nothing_that_counts(box, label, expected):
    said = {"boxes": np.array([box], float), "labels": np.array([label])}
    assert spared(said, TRUTH, IGNORED).tolist() == [expected]


@pytest.fixture(scope="module")
def measured():
    """A network that is not trained, images with objects, and the report on them."""
    data = kit.load_data(kit.shapes("detection", 8, (32, 32)), task="detection")
    keras.utils.set_random_seed(0)
    task = dataclasses.replace(data.task, score=0.0)
    model = kit.build(task, data.input, width=4, strides=(8,))
    return model, data.test, kit.evaluate(model, data.test, resamples=0)


def test_a_crowd_over_all_that_is_said_leaves_no_false_box(measured):
    model, samples, report = measured
    whole = np.tile(np.array([[-99, -99, 199, 199]], "float32"), (3, 1))
    names, kinds = np.array(model.kit.task.classes, object), np.array(["crowd"] * 3, object)
    aside = np.empty(len(samples), object)
    for row in range(len(samples)):
        aside[row] = (whole, names, kinds)
    again = kit.evaluate(model, dataclasses.replace(samples, ignored=aside), resamples=0)
    assert report.errors.loc["background", list(names)].sum() > 0
    assert again.errors.loc[["background", "both", "box", "class"], list(names)].to_numpy().sum() == 0
    assert again.per_class["support"].tolist() == report.per_class["support"].tolist()
    assert any("crowds and difficult objects count neither way" in note for note in again.notes)


def test_objects_beyond_the_padding_of_targets_are_counted(measured):
    model, samples, report = measured
    task = dataclasses.replace(model.kit.task, padding=1)
    few = dataclasses.replace(samples, task=task)
    again = reported(model, task, few, samples.names, resamples=0)
    assert few.arrays()[1].shape[1] == 1 < max(len(names) for _, names in samples.labels)
    assert again.per_class["support"].tolist() == report.per_class["support"].tolist()


def test_boxes_below_the_score_that_is_said_count_in_the_average_precision(measured):
    model, samples, report = measured
    task = dataclasses.replace(model.kit.task, score=0.99)
    again = reported(model, task, dataclasses.replace(samples, task=task), samples.names, resamples=0)
    assert sum(len(each["labels"]) for each in again.outcome.said()) == 0
    ranked = [sum(len(each.images) for each in one.outcome.precision.evidence) for one in (report, again)]
    assert ranked[0] == ranked[1] > 0 and again.metrics == report.metrics


def outcome_of(truths, detections, classes):
    task, found = kit.Detection(classes), average_precision(truths, detections, len(classes))
    return BoxOutcome(task.match, classes, truths, detections, found, task.score, np.zeros(len(truths)))


def test_boxes_are_matched_to_their_own_class_first():
    corners = np.array([[0.0, 0, 40, 40], [0, 0, 40, 38]])
    truth = {"boxes": corners, "labels": np.array([0, 1])}
    said = {"boxes": corners[::-1], "labels": np.array([0, 1]), "scores": np.array([0.9, 0.8])}
    counts = outcome_of([truth], [said], ("hat", "head")).confusion()
    assert counts.tolist() == [[1, 0, 0], [0, 1, 0], [0, 0, 0]]
    wrong = {**said, "labels": np.array([1, 1])}
    assert outcome_of([truth], [wrong], ("hat", "head")).confusion().tolist() == [
        [0, 1, 0],
        [0, 1, 0],
        [0, 0, 0],
    ]
