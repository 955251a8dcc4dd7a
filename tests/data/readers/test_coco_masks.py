"""COCO files with outlines."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.readers import READERS, Request
from kit.data.readers.coco_masks import read

takes = READERS.facts("COCO outlines")["takes"]
SQUARE = [[1, 1, 5, 1, 5, 5, 1, 5]]  # 16 pixels
DOT = {"size": [6, 8], "counts": [14, 1, 33]}  # row 2 of column 2, which lies in the square


def coco(annotations, images=2, categories=({"id": 1, "name": "cat"}, {"id": 7, "name": "dog"})):
    listed = [{"id": n, "file_name": f"{n}.png", "height": 6, "width": 8} for n in range(images)]
    return {"images": listed, "annotations": annotations, "categories": list(categories)}


def thing(image, category, segmentation):
    return {"image_id": image, "category_id": category, "segmentation": segmentation}


@pytest.fixture
def source(tmp_path):
    """Writes COCO files, and the images of which they speak into a folder."""

    def write(content, file="_annotations.coco.json", folder=None):
        path = tmp_path / file
        folder = path.parent if folder is None else tmp_path / folder
        for top in (path.parent, folder):
            top.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        for image in [] if isinstance(content, str) else content["images"]:
            Image.new("RGB", (8, 6), (image["id"], 0, 0)).save(folder / image["file_name"])
        return tmp_path

    return write


def of(root):
    return read(Request(root, "segmentation"))


def test_outlines_become_index_maps_small_over_large(source):
    raw = of(source(coco([thing(0, 7, DOT), thing(0, 1, SQUARE), thing(1, 7, SQUARE)])))
    assert raw.dense == "mask" and raw.classes == ("background", "cat", "dog") and raw.void is None
    assert raw.labels[0].shape == (6, 8) and raw.labels.dtype == object
    assert np.bincount(raw.labels[0].ravel()).tolist() == [32, 15, 1] and raw.labels[0][2, 2] == 2
    assert np.bincount(raw.labels[1].ravel()).tolist() == [32, 0, 16]
    assert not (raw.findings or raw.faults or raw.issues) and raw.names == ["0.png", "1.png"]


def test_text_of_runs_is_read(source):
    text = {"size": [6, 8], "counts": ">1Q1"}  # 14, 1, and 33 = 1 + 32 * 1
    raw = of(source(coco([thing(0, 1, text)], images=1)))
    assert raw.labels[0].sum() == raw.labels[0][2, 2] == 1 and not raw.findings


def test_several_polygons_are_one_object(source):
    raw = of(source(coco([thing(0, 1, [[0, 0, 2, 0, 2, 2, 0, 2], [4, 4, 6, 4, 6, 6, 4, 6]])], images=1)))
    assert raw.labels[0].sum() == 8


@pytest.mark.parametrize(
    "files",
    [
        {"train": "train/_annotations.coco.json", "valid": "valid/_annotations.coco.json"},
        {
            "train2017": "annotations/instances_train2017.json",
            "val2017": "annotations/instances_val2017.json",
        },
        {"images/train": "annotations/instances_train.json", "images/val": "annotations/instances_val.json"},
    ],
)
def test_files_and_images_are_found_where_exports_put_them(source, tmp_path, files):
    for folder, file in files.items():
        source(coco([thing(0, 1, SQUARE)]), file, folder)
    raw = of(tmp_path)
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {
        "train": [0, 1],
        "validation": [2, 3],
    }
    assert [path.is_file() for path in raw.inputs] == [True] * 4


def test_it_is_read_only_where_segmentation_is_asked_for(source):
    root = source(coco([thing(0, 1, SQUARE)]))
    assert takes(root, "segmentation") and takes(root, kit.Segmentation(3))
    assert not takes(root) and not takes(root, "classification")
    assert takes(root / "_annotations.coco.json", "segmentation") and not takes(
        root / "0.png", "segmentation"
    )


def test_a_file_may_be_the_source(source):
    root = source(coco([thing(0, 1, SQUARE)]), "mine.json")
    assert not takes(root, "segmentation") and len(of(root / "mine.json")) == 2


def test_boxes_alone_are_a_fault_that_names_detection(source):
    (fault,) = of(source(coco([thing(0, 1, []), thing(1, 1, [])]))).faults
    assert fault.found == "2 objects without outline" and "task='detection'" in fault.cure


def test_images_of_nothing_are_an_issue(source):
    raw = of(source(coco([thing(0, 1, SQUARE)])))
    assert [issue.where for issue in raw.issues] == ["1.png"] and not raw.labels[1].any()


@pytest.mark.parametrize(
    "category, segmentation, found",
    [
        (1, [], "an object without outline"),
        (1, [[1, 1, 2, 2]], "a polygon of 4 numbers"),
        (1, {"size": [6, 8], "counts": [3]}, "runs of 3 pixels"),
        (1, {"size": [8, 6], "counts": [48]}, "run lengths for [8, 6] pixels in an image of [6, 8]"),
        (1, ["a"], "could not convert"),
        (99, SQUARE, "category 99 that is not listed"),
        (None, SQUARE, "category None that is not listed"),
        (1, {"size": [6, 8]}, "run lengths without counts or size"),
        (1, {"size": [6, 8], "counts": None}, "run lengths without counts or size"),
    ],
)
def test_objects_that_cannot_be_drawn_are_findings(source, category, segmentation, found):
    raw = of(source(coco([thing(0, 1, SQUARE), thing(1, category, segmentation)])))
    (finding,) = raw.findings
    assert finding.rows == (1,) and found in finding.fault.found and finding.fault.where == "1.png"


def test_a_size_other_than_that_of_the_file_is_a_finding(source, tmp_path):
    source(coco([thing(0, 1, SQUARE)]))
    Image.new("RGB", (6, 8)).save(tmp_path / "1.png")
    (finding,) = of(tmp_path).findings
    assert str(finding.fault) == "1.png: 8 x 6 pixels; expected 6 x 8, as the COCO file says"


def test_groups_that_roboflow_lists_as_categories_are_no_classes(source):
    categories = [{"id": 0, "name": "pets"}, {"id": 1, "name": "cat", "supercategory": "pets"}]
    assert of(source(coco([thing(0, 1, SQUARE)], categories=categories))).classes == ("background", "cat")


def test_objects_of_unlisted_images_and_two_names_for_one_category_are_told(source, tmp_path):
    source(coco([thing(0, 1, SQUARE), thing(9, 1, SQUARE)]), "train/_annotations.coco.json")
    assert of(tmp_path).issues[0].found == "1 objects of images that it does not list"
    source(coco([], categories=[{"id": 1, "name": "fox"}]), "test/_annotations.coco.json")
    assert of(tmp_path).faults[0].found == "cat and fox"


def test_more_categories_than_a_mask_can_hold_are_a_fault(source):
    categories = [{"id": n, "name": str(n)} for n in range(1, 300)]
    raw = of(source(coco([thing(0, 299, SQUARE)], categories=categories)))
    assert raw.faults[0].found == "299 of them" and raw.labels is None


@pytest.mark.parametrize(
    "content, message",
    [
        ("{", "not readable as JSON"),
        ("[1]", "no annotations, categories, images"),
        ('{"images": []}', "no annotations, categories"),
    ],
)
def test_what_is_no_coco_file_is_told(source, content, message):
    with pytest.raises(kit.DataError, match=message):
        of(source(content))


@pytest.mark.parametrize("size", [{}, {"height": "6", "width": 8.0}, {"height": None, "width": "wide"}])
def test_sizes_that_a_file_lacks_are_those_of_the_images(source, size):
    content = coco([thing(0, 1, SQUARE)], images=1)
    content["images"] = [{"id": 0, "file_name": "0.png", **size}]
    raw = of(source(content))
    assert raw.labels[0].shape == (6, 8) and raw.labels[0].sum() == 16 and not raw.findings
