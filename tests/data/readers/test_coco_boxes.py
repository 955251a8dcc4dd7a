"""COCO's boxes."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.readers import READERS, Request, read
from kit.data.shapes import shapes

takes = READERS.facts("COCO boxes")["takes"]
CATEGORIES = ({"id": 3, "name": "dog"}, {"id": 7, "name": "cat"})
BOX = [10, 10, 20, 10]


def coco(annotations, images=2, categories=CATEGORIES):
    listed = [{"id": n, "file_name": f"{n}.png", "height": 40, "width": 60} for n in range(images)]
    numbered = [{"id": n, **annotation} for n, annotation in enumerate(annotations, start=1)]
    return {"images": listed, "annotations": numbered, "categories": list(categories)}


def thing(image=0, category=7, bbox=BOX, **more):
    return {"image_id": image, "category_id": category, "bbox": bbox, **more}


@pytest.fixture
def source(tmp_path):
    """Writes a COCO file, and the images of which it speaks beside it."""

    def write(content, file="_annotations.coco.json"):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        for image in content["images"] if isinstance(content, dict) else []:
            Image.new("RGB", (60, 40), (image["id"], 0, 0)).save(path.parent / image["file_name"])
        return tmp_path

    return write


def of(root, **options):
    return read(Request(root, **options))


def told(raw):
    return [(finding.fault.where, finding.fault.found) for finding in raw.findings]


def test_categories_count_by_name_and_ids_may_have_gaps(source):
    raw = of(source(coco([thing(), thing(category=3, bbox=[0, 0, 60, 40])])))
    assert raw.classes == ("cat", "dog") and raw.labels[0][1].tolist() == ["cat", "dog"]
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20], [0, 0, 60, 40]]
    assert len(raw) == 2 and not len(raw.labels[1][0]), "an image without annotations is background"
    assert not (raw.findings or raw.faults or raw.issues)


def test_files_that_number_their_categories_differently_agree_by_name(source):
    source(coco([thing(category=1)], categories=[{"id": 1, "name": "cat"}]), "train/_annotations.coco.json")
    root = source(
        coco([thing(category=1)], categories=[{"id": 1, "name": "dog"}]), "valid/_annotations.coco.json"
    )
    raw = of(root)
    assert [names.tolist() for _, names in raw.labels] == [["cat"], [], ["dog"], []]
    assert {part: len(rows) for part, rows in raw.parts.items()} == {"train": 2, "validation": 2}


@pytest.mark.parametrize("name", ["instances_train2017.json", "annotations/all.json", "mine.json"])
def test_files_of_any_name_are_found(source, name):
    root = source(coco([thing()]), name)
    assert takes(root) and takes(root, "detection") and not takes(root, "classification")
    assert takes(root / name) and len(of(root / name)) == 2


def test_json_of_another_kind_is_not_taken(source):
    root = source('{"a": 1}', "settings.json")
    assert not takes(root) and not takes(root / "settings.json")


def test_outlines_beside_boxes_are_told_and_can_be_asked_for(source):
    square = [[1, 1, 5, 1, 5, 5, 1, 5]]
    root = source(coco([thing(segmentation=square), thing(1, segmentation=square)]))
    (note,) = [note for note in of(root).notes if "outline" in note]
    assert note == (
        "2 of 2 objects have an outline too; their boxes are read. For the outlines say task='segmentation'."
    )
    assert read(Request(root, "segmentation")).dense == "mask"


@pytest.mark.parametrize(
    "segmentation", [[[1, 2, 5, 2, 5, 8]], {"size": [40, 60], "counts": [42, 6, 34, 6, 34, 6, 34, 6, 2232]}]
)
def test_an_object_with_an_outline_alone_has_the_box_around_it(source, segmentation):
    raw = of(source(coco([thing(bbox=[], segmentation=segmentation)])))
    assert raw.labels[0][0].tolist() == [[1, 2, 5, 8]]


def test_crowds_are_no_labels_and_are_kept_aside(source):
    raw = of(source(coco([thing(), thing(iscrowd=1, bbox=[0, 0, 50, 30])])))
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and len(raw.labels) == 2
    (boxes, names, kinds), (none, _, _) = raw.ignored
    assert (boxes.tolist(), names.tolist(), kinds.tolist()) == ([[0, 0, 50, 30]], ["cat"], ["crowd"])
    assert none.shape == (0, 4)
    assert any(note.startswith("1 crowds of objects (iscrowd) are not trained on") for note in raw.notes)


def test_without_crowds_nothing_is_aside(source):
    assert of(source(coco([thing(iscrowd=0), thing(1)]))).ignored is None


@pytest.mark.parametrize(
    "annotation, found",
    [
        (thing(category=9), "an object of category 9, which is not listed"),
        (thing(category=None), "an object of category None, which is not listed"),
        (thing(image=99), "an object of image 99, which is not listed"),
        (thing(bbox=[]), "a box without four numbers"),
        (thing(bbox=None), "a box without four numbers"),
        (thing(bbox=[1, 2, 3]), "a box without four numbers"),
        (thing(bbox=None, segmentation=5), "a box without four numbers"),
        (thing(bbox=None, segmentation={"counts": 5}), "a box without four numbers"),
        (thing(bbox=None, segmentation=[["a", "b"]]), "a box without four numbers"),
        (thing(bbox=None, segmentation=[[1, 2, 3]]), "a box without four numbers"),
        (thing(bbox=[5, 5, 0, 0]), "a box without area (xywh 5 5 0 0)"),
        (thing(bbox=[25, 25, -5, 5]), "a box with its corners the wrong way round (xywh 25 25 -5 5)"),
        (thing(bbox=[80, 5, 5, 5]), "a box wholly outside its image (xywh 80 5 5 5)"),
    ],
)
def test_an_annotation_at_fault_is_named_by_its_id(source, annotation, found):
    raw = of(source(coco([thing(), thing(1), thing(1, bbox=[1, 1, 9, 9]), annotation])))
    ((where, what),) = told(raw)
    assert where.startswith("_annotations.coco.json, annotation 4") and what == found
    assert [len(boxes) for boxes, _ in raw.labels] == [1, 2]


def test_ids_that_are_0_or_stand_twice_are_harmless_here_and_said(source):
    raw = of(source(coco([thing(id=0), thing(id=5, bbox=[1, 1, 5, 5]), thing(1, id=5)])))
    assert [len(boxes) for boxes, _ in raw.labels] == [2, 1] and not raw.findings
    assert [issue.found for issue in raw.issues[:2]] == [
        "1 annotation ids stand for several objects (5)",
        "annotation id 0",
    ]


def test_two_images_of_one_id_are_a_fault(source):
    content = coco([thing()])
    content["images"][1]["id"] = 0
    root = source(content)
    assert of(root).faults[0].found == "image id 0 stands for 0.png and 1.png"


def test_a_group_of_all_classes_is_no_class(source):
    categories = [
        {"id": 0, "name": "animals", "supercategory": "none"},
        {"id": 1, "name": "cat", "supercategory": "animals"},
        {"id": 2, "name": "dog", "supercategory": "animals"},
    ]
    raw = of(source(coco([thing(category=1)], categories=categories)))
    assert raw.classes == ("cat", "dog")


def test_corners_in_place_of_sides_are_a_fault_that_names_them(source):
    corners = [[30, 20, 50, 30], [35, 22, 55, 36], [25, 10, 45, 32], [40, 25, 59, 39]]
    root = source(coco([thing(bbox=box) for box in corners]))
    (fault,) = of(root).faults
    assert fault.cure == "Say box_format='xyxy', or 'xywh' if they are right."
    assert of(root, box_format="xyxy").labels[0][0].tolist() == corners


def test_a_missing_image_is_told_by_who_decodes_it(source):
    content = coco([thing(), thing(1)])
    root = source(content)
    (root / "1.png").unlink()
    raw = of(root)
    assert raw.sizes[1] is None and len(raw) == 2 and not len(raw.labels[1][0])


def test_images_below_folders_tell_their_parts(tmp_path):
    content = coco([thing(), thing(1)])
    for image, part in zip(content["images"], ("train", "val"), strict=True):
        image["file_name"] = f"{part}\\{image['id']}.png"
        (tmp_path / part).mkdir()
        Image.new("RGB", (60, 40)).save(tmp_path / part / f"{image['id']}.png")
    (tmp_path / "labels.json").write_text(json.dumps(content))
    assert {part: rows.tolist() for part, rows in of(tmp_path).parts.items()} == {
        "train": [0],
        "validation": [1],
    }


@pytest.mark.parametrize(
    "change, found",
    [
        (lambda content: content["images"][1].pop("file_name"), "number 1 of its images has no file_name"),
        (lambda content: content["categories"][0].pop("name"), "number 0 of its categories has no name"),
        (lambda content: content.pop("categories"), "no categories"),
        (lambda content: content.update(annotations=[[1, 2]]), "annotations that are no list of objects"),
        (
            lambda content: content["annotations"][0].update(image_id=[1]),
            "number 0 of its annotations has no",
        ),
    ],
)
def test_a_file_that_lacks_something_says_what(source, change, found):
    content = coco([thing()])
    root = source(content)
    change(content)
    (root / "_annotations.coco.json").write_text(json.dumps(content))
    with pytest.raises(kit.DataError, match=found):
        from kit.data import coco as files

        files.content_of(root / "_annotations.coco.json")


def test_fifty_drawn_pictures_are_read_as_they_were_drawn(tmp_path, written):
    images, truths = shapes("detection", 50, (72, 100))
    raw = of(written.coco(tmp_path, images, truths, ids={"triangle": 4, "disc": 90, "rectangle": 1}))
    for (boxes, names), (true, classes) in zip(raw.labels, truths, strict=True):
        assert (boxes == true).all() and names.tolist() == classes.tolist()
    assert raw.classes == ("disc", "rectangle", "triangle") and isinstance(raw.labels, np.ndarray)
