"""Found objects as files, and what is read back from them."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.artifact import boxes
from kit.data.readers import Request, read
from kit.data.shapes import shapes

CLASSES = ("disc", "rectangle", "triangle")


@pytest.fixture
def drawn(tmp_path):
    """Saved pictures, and boxes as networks give them: not on whole pixels, with scores."""
    from PIL import Image

    images, truths = shapes("detection", 6, (72, 100))
    (tmp_path / "images").mkdir()
    found, names = [], []
    for index, (picture, (corners, labels)) in enumerate(zip(images, truths, strict=True)):
        names.append(f"{index}.png")
        Image.fromarray(picture).save(tmp_path / "images" / names[-1])
        moved = np.clip(corners + [0.3, 0.137, -0.21, -0.4], 0, [100, 72, 100, 72]).astype("float32")
        found.append((moved, labels, np.linspace(0.9, 0.1, len(labels))))
    return tmp_path, names, found


def assert_read_back(root, found):
    raw = read(Request(root))
    assert not (raw.findings or raw.faults)
    for (corners, labels), (true, names, _) in zip(raw.labels, found, strict=True):
        np.testing.assert_allclose(corners, true, atol=0.011)
        assert labels.tolist() == list(names)


def test_coco_is_read_back(drawn):
    root, names, found = drawn
    content = boxes.as_coco(names, found, CLASSES, [(72, 100)] * len(names))
    (root / "found.json").write_text(json.dumps(content))
    assert_read_back(root, found)


def test_voc_is_read_back(drawn):
    root, names, found = drawn
    for name, one in zip(names, found, strict=True):
        (root / f"{name[:-4]}.xml").write_text(boxes.as_voc(name, one, (72, 100)))
    assert_read_back(root, found)


def test_yolo_is_read_back(drawn):
    root, names, found = drawn
    (root / "labels").mkdir()
    (root / "data.yaml").write_text(boxes.yolo_config(CLASSES))
    for name, (corners, labels, _) in zip(names, found, strict=True):
        text = boxes.as_yolo((corners, labels, None), (72, 100), CLASSES)
        (root / "labels" / f"{name[:-4]}.txt").write_text(text)
    raw = read(Request(root))
    assert len(raw) == len(names) and not (raw.findings or raw.faults)
    for (corners, labels), (true, classes, _) in zip(raw.labels, found, strict=True):
        np.testing.assert_allclose(corners, true, atol=0.011)
        assert labels.tolist() == list(classes)


def test_coco_holds_what_its_evaluation_wants(drawn):
    _, names, found = drawn
    content = boxes.as_coco(names, found, CLASSES, [(72, 100)] * len(names))
    first = content["annotations"][0]
    assert {"id", "image_id", "category_id", "bbox", "area", "iscrowd", "score"} == set(first)
    assert min(one["id"] for one in content["annotations"]) == 1, "0 would count as never found"
    assert first["area"] == pytest.approx(first["bbox"][2] * first["bbox"][3], abs=0.05)
    json.dumps(content)


def test_names_are_escaped(tmp_path):
    from defusedxml import ElementTree

    one = (np.array([[1, 2, 3, 4]]), ["<cat> & dog"], None)
    text = boxes.as_voc('a&"b".png', one, (10, 10))
    assert ElementTree.fromstring(text).findtext("object/name") == "<cat> & dog"
    (tmp_path / "data.yaml").write_text(boxes.yolo_config(["a: b", "ümlaut"]))
    from kit.data import yolo

    assert list(yolo.config_of(tmp_path).names.values()) == ["a: b", "ümlaut"]


def test_no_objects_are_written_as_none():
    none = (np.zeros((0, 4)), [], [])
    assert boxes.as_yolo(none, (10, 10), CLASSES) == "" and "<object>" not in boxes.as_voc("a", none, (9, 9))
    assert boxes.as_coco(["a"], [none], CLASSES, [(9, 9)])["annotations"] == []


def test_scores_stand_at_the_end_of_yolos_lines():
    one = (np.array([[0, 0, 5, 10]]), ["disc"], [0.5])
    assert boxes.as_yolo(one, (10, 10), CLASSES).split()[-1] == "0.500000"


def test_a_class_that_is_none_of_them_is_refused():
    with pytest.raises(kit.KitError, match="'fox' is none of disc, rectangle, triangle"):
        boxes.as_yolo((np.ones((1, 4)), ["fox"], None), (10, 10), CLASSES)


def test_numbers_are_those_of_the_files_that_were_learnt_from(tmp_path):
    for name, numbers in (("images", None), ("labels", "0 0.5 0.5 0.25 0.25\n1 0.2 0.2 0.25 0.25\n")):
        (tmp_path / name).mkdir()
        for place in range(6):
            if numbers is None:
                pixels = np.random.default_rng(place).integers(0, 256, (32, 32, 3)).astype("uint8")
                Image.fromarray(pixels).save(tmp_path / name / f"{place}.png")
            else:
                (tmp_path / name / f"{place}.txt").write_text(numbers)
    (tmp_path / "data.yaml").write_text("train: images\nval: images\nnames: [zebra, ant]\n")
    data = kit.load_data(tmp_path)
    task = kit.Detection.from_json(data.task.to_json())
    assert task.classes == ("ant", "zebra") and task.numbers == (1, 0)
    corners, names = data.train.labels[0]
    found = (corners, names.tolist(), None)
    text = boxes.as_yolo(found, (32, 32), task.classes, task.numbers)
    assert sorted(line.split()[0] for line in text.splitlines()) == ["0", "1"]
    assert text.splitlines()[names.tolist().index("zebra")].startswith("0 0.5")
    content = boxes.as_coco(["0.png"], [found], task.classes, [(32, 32)], task.numbers)
    assert {each["name"]: each["id"] for each in content["categories"]} == {"ant": 1, "zebra": 0}
