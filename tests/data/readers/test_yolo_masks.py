"""YOLO's label files with outlines."""

import numpy as np
import pytest
from PIL import Image

from kit.data.readers import READERS, Request
from kit.data.readers.yolo_masks import read

takes = READERS.facts("YOLO outlines")["takes"]
LEFT = "0 0 0 0.5 0 0.5 1 0 1"  # the left half
DOT = "2 0.1 0.1 0.3 0.1 0.3 0.3 0.1 0.3"


@pytest.fixture
def source(tmp_path):
    """Writes label files and an image of 10 x 20 pixels for each; None for no file."""

    def write(labels, part=""):
        for name, text in labels.items():
            image, label = (tmp_path / top / part / name for top in ("images", "labels"))
            for path in (image, label):
                path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (20, 10)).save(image.with_suffix(".jpg"))
            if text is not None:
                label.with_suffix(".txt").write_text(text)
        return tmp_path

    return write


def of(root):
    return read(Request(root, "segmentation"))


def test_polygons_become_index_maps_small_over_large(source):
    raw = of(source({"a": f"{DOT}\n{LEFT}\n"}))
    assert raw.dense == "mask" and raw.classes == ("background", 0, 1, 2) and raw.parts is None
    assert raw.labels[0].shape == (10, 20) and np.bincount(raw.labels[0].ravel()).tolist() == [100, 92, 0, 8]
    assert raw.labels[0][1, 2] == 3 and not (raw.findings or raw.faults)


def test_names_and_parts_are_read(source, tmp_path):
    source({"a": LEFT}, "train"), source({"b": LEFT}, "val")
    (tmp_path / "data.yaml").write_text("names: [cat, dog, fox]\n")
    raw = of(tmp_path)
    assert raw.classes == ("background", "cat", "dog", "fox")
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0], "validation": [1]}


def test_lists_of_parts_are_read(source, tmp_path):
    source({"a": LEFT, "b": LEFT})
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "train.txt").write_text("b\n")
    assert of(tmp_path).parts["train"].tolist() == [1]


def test_images_without_labels_are_background_and_listed(source):
    raw = of(source({"a": LEFT, "b": None, "c": ""}))
    assert [issue.where for issue in raw.issues] == ["images/b.jpg, images/c.jpg"]


@pytest.mark.parametrize(
    "line, found",
    [
        ("0 0.5 0.5 0.2 0.2", "a box, not an outline"),
        ("0 10 10 200 10 200 200", "numbers from 10.0 to 200.0, not shares"),
        ("0 0.1 0.1 0.2 0.2 0.3", "a polygon of 5 numbers"),
        ("cat 0.1 0.1 0.2 0.2 0.3 0.3", "no class and numbers"),
        ("300 0.1 0.1 0.2 0.2 0.3 0.3", "class 300, and there are 253 classes"),
        ("0.5 0.1 0.1 0.2 0.2 0.3 0.3", "class 0.5"),
        ("0", "a polygon of 0 numbers"),
    ],
)
def test_lines_that_are_no_outlines_are_findings(source, line, found):
    (finding,) = of(source({"a": LEFT, "b": line})).findings
    assert finding.rows == (1,) and found in finding.fault.found and finding.fault.where == "images/b.jpg"


def test_it_is_read_only_where_segmentation_is_asked_for_and_labels_are_text(source, tmp_path):
    root = source({"a": LEFT})
    assert takes(root, "segmentation") and not takes(root) and not takes("nowhere", "segmentation")
    (root / "labels" / "a.txt").unlink()
    assert not takes(root, "segmentation")


def test_classes_beyond_those_that_are_named_are_findings(source, tmp_path):
    source({"a": LEFT, "b": DOT})
    (tmp_path / "data.yaml").write_text("names: [cat, dog]\n")
    (finding,) = of(tmp_path).findings
    assert finding.fault.found == "class 2, and there are 2 classes, as data.yaml names"


def test_label_files_that_are_of_no_image_are_told(source, tmp_path):
    source({"a": LEFT, "b": LEFT})
    (tmp_path / "labels" / "b.txt").rename(tmp_path / "labels" / "b.png.txt")
    assert of(tmp_path).issues[0].where == "labels/b.png.txt"
    (tmp_path / "labels" / "a.txt").unlink()
    (fault,) = of(tmp_path).faults
    assert fault.found == "1 label file, and none of an image"
