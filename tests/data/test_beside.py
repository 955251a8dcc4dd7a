"""Which image a file is about."""

from pathlib import Path

import pytest

from kit.data import beside
from kit.data.beside import told_once
from kit.data.marked import Marked
from kit.data.raw import Raw


@pytest.mark.parametrize(
    "name, found", [("a/7.jpg", "7.jpg"), ("C:\\a\\7.jpg", "7.jpg"), (" 7.jpg\n", "7.jpg"), ("", "")]
)
def test_the_last_name_of_a_path_of_any_system(name, found):
    assert beside.last(name) == found


def test_of_images_of_one_name_the_nearest_is_taken():
    images = [Path(f"{part}/images/7.jpg") for part in ("train", "val")] + [Path("val/images/7.png")]
    near = beside.Nearest(images)
    assert near.of(Path("val/labels/7.xml")) == Path("val/images/7.jpg")
    assert near.of(Path("train/labels/7.xml")) == Path("train/images/7.jpg")
    assert near.of(Path("val/labels/9.xml"), "7.png") == Path("val/images/7.png")
    assert near.of(Path("val/labels/9.xml")) is None


def test_folders_that_differ_in_the_middle_still_agree_later():
    images = [Path("images/train/7.jpg"), Path("images/val/7.jpg")]
    assert beside.Nearest(images).of(Path("labels/val/7.txt")) == images[1]


def test_parts_need_all_images_in_folders_of_parts(tmp_path):
    raw = Raw("x", [Path("a"), Path("b")], names=["train/a.jpg", "b.jpg"])
    beside.find_parts(raw, tmp_path)
    assert raw.parts is None and not raw.faults


def test_parts_that_the_annotations_tell_come_first(tmp_path):
    raw = Raw("x", [Path("a"), Path("b")], names=["train/a.jpg", "train/b.jpg"])
    beside.find_parts(raw, tmp_path, told=["train", "test"])
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0], "test": [1]}


def test_an_image_belongs_to_the_annotations_that_lie_nearest():
    image = Path("train/3.png")
    own, other = Marked(image, "train/3.xml"), Marked(image, "test/3.xml")
    told_once([other, own], [Path("test/3.xml"), Path("train/3.xml")])
    assert own.lost is None and own.image == image
    assert "train/3.xml is about the one there is" in other.lost.found and other.image == Path("test/3.png")
