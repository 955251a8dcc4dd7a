"""Formats of boxes, and which of them numbers are of."""

import numpy as np
import pytest

import kit
from kit.data import box_formats

SIZE = np.array([[40, 60]] * 4)
CORNERS = np.array([[30, 20, 50, 30], [35, 22, 55, 36], [25, 10, 45, 32], [40, 25, 59, 39.0]])


def test_an_unknown_format_names_the_nearest():
    with pytest.raises(kit.KitError, match="Did you mean 'xyxy'"):
        box_formats.checked("xyxi")


def test_voc_counts_from_1_and_includes_the_last_pixel():
    assert box_formats.corners([[1, 1, 60, 40]], "voc", SIZE[:1]).tolist() == [[0, 0, 60, 40]]


def test_shares_are_of_the_sides_of_each_image():
    sizes = np.array([[40, 60], [10, 100]])
    found = box_formats.corners([[0.5, 0.5, 1, 1]] * 2, "rel_xyxy", sizes)
    assert found.tolist() == [[30, 20, 60, 40], [50, 5, 100, 10]]


def test_a_few_boxes_and_a_few_misfits_say_nothing_of_the_format():
    assert box_formats.probable(CORNERS[:3], "xywh", SIZE[:3]) is None
    good = np.array([[2, 2, 9, 9.0]] * 12)
    assert box_formats.probable(np.concatenate([good, CORNERS]), "xywh", np.repeat(SIZE, 4, axis=0)) is None


def test_boxes_that_fit_no_format_name_none():
    assert box_formats.probable(CORNERS * 100, "xywh", SIZE) is None


@pytest.mark.parametrize("form", ["xyxy", "xywh", "rel_xyxy"])
def test_the_format_that_most_boxes_fit_is_guessed(form):
    numbers = CORNERS if form == "xyxy" else CORNERS - CORNERS[:, [0, 1, 0, 1]] * [0, 0, 1, 1]
    numbers = CORNERS / [60, 40, 60, 40] if form == "rel_xyxy" else numbers
    assert box_formats.guessed(numbers, SIZE) == form


@pytest.mark.parametrize(
    "numbers, database, form",
    [
        ([[1, 1, 5, 5]], "The VOC2012 Database", "voc"),
        ([[1, 1, 5, 5]], "", "voc"),
        ([[1, 1, 5, 5]], "Unknown", "xyxy"),
        ([[4, 0, 5, 5]], "The VOC2012 Database", "xyxy"),
        (np.zeros((0, 4)), "", "voc"),
    ],
)
def test_voc_counts_from_1_unless_something_shows_otherwise(numbers, database, form):
    assert box_formats.of_voc(np.array(numbers), database)[0] == form
