"""YOLO's boxes."""

import numpy as np
import pytest

from kit.data.readers import READERS, Request, read
from kit.data.shapes import shapes

takes = READERS.facts("YOLO boxes")["takes"]
LINE = "0 0.5 0.5 0.2 0.5"  # of 40 x 60 pixels: 24 10 36 30
EDGES = [24, 10, 36, 30]


@pytest.fixture
def folder(tmp_path, written):
    """Writes label files of these texts (None: no file) beside images of 40 x 60 pixels, and data.yaml."""

    def write(texts, yaml="train: images\nnames: [cat, dog]\n", top="images", labels="labels"):
        for place, (stem, text) in enumerate(texts.items()):
            written.save(tmp_path / top / f"{stem}.png", np.full((40, 60, 3), place, "uint8"))
            if text is not None:
                written.text(tmp_path / labels / f"{stem}.txt", text)
        if yaml:
            written.text(tmp_path / "data.yaml", yaml)
        return tmp_path

    return write


def of(root, **options):
    return read(Request(root, **options))


def told(raw):
    return [(finding.fault.where, finding.fault.found) for finding in raw.findings]


def boxes_of(raw, row=0):
    return raw.labels[row][0].tolist()


def test_lines_are_a_class_and_the_centre_and_sides_as_shares(folder):
    raw = of(folder({"a": f"{LINE}\n1 0.5 0.5 1 1\n\n"}))
    assert boxes_of(raw) == [EDGES, [0, 0, 60, 40]] and raw.labels[0][1].tolist() == ["cat", "dog"]
    assert not (raw.findings or raw.faults or raw.issues)


@pytest.mark.parametrize("text", ["", "\n", None])
def test_an_image_with_an_empty_label_file_or_none_is_background(folder, text):
    raw = of(folder({"a": LINE, "b": text}))
    assert len(raw) == 2 and boxes_of(raw, 1) == [] and not raw.findings


@pytest.mark.parametrize(
    "top, labels, yaml",
    [
        ("images", "labels", None),
        ("train/images", "train/labels", "train: ../train/images\nnames: [cat, dog]\n"),
        ("images/train", "labels/train", "path: /content/set\ntrain: images/train\nnames: [cat, dog]\n"),
        ("images/train", "labels/train", "train: /kaggle/input/set/images/train\nnames: [cat, dog]\n"),
        ("data/images", "data/labels", "path: data\ntrain: images\nnames: [cat, dog]\n"),
        ("all", "all", None),
    ],
)
def test_images_and_labels_are_found_where_exports_put_them(folder, top, labels, yaml):
    root = folder({"a": LINE, "b": LINE}, yaml, top, labels)
    assert takes(root) and takes(root, "detection") and not takes(root, "segmentation")
    raw = of(root)
    assert [path.name for path in raw.inputs] == ["a.png", "b.png"] and boxes_of(raw, 1) == [EDGES]
    assert raw.classes == (("cat", "dog") if yaml else (0,)), "without names, numbers are the classes"


def test_parts_are_those_of_the_yaml(folder, tmp_path):
    for part in ("train", "val"):
        folder({f"{part}{n}": LINE for n in range(2)}, None, f"images/{part}", f"labels/{part}")
    text = "train:\n  - images/train\nval: images/val\nnc: 2\nnames:\n  0: cat\n  1: dog\n"
    (tmp_path / "set.yaml").write_text(text)
    for source in (tmp_path, tmp_path / "set.yaml"):
        raw = of(source)
        assert {part: rows.tolist() for part, rows in raw.parts.items()} == {
            "train": [0, 1],
            "validation": [2, 3],
        }


def test_validation_on_the_images_of_training_is_undone_and_said(folder):
    yaml = "train: images/train\nval: images/train\nnames: [cat]\n"
    raw = of(folder({"a": LINE, "b": LINE}, yaml, "images/train", "labels/train"))
    assert len(raw) == 2 and raw.parts is None
    assert "data.yaml names the same images for train and validation: they count once." in raw.notes


def test_parts_may_be_lists_of_images(folder, tmp_path):
    folder({"a": LINE, "b": LINE, "c": LINE}, "train: train.txt\nval: val.txt\nnames: [cat]\n")
    (tmp_path / "train.txt").write_text("./images/a.png\n/home/me/set/images/b.png\n")
    (tmp_path / "val.txt").write_text("images/c.png\nimages/z.png\n")
    raw = of(tmp_path)
    assert [(fault.where, fault.found) for fault in raw.faults] == [("val.txt, line 2", "'images/z.png'")]
    (tmp_path / "val.txt").write_text("images/c.png\n")
    assert {part: rows.tolist() for part, rows in of(tmp_path).parts.items()} == {
        "train": [0, 1],
        "validation": [2],
    }


def test_folders_of_parts_need_no_yaml(folder, tmp_path):
    for part in ("train", "valid"):
        folder({part: LINE}, None, f"{part}/images", f"{part}/labels")
    (tmp_path / "classes.txt").write_text("cat\n")
    raw = of(tmp_path)
    assert list(raw.parts) == ["train", "validation"] and raw.classes == ("cat",)


