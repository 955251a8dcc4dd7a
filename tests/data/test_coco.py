"""COCO files."""

import json

import pytest

import kit
from kit.data import coco

EMPTY = json.dumps({"images": [], "annotations": [], "categories": []})


@pytest.mark.parametrize(
    "name", ["_annotations.coco.json", "instances_val.json", "annotations.json", "x.coco.json"]
)
def test_names_of_exports_are_known(tmp_path, name):
    (tmp_path / name).write_text("{}")
    assert [file.name for file in coco.files_of(tmp_path)] == [name]


def test_other_names_count_only_where_they_are_asked_for_and_hold_the_keys(tmp_path):
    (tmp_path / "mine.json").write_text(EMPTY)
    (tmp_path / "settings.json").write_text("{}")
    assert not coco.files_of(tmp_path)
    assert [file.name for file in coco.files_of(tmp_path, deep=True)] == ["mine.json"]


def test_files_are_in_the_order_of_the_parts(tmp_path):
    for part in ("test", "val", "train"):
        (tmp_path / f"instances_{part}2017.json").write_text(EMPTY)
    assert [coco.part_of(file) for file in coco.files_of(tmp_path)] == ["train", "validation", "test"]


def test_a_damaged_file_of_a_known_name_is_taken_and_told(tmp_path):
    (tmp_path / "_annotations.coco.json").write_text("{")
    (file,) = coco.files_of(tmp_path, deep=True)
    with pytest.raises(kit.DataError, match="not readable as JSON"):
        coco.content_of(file)


def test_images_are_found_where_coco_has_them(tmp_path):
    for place in ("images/val2017", "val2017", "images", ""):
        (tmp_path / place).mkdir(parents=True, exist_ok=True)
        (tmp_path / place / "7.jpg").write_bytes(b"")
        path = tmp_path / "annotations" / "instances_val2017.json"
        assert coco.image_of("7.jpg", path, tmp_path) == tmp_path / place / "7.jpg"
        (tmp_path / place / "7.jpg").unlink()
    assert coco.image_of("7.jpg", path, tmp_path) == tmp_path / "annotations" / "7.jpg"
