"""Objects: boxes and names of images as arrays of one size, and back; what is no box is named."""

import numpy as np
import pytest

from kit import codecs
from kit.errors import DataError
from kit.objects import filled

CODE = codecs.get("boxes")
NAMES = ("cat", "dog")
PAIRS = [
    (np.array([[0, 0, 4, 4], [2, 2, 9, 8]], "float32"), ["dog", "cat"]),
    (np.zeros((0, 4), "float32"), []),
]


def test_targets_are_corners_and_class_numbers_filled_up_with_minus_one():
    targets = CODE.encode(PAIRS, NAMES)
    assert targets.dtype == np.float32 and targets.shape == (2, 2, 5)
    assert targets[0].tolist() == [[0, 0, 4, 4, 1], [2, 2, 9, 8, 0]] and (targets[1] == -1).all()


def test_targets_give_back_the_boxes_and_names():
    decoded = CODE.decode(CODE.encode(PAIRS, NAMES), NAMES)
    for (boxes, names), (again, said) in zip(PAIRS, decoded, strict=True):
        np.testing.assert_array_equal(again, boxes)
        assert list(said) == names


def test_of_too_many_boxes_the_largest_stay_in_their_order():
    boxes = np.array([[0, 0, 9, 9], [0, 0, 1, 1], [0, 0, 5, 5]], "float32")
    kept, names = filled(boxes, ["a", "b", "c"], 2)
    assert names == ["a", "c"] and kept[:, 2].tolist() == [9, 5]


@pytest.mark.parametrize(
    ("boxes", "names", "told"),
    [
        ([[0, 0, 4, 4]], ["cow"], "the class cow"),
        ([[4, 0, 4, 4]], ["cat"], "x1 < x2"),
        ([[9, 0, 4, 4]], ["cat"], "x1 < x2"),
        ([[0, 0, np.nan, 4]], ["cat"], "x1 < x2"),
        ([[0, 0, 4, 4]], ["cat", "dog"], "1 boxes and 2 names"),
    ],
    ids=str,
)
def test_what_is_no_box_is_named_with_its_image(boxes, names, told):
    with pytest.raises(DataError, match=told) as error:
        CODE.encode([PAIRS[0], (np.array(boxes, "float32"), names)], NAMES)
    assert "image 1" in str(error.value)
