"""Pascal VOC's XML."""

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.readers import READERS, Request, read
from kit.data.shapes import shapes

takes = READERS.facts("Pascal VOC")["takes"]
BOX = ("cat", (11, 11, 30, 20))  # VOC's numbers; edges 10 10 30 20


@pytest.fixture
def folder(tmp_path, written):
    """Writes Annotations/<stem>.xml of these objects beside images of 40 x 60 pixels."""

    def write(objects, xml=None, database="", image=True, size=(40, 60)):
        for stem, several in objects.items():
            text = xml or written.xml(f"{stem}.png", size, several, database)
            written.text(tmp_path / f"Annotations/{stem}.xml", text)
            if image:
                written.save(tmp_path / f"JPEGImages/{stem}.png", np.zeros((40, 60, 3), "uint8"))
        return tmp_path

    return write


def of(root, **options):
    return read(Request(root, **options))


def test_pixels_count_from_1_by_the_definition(folder):
    raw = of(folder({"a": [BOX], "b": []}))
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and raw.classes == ("cat",)
    assert [path.name for path in raw.inputs] == ["a.png", "b.png"] and len(raw.labels[1][0]) == 0
    assert any("count pixels from 1 and include the last one" in note for note in raw.notes)


def test_difficult_objects_are_no_labels_and_are_kept_aside(folder, written):
    text = written.xml("a.png", (40, 60), [BOX, ("far", (1, 1, 9, 9))], "", difficult=["far"])
    raw = of(folder({"a": []}, xml=text))
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and raw.classes == ("cat",)
    boxes, names, kinds = raw.ignored[0]
    assert (boxes.tolist(), names.tolist(), kinds.tolist()) == ([[0, 0, 9, 9]], ["far"], ["difficult"])
    assert any(note.startswith("1 difficult objects are not trained on") for note in raw.notes)


def test_a_0_shows_that_edges_count_from_0_and_is_said(folder):
    raw = of(folder({"a": [BOX, ("cat", (0, 3, 9, 9))]}))
    assert raw.labels[0][0].tolist() == [[11, 11, 30, 20], [0, 3, 9, 9]]
    assert "Boxes are taken for edges that count from 0, because 1 of them begin at 0." in raw.notes


def test_files_of_labelimg_hold_edges_that_count_from_0(folder):
    raw = of(folder({"a": [BOX]}, database="Unknown"))
    assert raw.labels[0][0].tolist() == [[11, 11, 30, 20]]


@pytest.mark.parametrize("said, first", [("xyxy", 11), ("voc", 10)])
def test_how_pixels_count_can_be_said(folder, said, first):
    assert of(folder({"a": [BOX]}), box_format=said).labels[0][0][0, 0] == first


def test_a_folder_around_it_and_the_file_alone_are_taken_too(folder):
    around = folder({"a": [BOX]})
    root = around / "voc"
    root.mkdir()
    for name in ("Annotations", "JPEGImages"):
        (around / name).rename(root / name)
    assert takes(root) and takes(root / "Annotations/a.xml") and takes(around, "detection")
    assert not takes(root, "segmentation") and not takes(root / "JPEGImages") and not takes("nowhere")
    assert len(of(root / "Annotations/a.xml").inputs) == 1


def test_images_and_xml_may_lie_side_by_side_in_folders_of_the_parts(tmp_path, written):
    for part in ("train", "valid", "test"):
        written.save(tmp_path / f"{part}/7.png", np.zeros((40, 60, 3), "uint8"))
        written.text(tmp_path / f"{part}/7.xml", written.xml("7.png", (40, 60), [BOX], ""))
    raw = of(tmp_path)
    assert [path.parent.name for path in raw.inputs] == ["test", "train", "valid"]
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {
        "train": [1],
        "validation": [2],
        "test": [0],
    }


@pytest.mark.parametrize("names", [("train", "val", "test"), ("trainval", "val", "test")])
def test_parts_are_those_of_image_sets(folder, written, names):
    root = folder({stem: [BOX] for stem in "abc"})
    for name, stem in zip(names, "abc", strict=True):
        written.text(root / f"ImageSets/Main/{name}.txt", f"{stem}\n")
    written.text(root / "ImageSets/Main/cat_train.txt", "a -1\nb 1\n")  # VOC's own lists of a class
    assert {part: rows.tolist() for part, rows in of(root).parts.items()} == {
        "train": [0],
        "validation": [1],
        "test": [2],
    }


def test_lists_in_splits_come_before_image_sets(folder, written):
    root = folder({stem: [BOX] for stem in "abc"})
    written.text(root / "ImageSets/Main/train.txt", "a\n")
    written.text(root / "splits/train.txt", "b\nc\n")
    assert of(root).parts["train"].tolist() == [1, 2]


def test_a_list_that_names_no_image_is_a_fault_beside_the_others(folder, written):
    root = folder({"a": [BOX, ("cat", (5, 5, 5, 9))]})
    written.text(root / "ImageSets/Main/train.txt", "a\nz\n")
    raw = of(root)
    assert [fault.found for fault in raw.faults] == ["'z'"] and len(raw.findings) == 1


@pytest.mark.parametrize("where", ["/home/pi/set/a.png", "C:\\photos\\a.png", "a.png", "JPEGImages/a.png"])
def test_absolute_paths_in_the_xml_do_not_count(folder, written, where):
    root = folder({"x": [BOX]}, written.xml(where, (40, 60), [BOX], ""), image=False)
    written.save(root / "JPEGImages/a.png", np.zeros((40, 60, 3), "uint8"))
    raw = of(root)
    assert [path.name for path in raw.inputs] == ["a.png"] and not (raw.findings or raw.faults)


