"""Folders of images, one folder a class."""

import os

import pytest
from PIL import Image

import kit
from kit.data.readers import Request
from kit.data.readers.folders import read


def tree(root, *names):
    for value, name in enumerate(names):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("L", (4, 4), value).save(path) if path.suffix in (".png", ".jpg") else path.write_text("x")
    return root


def of(root):
    return read(Request(root))


def where(faults):
    return [fault.where for fault in faults]


def test_a_folder_a_class(tmp_path):
    raw = of(tree(tmp_path, "cat/1.png", "dog/2.jpg", "cat/deep/3.png"))
    assert raw.names == ["cat/1.png", "cat/deep/3.png", "dog/2.jpg"] and raw.labels.tolist() == [
        "cat",
        "cat",
        "dog",
    ]
    assert raw.parts is None and not raw.faults


@pytest.mark.parametrize("validation", ["val", "valid", "validation", "Val"])
def test_folders_of_parts_around_them(tmp_path, validation):
    names = [f"{part}/{label}/1.png" for part in ("train", validation, "test") for label in ("cat", "dog")]
    raw = of(tree(tmp_path, *names))
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {
        "train": [0, 1],
        "validation": [2, 3],
        "test": [4, 5],
    }


def test_splits_hidden_folders_and_loose_files_are_no_classes(tmp_path):
    root = tree(
        tmp_path, "cat/1.png", "dog/2.png", "splits/train.txt", ".git/3.png", "readme.md", "__MACOSX/4.png"
    )
    (root / "splits" / "train.txt").write_text("cat/1.png\ndog/2.png\n")
    raw = of(root)
    assert sorted(set(raw.labels)) == ["cat", "dog"] and raw.parts["train"].tolist() == [0, 1]


def test_one_folder_around_all_classes_is_looked_through(tmp_path):
    assert sorted(set(of(tree(tmp_path, "images/cat/1.png", "images/dog/2.png")).labels)) == ["cat", "dog"]


def test_a_single_class_folder_is_no_wrapper(tmp_path):
    assert set(of(tree(tmp_path, "cat/1.png", "cat/more/2.png")).labels) == {"cat"}


def test_files_of_other_kinds_are_counted_and_listed(tmp_path):
    raw = of(tree(tmp_path, "cat/1.png", "cat/a.heic", "cat/b.heic", "cat/notes.txt", "cat/.DS_Store"))
    (issue,) = raw.issues
    assert issue.where == "cat" and issue.found == "2 .heic, 1 .txt not read (a.heic, b.heic, notes.txt)"
    assert len(raw) == 1


def test_a_class_without_images_is_a_fault_by_name(tmp_path):
    root = tree(tmp_path, "cat/1.png", "dog/notes.txt")
    (root / "bird").mkdir()
    assert where(of(root).faults) == ["bird", "dog"]


def test_a_class_that_training_lacks_is_a_fault(tmp_path):
    raw = of(tree(tmp_path, "train/cat/1.png", "train/dog/1.png", "test/cat/2.png", "test/fox/1.png"))
    assert where(raw.faults) == ["class 'fox'"]


def test_a_link_out_of_the_folder_is_a_fault_and_one_inside_is_not(tmp_path):
    root = tree(tmp_path / "data", "cat/1.png", "dog/2.png")
    tree(tmp_path, "secret.png", "elsewhere/3.png")
    os.symlink(tmp_path / "secret.png", root / "cat" / "link.png")
    os.symlink(tmp_path / "elsewhere", root / "fox")
    os.symlink(root / "cat" / "1.png", root / "cat" / "same.png")
    raw = of(root)
    assert where(raw.faults) == ["cat/link.png", "fox"] and "link out of the folder" in raw.faults[0].found
    assert "cat/same.png" in raw.names


def test_the_folder_itself_may_be_a_link(tmp_path):
    tree(tmp_path / "data", "cat/1.png", "dog/2.png")
    os.symlink(tmp_path / "data", tmp_path / "link")
    assert len(of(tmp_path / "link")) == 2 and not of(tmp_path / "link").faults


def test_links_in_a_circle_are_not_followed(tmp_path):
    root = tree(tmp_path, "cat/1.png", "dog/2.png")
    os.symlink(root, root / "cat" / "again")
    assert len(of(root)) == 2


def test_names_that_only_look_the_same_are_a_fault(tmp_path):
    raw = of(tree(tmp_path, "caf\u00e9/1.png", "cafe\u0301/2.png"))
    assert len(raw.faults) == 1 and "look the same" in raw.faults[0].found


def test_a_class_may_be_spelled_in_two_ways_of_unicode_in_two_parts(tmp_path):
    raw = of(
        tree(tmp_path, "train/caf\u00e9/1.png", "train/b/1.png", "test/cafe\u0301/1.png", "test/b/1.png")
    )
    assert sorted(set(raw.labels)) == ["b", "caf\u00e9"] and not raw.faults


@pytest.mark.parametrize("name", ["\u05d0\u05d1", "\U0001f600", "a b", "x" * 200, "A'\"b", "-1"])
def test_odd_names_of_classes_come_through_unchanged(tmp_path, name):
    assert set(of(tree(tmp_path, f"{name}/1.png", "other/2.png")).labels) == {name, "other"}


def test_a_name_that_is_no_text_is_a_fault(tmp_path):
    tree(tmp_path, "cat/1.png")
    os.makedirs(os.fsencode(tmp_path) + b"/d\xffg")
    raw = of(tmp_path)
    assert len(raw.faults) == 1 and "no text" in raw.faults[0].found
    str(raw.faults[0]).encode("utf-8")


def test_a_file_whose_name_is_no_text_is_read_under_a_name_that_prints(tmp_path):
    tree(tmp_path, "cat/1.png")
    os.rename(tmp_path / "cat" / "1.png", os.fsencode(tmp_path / "cat") + b"/\xff.png")
    raw = of(tmp_path)
    assert raw.names == ["cat/\ufffd.png"] and raw.inputs[0].exists()


@pytest.mark.parametrize(
    "names, found, cure",
    [
        (["1.png", "2.png"], "no folder for each class", "a folder named after it"),
        (["a.csv", "b.csv"], "no images", "give the file: a.csv, b.csv"),
        ([], "no images", "a folder named after it"),
    ],
)
def test_a_folder_of_something_else_says_what_is_needed(tmp_path, names, found, cure):
    (fault,) = of(tree(tmp_path, *names)).faults
    assert found in fault.found and cure in fault.cure


def test_load_data_raises_all_of_them_at_once(tmp_path):
    root = tree(tmp_path, "cat/1.png")
    (root / "dog").mkdir()
    (root / "fox").mkdir()
    with pytest.raises(kit.DataError, match="2 faults in the data"):
        kit.load_data(root)
