"""Frames: boxes lie in what the network sees as the image does, and come back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.frames import Frame, inner

SIDES = st.integers(1, 900)


@given(height=SIDES, width=SIDES, rows=SIDES, columns=SIDES, letterbox=st.booleans())
def test_boxes_come_back_and_the_whole_image_lies_inside(height, width, rows, columns, letterbox):
    frame = Frame.of((height, width), (rows, columns), letterbox)
    whole = np.array([[0.0, 0.0, width, height]])
    left, top, right, bottom = frame.inward(whole)[0]
    assert left >= 0 and top >= 0 and right <= columns + 1e-3 and bottom <= rows + 1e-3
    np.testing.assert_allclose(frame.outward(frame.inward(whole)), whole, rtol=1e-4, atol=1e-2)


@pytest.mark.parametrize(
    ("size", "target", "expected"),
    [
        ((480, 640), (192, 256), (0, 0, 192, 256)),
        ((100, 50), (64, 64), (0, 16, 64, 32)),
        ((1, 500), (8, 8), (3, 0, 1, 8)),
    ],
)
def test_an_image_in_shape_touches_two_sides_and_is_in_the_middle(size, target, expected):
    assert inner(size, target) == expected


def test_a_stretched_image_fills_the_frame():
    assert Frame.of((10, 20), (30, 30)).inward(np.array([5.0, 5.0, 20.0, 10.0])).tolist() == [7.5, 15, 30, 30]