def test_the_image_of_the_same_name_comes_before_the_one_that_the_xml_names(folder, written):
    root = folder({"a": [BOX], "b": [BOX]}, written.xml("a.png", (40, 60), [BOX], ""))
    assert [path.name for path in of(root).inputs] == ["a.png", "b.png"]


def test_xml_without_its_image_is_named(folder):
    folder({"a": [BOX]})
    raw = of(folder({"b": [BOX]}, image=False))
    assert [(f.fault.where, f.fault.found, f.rows) for f in raw.findings] == [
        ("Annotations/b.xml", f"no image b.png in {raw.name}", (1,))
    ]


def test_an_image_without_xml_is_background_and_worth_a_look(folder, written):
    root = folder({"a": [BOX]})
    written.save(root / "JPEGImages/z.png", np.zeros((40, 60, 3), "uint8"))
    raw = of(root)
    assert len(raw) == 2 and not len(raw.labels[1][0])
    assert raw.issues[0].found == "1 images without XML" and raw.issues[0].where == "z.png"


@pytest.mark.parametrize(
    "text, found",
    [
        ('<!DOCTYPE a [<!ENTITY x "boom">]><annotation>&x;</annotation>', "XML that declares entities"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><annotation>&x;</annotation>', "entities"),
        ("<annotation><object>", "not readable as XML"),
    ],
)
def test_xml_with_entities_or_cut_short_leaves_out_its_image_alone(folder, text, found):
    folder({"a": [BOX]})
    raw = of(folder({"b": []}, text))
    (finding,) = raw.findings
    assert found in finding.fault.found and finding.rows == (1,) and len(raw.labels[0][0]) == 1


@pytest.mark.parametrize(
    "thing, found",
    [
        ("<object><name>cat</name></object>", "a box without four numbers"),
        ("<object><name></name>{box}</object>", "an object without class"),
        ("<object>{box}</object>", "an object without class"),
    ],
)
def test_an_object_without_box_or_class_is_named(folder, thing, found):
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    text = f"<annotation><object><name>dog</name>{box}</object>{thing.format(box=box)}</annotation>"
    raw = of(folder({"a": []}, text))
    assert [(f.fault.where, f.fault.found) for f in raw.findings] == [("Annotations/a.xml, object 2", found)]
    assert len(raw.labels[0][0]) == 1


def test_equal_numbers_are_no_object_of_one_pixel(folder):
    raw = of(folder({"a": [BOX, ("cat", (5, 5, 5, 9)), ("cat", (6, 5, 5, 9))]}))
    assert [f.fault.found for f in raw.findings] == [
        "a box without area (voc 5 5 5 9)",
        "a box with its corners the wrong way round (voc 6 5 5 9)",
    ]


def test_parts_of_a_body_are_no_objects_of_their_own(folder):
    box = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"
    part = f"<part><name>head</name>{box}</part>"
    text = f"<annotation><object><name>person</name>{box}{part}</object></annotation>"
    assert of(folder({"a": []}, text)).classes == ("person",)


def test_an_unreadable_image_is_left_to_who_decodes_it(folder):
    root = folder({"a": [BOX], "b": [BOX]})
    (root / "JPEGImages/b.png").write_bytes(b"no image")
    raw = of(root)
    assert raw.sizes[1] is None and not len(raw.labels[1][0]) and not raw.findings


def test_masks_beside_boxes_come_first_and_both_are_told(folder, written):
    root = folder({"a": [BOX], "b": [BOX]})
    for stem in "ab":
        written.save(root / f"SegmentationClass/{stem}.png", np.eye(40, 60, dtype="uint8"))
    raw = of(root)
    assert raw.dense == "mask"
    assert "There are boxes in Annotations/ too. For these say task='detection'." in raw.notes
    assert read(Request(root, "detection")).dense == "boxes"


def test_fifty_drawn_pictures_are_read_as_they_were_drawn(tmp_path, written):
    images, truths = shapes("detection", 50, (72, 100))
    for name, options in {"definition": {}, "edges": {"shift": 0, "database": "Unknown"}}.items():
        raw = of(written.voc(tmp_path / name, images, truths, **options))
        for (boxes, names), (true, classes) in zip(raw.labels, truths, strict=True):
            assert (boxes == true).all() and boxes.dtype == true.dtype and names.tolist() == classes.tolist()


def test_folders_of_classes_with_stray_xml_stay_folders_of_classes(tmp_path):
    for name in ("cat", "dog"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "info.xml").write_text("<svg></svg>")
        for index in range(2):
            Image.new("RGB", (8, 8), (index, 0, len(name))).save(tmp_path / name / f"{name}{index}.png")
    assert not takes(tmp_path) and len(kit.data.readers.read(Request(tmp_path))) == 4


def test_a_damaged_first_file_and_other_alphabets_hide_nothing(folder):
    root = folder({"a": [BOX], "b": [BOX], "c": [BOX]})
    (root / "Annotations/a.xml").write_bytes(b"\xff\xfe\x00\x01")
    text = (root / "Annotations/b.xml").read_text()
    (root / "Annotations/b.xml").write_bytes(
        ('<?xml version="1.0" encoding="utf-16"?>' + text).encode("utf-16")
    )
    raw = of(root)
    assert takes(root) and [len(boxes) for boxes, _ in raw.labels] == [0, 1, 1]
    assert [finding.fault.where for finding in raw.findings] == ["Annotations/a.xml"]
