"""Errors of detectors by kind: each situation is told by its name."""

import numpy as np
import pytest

from kit.evaluation import box_errors
from kit.evaluation.box_errors import KINDS

OBJECT = [0, 0, 10, 10]
TRUTH = {"boxes": np.array([OBJECT], float), "labels": np.array([0])}
SITUATIONS = {
    "right": ([OBJECT], [0], ["right"], 0),
    "the right place, another class": ([OBJECT], [1], ["class"], 0),
    "the right class, an IoU of 0.3": ([[0, 0, 10, 3]], [0], ["box"], 0),
    "another class, an IoU of 0.3": ([[0, 0, 10, 3]], [1], ["both"], 1),
    "found twice": ([OBJECT, [0, 0, 10, 9]], [0, 0], ["right", "duplicate"], 0),
    "nothing is there": ([[50, 50, 60, 60]], [0], ["background"], 1),
    "nothing is said": ([], [], [], 1),
}


def said(boxes, labels):
    return {"boxes": np.array(boxes, float).reshape(-1, 4), "labels": np.array(labels, int)}


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_kind_of_mistake_is_told_by_its_name(name):
    boxes, labels, expected, missed = SITUATIONS[name]
    kinds, lost = box_errors.judged(TRUTH, said(boxes, labels))
    assert [KINDS[kind] for kind in kinds] == expected
    assert lost.sum() == missed


def test_boxes_of_an_image_without_objects_are_background():
    nothing = said([], [])
    kinds, lost = box_errors.judged(nothing, said([OBJECT], [0]))
    assert [KINDS[kind] for kind in kinds] == ["background"] and not len(lost)


def test_every_box_is_counted_once_and_every_kind_has_words(rng):
    truths, detections = [], []
    for _ in range(20):
        places = rng.uniform(0, 40, (7, 2))
        every = np.concatenate([places, places + rng.uniform(4, 25, (7, 2))], axis=1)
        labels = rng.integers(0, 3, 7)
        truths.append({"boxes": every[:3], "labels": labels[:3]})
        detections.append({"boxes": every[2:], "labels": labels[2:]})
    counts = box_errors.counted(truths, detections, 3)
    assert counts[:, :-1].sum() == 20 * 5  # one kind for each box said
    assert counts[:, 0].sum() + counts[:, -1].sum() <= 20 * 3
    assert box_errors.READING.keys() == set(KINDS)
