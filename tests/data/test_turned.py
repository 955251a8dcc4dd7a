"""Photographs that lie on their side."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from kit.data.marked import Marked, collect
from kit.data.raw import Raw


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_boxes_of_the_stored_picture_turn_with_it(tmp_path, orientation):
    stored = np.zeros((40, 60, 3), "uint8")
    stored[5:15, 20:50] = 255  # the object, as it lies in the file
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / "a.jpg", exif=exif, quality=100)
    marked = Marked(tmp_path / "a.jpg", "a.xml", (40, 60))  # the size of the file as it is stored
    marked.add("cat", (20, 5, 50, 15), "object 1")
    raw = collect(Raw("turned", []), [marked], "xyxy", tmp_path)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(tmp_path / "a.jpg")))[..., 0] > 128
    rows, columns = np.nonzero(upright)
    seen = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    assert raw.sizes == [(60, 40)] and raw.labels[0][0].tolist() == [seen]
    assert not (raw.issues or raw.findings)


def test_boxes_of_the_picture_as_it_is_shown_stay(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(tmp_path / "a.jpg", exif=exif)
    marked = Marked(tmp_path / "a.jpg", "a.xml", (60, 40))  # height and width as shown
    marked.add("cat", (20, 5, 30, 15), "object 1")
    raw = collect(Raw("turned", []), [marked], "xyxy", tmp_path)
    assert raw.labels[0][0].tolist() == [[20, 5, 30, 15]]


def test_a_lying_size_of_a_picture_without_rotation_turns_nothing(tmp_path):
    Image.new("RGB", (60, 40)).save(tmp_path / "a.png")
    marked = Marked(tmp_path / "a.png", "a.xml", (60, 40))  # height and width exchanged by mistake
    marked.add("cat", (20, 5, 30, 15), "object 1")
    raw = collect(Raw("straight", []), [marked], "xyxy", tmp_path)
    assert raw.labels[0][0].tolist() == [[20, 5, 30, 15]]