def test_a_folder_that_the_yaml_names_in_vain_is_a_fault(folder):
    root = folder({"a": LINE}, "train: images\nval: images/nowhere\nnames: [cat]\n")
    (fault,) = of(root).faults
    assert fault.where == "data.yaml, val" and fault.found == "no images/nowhere"


def test_a_yaml_of_another_machine_is_a_fault_of_the_yaml_and_not_a_folder_of_classes(folder):
    root = folder({"a": LINE}, "train: /home/me/pictures\nnames: [cat]\n")
    assert takes(root)
    (fault,) = of(root).faults
    assert fault.where == "data.yaml, train" and fault.found == "no /home/me/pictures"


def test_images_that_are_listed_twice_count_once(folder):
    assert len(of(folder({"a": LINE, "b": LINE}, "train: [images, images]\nnames: [cat]\n")).inputs) == 2


def test_a_class_without_a_name_keeps_its_number(folder):
    raw = of(folder({"a": f"{LINE}\n1 0.5 0.5 0.1 0.1"}, "train: images\nnames: [cat, '']\n"))
    assert raw.labels[0][1].tolist() == ["cat", 1]


@pytest.mark.parametrize(
    "line, found",
    [
        ("2 0.5 0.5 0.2 0.2", "class 2, which data.yaml does not name"),
        ("-1 0.5 0.5 0.2 0.2", "class -1"),
        ("0.5 0.5 0.5 0.2 0.2", "class 0.5"),
        ("cat 0.5 0.5 0.2 0.2", "'cat 0.5 0.5 0.2 0.2'"),
        ("0 0.5 0.5 0.2", "3 numbers after the class"),
        ("0 0.5 0.5 0.2 0.2 0.9", "5 numbers after the class (a confidence?)"),
        ("0 0.5 0.5 0 0.2", "a box without area (rel_cxcywh 0.5 0.5 0 0.2)"),
        ("0 0.5 0.5 -0.1 0.2", "numbers that are no shares of the sides (rel_cxcywh 0.5 0.5 -0.1 0.2)"),
        ("0 0.5 1.2 0.1 0.2", "numbers that are no shares of the sides (rel_cxcywh 0.5 1.2 0.1 0.2)"),
        ("0 nan 0.5 0.1 0.2", "a box without four numbers"),
    ],
)
def test_a_line_at_fault_is_named_and_the_image_stays(folder, line, found):
    raw = of(folder({"a": f"{LINE}\n{line}", "b": LINE, "c": LINE}))
    ((where, what),) = told(raw)
    assert where.startswith("labels/a.txt, line 2") and what == found
    assert len(raw) == 3 and boxes_of(raw) == [EDGES]


def test_pixels_in_place_of_shares_are_a_fault_that_names_their_format(folder):
    lines = ["0 30 20 50 30", "0 35 22 55 36", "0 25 10 45 32", "0 40 25 59 39"]
    (fault,) = of(folder({"a": "\n".join(lines)})).faults
    assert "but do as xyxy" in fault.found and "box_format='xyxy'" in fault.cure


def test_numbers_that_begin_at_1_are_a_fault_of_all_labels(folder):
    raw = of(folder({"a": "1 0.5 0.5 0.2 0.5", "b": "2 0.5 0.5 0.2 0.5"}))
    assert [fault.found for fault in raw.faults] == ["class numbers 1 to 2 for the names 0 to 1 of data.yaml"]


def test_numbers_with_gaps_are_named_as_they_are(folder):
    yaml = "train: images\nnames:\n  3: cat\n  17: dog\n"
    raw = of(folder({"a": "17 0.5 0.5 0.2 0.5\n3 0.5 0.5 1 1"}, yaml))
    assert raw.labels[0][1].tolist() == ["dog", "cat"] and raw.classes == ("cat", "dog")


def test_an_outline_has_the_box_around_it(folder):
    raw = of(folder({"a": "0 0.4 0.25 0.6 0.25 0.6 0.75 0.4 0.75"}))
    assert boxes_of(raw) == [EDGES]
    assert any(note.startswith("1 objects are outlines") for note in raw.notes)


def test_rounded_decimals_are_taken_for_the_whole_pixels_they_were(tmp_path, written):
    images, truths = shapes("detection", 50, (72, 100))
    raw = of(written.yolo(tmp_path, images, truths, ["triangle", "disc", "rectangle"], digits=6))
    for (boxes, names), (true, classes) in zip(raw.labels, truths, strict=True):
        assert (boxes == true).all() and names.tolist() == classes.tolist()


def test_images_beside_text_of_another_kind_are_not_taken(tmp_path, written):
    written.save(tmp_path / "a.png", np.zeros((8, 8), "uint8"))
    written.text(tmp_path / "a.txt", "a picture of nothing at all, really\n")
    assert not takes(tmp_path) and not takes(tmp_path / "a.txt")
    written.text(tmp_path / "settings.yaml", "train: .\nepochs: 3\n")
    assert not takes(tmp_path) and takes(tmp_path, "detection") and takes(tmp_path / "settings.yaml")
