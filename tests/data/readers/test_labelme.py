"""labelme's JSON."""

import json

import numpy as np
import pytest

from kit.data.readers import READERS, Request, read
from kit.data.shapes import shapes

takes = READERS.facts("labelme")["takes"]


def shape(points, kind="rectangle", label="cat"):
    return {"label": label, "points": points, "shape_type": kind}


@pytest.fixture
def folder(tmp_path, written):
    """Writes <stem>.json of these shapes beside images of 40 x 60 pixels."""

    def write(shapes_of, **more):
        for place, (stem, several) in enumerate(shapes_of.items()):
            written.save(tmp_path / f"{stem}.png", np.full((40, 60, 3), place, "uint8"))
            content = {"shapes": several, "imagePath": f"{stem}.png", "imageHeight": 40, "imageWidth": 60}
            written.text(tmp_path / f"{stem}.json", {**content, **more})
        return tmp_path

    return write


def of(root):
    return read(Request(root))


@pytest.mark.parametrize(
    "one",
    [
        shape([[10, 10], [30, 20]]),
        shape([[30, 20], [10, 10]]),
        shape([[30, 10], [10, 20]]),
        shape([[10, 15], [20, 10], [30, 20]], "polygon"),
    ],
)
def test_shapes_have_the_box_around_them_whatever_corner_comes_first(folder, one):
    raw = of(folder({"a": [one], "b": []}))
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and raw.labels[0][1].tolist() == ["cat"]
    assert len(raw.labels[1][0]) == 0 and not (raw.findings or raw.faults or raw.issues)


def test_a_circle_is_its_centre_and_a_point_on_it(folder):
    raw = of(folder({"a": [shape([[20, 20], [23, 24]], "circle")]}))
    assert raw.labels[0][0].tolist() == [[15, 15, 25, 25]]


@pytest.mark.parametrize(
    "one, found",
    [
        (shape([[1, 1]], "point"), "a point (cat)"),
        (shape([[1, 1], [5, 5]], "line"), "a line (cat)"),
        (shape([[5, 5]]), "a box without area (xyxy 5 5 5 5)"),
        (shape([]), "a box without four numbers"),
        (shape([[1, 1], [5, 5]], label=""), "an object without class"),
    ],
)
def test_shapes_without_area_or_class_are_named(folder, one, found):
    good = [shape([[10, 10], [30, 20]]), shape([[20, 10], [50, 39]])]
    (finding,) = of(folder({"a": [*good, one]})).findings
    assert finding.fault.where.startswith("a.json, shape 3") and finding.fault.found == found


def test_an_image_without_json_is_background_and_worth_a_look(folder, written):
    root = folder({"a": [shape([[10, 10], [30, 20]])]})
    written.save(root / "z.png", np.zeros((40, 60, 3), "uint8"))
    raw = of(root)
    assert len(raw) == 2 and raw.issues[0].found == "1 images without JSON"


def test_json_without_image_or_cut_short_is_named(folder, tmp_path):
    root = folder({"a": [shape([[10, 10], [30, 20]])], "b": [], "c": []})
    (root / "b.png").unlink()
    (root / "c.json").write_text('{"shapes": [')
    folder({"d": 7})
    raw = of(root)
    rows = [("b.json", (1,)), ("c.json", (2,)), ("d.json", (3,))]
    assert [(f.fault.where, f.rows) for f in raw.findings] == rows


def test_only_folders_of_labelme_files_are_taken(folder, tmp_path):
    assert not takes(tmp_path)
    (tmp_path / "settings.json").write_text(json.dumps({"a": 1}))
    assert not takes(tmp_path)
    root = folder({"a": []})
    assert takes(root) and takes(root, "detection") and not takes(root, "classification")
    assert not takes(root / "a.json")


def test_fifty_drawn_pictures_are_read_as_they_were_drawn(tmp_path, written):
    images, truths = shapes("detection", 50, (72, 100))
    raw = of(written.labelme(tmp_path, images, truths))
    for (boxes, names), (true, classes) in zip(raw.labels, truths, strict=True):
        assert (boxes == true).all() and names.tolist() == classes.tolist()
