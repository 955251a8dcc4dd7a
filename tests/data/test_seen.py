"""The picture of what was read."""

import numpy as np
import pytest

import kit
from kit import draw
from kit.data import seen
from kit.data.shapes import shapes


@pytest.fixture(scope="module")
def drawn():
    return shapes("detection", 50, (72, 100))


def test_a_picture_shows_images_of_a_part_under_their_boxes(drawn):
    data = kit.load_data(drawn, image_size=(72, 100))
    picture = seen.picture(data.train, count=5)
    assert draw.png(picture)[:4] == b"\x89PNG" and len(picture.axes) == 5
    rows = np.unique(np.linspace(0, len(data.train) - 1, 5).round().astype(int))
    for row, axes in zip(rows, picture.axes, strict=True):
        patches = [patch.get_bbox().extents.tolist() for patch in axes.patches]
        assert patches == [pytest.approx(box) for box in data.train.labels[row][0].tolist()]


def test_gray_images_are_shown_too(drawn):
    data = kit.load_data((drawn[0].mean(axis=-1).astype("uint8"), drawn[1]))
    assert draw.png(seen.picture(data.train, count=1))[:4] == b"\x89PNG"
