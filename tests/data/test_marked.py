"""Boxes as files tell them: what is kept, what is cut, what is at fault, and what is said of it."""

import numpy as np
import pytest
from PIL import Image

from kit.data.marked import Marked, collect, of_boxes
from kit.data.raw import Raw


@pytest.fixture
def judged(tmp_path):
    """Boxes (class, four numbers) of images of 40 x 60 pixels, one list an image -> the `Raw`."""

    def judge(*objects, form="xyxy", size=None, classes=(), said=None):
        marked = []
        for index, several in enumerate(objects):
            path = tmp_path / f"{index}.png"
            Image.new("RGB", (60, 40), (index, 0, 0)).save(path)
            marked.append(Marked(path, f"{index}.txt", size))
            for place, (name, *numbers) in enumerate(several, start=1):
                marked[-1].add(name, numbers, f"line {place}")
        return collect(Raw("drawn", []), marked, form, tmp_path, classes=classes, said=said)

    return judge


GOOD = ("cat", 10, 10, 30, 20)


FAR = [("cat", 30, 20, 50, 30), ("cat", 35, 22, 55, 36), ("dog", 25, 10, 45, 32), ("dog", 40, 25, 59, 39)]


def told(raw):
    return [(finding.fault.where, finding.fault.found, finding.rows) for finding in raw.findings]


def test_good_boxes_become_corners_with_their_names(judged):
    raw = judged([GOOD, ("dog", 0, 0, 60, 40)], [])
    boxes, names = raw.labels[0]
    assert boxes.tolist() == [[10, 10, 30, 20], [0, 0, 60, 40]] and boxes.dtype == np.float32
    assert names.tolist() == ["cat", "dog"] and names.dtype == object
    assert raw.classes == ("cat", "dog") and raw.sizes == [(40, 60)] * 2
    assert not (raw.findings or raw.faults or raw.issues)


def test_an_image_without_boxes_stays_as_background(judged):
    raw = judged([GOOD], [])
    assert len(raw) == 2 and raw.labels[1][0].shape == (0, 4) and raw.labels[1][1].shape == (0,)
    assert "1 images without boxes are kept as background: 1.png." in raw.notes


@pytest.mark.parametrize(
    "box, found",
    [
        ((10, 10, 10, 20), "a box without area (xyxy 10 10 10 20)"),
        ((10, 10, 30, 10), "a box without area (xyxy 10 10 30 10)"),
        ((0, 0, 0, 0), "a box without area (xyxy 0 0 0 0)"),
        ((30, 10, 10, 20), "a box with its corners the wrong way round (xyxy 30 10 10 20)"),
        ((10, 20, 30, 10), "a box with its corners the wrong way round (xyxy 10 20 30 10)"),
        ((70, 10, 90, 20), "a box wholly outside its image (xyxy 70 10 90 20)"),
        ((10, -30, 30, -5), "a box wholly outside its image (xyxy 10 -30 30 -5)"),
        ((10, 10, float("nan"), 20), "a box without four numbers"),
        ((10, 10, 30), "a box without four numbers"),
        (("a", 10, 30, 20), "a box without four numbers"),
        ((None, 10, 30, 20), "a box without four numbers"),
        ((10, 10, float("inf"), 20), "a box without four numbers"),
    ],
)
def test_a_box_that_cannot_be_is_named_and_dropped_and_its_image_stays(judged, box, found):
    raw = judged([GOOD, ("dog", *box)], [GOOD])
    ((where, what, rows),) = told(raw)
    assert where.startswith("0.txt, line 2") and what == found
    assert rows == (), "no rows: the image is not left out"
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and len(raw) == 2
    fault = raw.findings[0].fault
    assert fault.expected and len(str(fault).splitlines()) == 1


def test_all_faults_are_found_at_once(judged):
    raw = judged([*FAR, ("cat", 5, 5, 5, 9)], [("dog", 9, 9, 2, 2), *FAR], [("", 1, 1, 5, 5), *FAR])
    assert [where for where, *_ in told(raw)] == [
        "2.txt, line 1",
        "0.txt, line 5 (cat)",
        "1.txt, line 1 (dog)",
    ]


def test_a_box_that_reaches_out_is_cut_at_the_edge_and_one_note_says_so(judged):
    raw = judged([GOOD, ("cat", -3, 30, 20, 44)], [GOOD])
    assert raw.labels[0][0][1].tolist() == [0, 30, 20, 40] and not raw.findings
    assert "1 boxes reach out of their images and are cut at the edges: 0.txt, line 2 (cat)." in raw.notes


def test_a_hair_beyond_the_edge_is_cut_without_a_word(judged):
    raw = judged([("cat", 50, 30, 60.4, 40.2)])
    assert raw.labels[0][0].tolist() == [[50, 30, 60, 40]] and not any("cut" in note for note in raw.notes)


def test_an_object_told_twice_counts_once(judged):
    raw = judged([GOOD, GOOD, ("dog", *GOOD[1:])])
    assert raw.labels[0][1].tolist() == ["cat", "dog"]
    assert raw.issues[0].where == "0.txt, line 2 (cat)" and "a second time" in raw.issues[0].found


def test_classes_are_sorted_by_name_whatever_their_order_was(judged):
    raw = judged([("dog", *GOOD[1:])], [GOOD], classes=("wolf", "dog", "cat"))
    assert raw.classes == ("cat", "dog", "wolf")
    assert raw.issues[0].found == "1 are listed and have no box: wolf"


def test_blanks_around_a_name_do_not_count_and_letters_of_two_sizes_are_told(judged):
    raw = judged([(" cat ", *GOOD[1:]), ("Cat", 1, 1, 9, 9)])
    assert raw.classes == ("Cat", "cat")
    assert raw.issues[0].found == "Cat, cat differ only in small and capital letters"


def test_one_image_and_one_class_are_enough_to_be_read(judged):
    raw = judged([GOOD])
    assert raw.classes == ("cat",) and len(raw) == 1 and not raw.faults


def test_no_boxes_at_all_are_a_fault(judged):
    assert [fault.found for fault in judged([], []).faults] == ["no boxes in any image"]


def in_format(form):
    """FAR in another format."""
    from kit.boxes import converted

    boxes = converted(np.array([box for _, *box in FAR], "float64"), "xyxy", form, (40, 60))
    return [(name, *box) for (name, *_), box in zip(FAR, boxes.tolist(), strict=True)]


@pytest.mark.parametrize(
    "stated, actual",
    [
        ("xywh", "xyxy"),
        ("xyxy", "xywh"),
        ("xyxy", "rel_xyxy"),
        ("xywh", "rel_xywh"),
        ("rel_cxcywh", "cxcywh"),
        ("rel_cxcywh", "xyxy"),
        ("voc", "xywh"),
        ("xywh", "rel_cxcywh"),
    ],
)
def test_boxes_in_another_format_than_stated_name_the_probable_one(judged, stated, actual):
    (fault,) = judged(in_format(actual), form=stated).faults
    assert f"do not fit their images as {stated}, but do as " in fault.found
    assert f"Say box_format='{actual}'" in fault.cure and "0.txt, line 1 (cat) has" in fault.found


def test_a_format_that_is_named_is_not_doubted(judged):
    raw = judged(in_format("xywh"), form="xyxy", said="xywh")
    assert raw.labels[0][0].tolist() == [box for _, *box in map(list, FAR)] and not raw.faults
    assert "Boxes are read as xywh, as you said." in raw.notes


@pytest.mark.parametrize("form", ["xyxy", "xywh", "cxcywh", "rel_xyxy", "rel_xywh", "rel_cxcywh"])
def test_every_format_gives_the_same_boxes(judged, form):
    raw = judged(in_format(form), form=form)
    assert raw.labels[0][0].tolist() == [list(box) for _, *box in FAR] and not (raw.faults or raw.findings)


@pytest.mark.parametrize("box", [(0.5, 0.5, 1.7, 0.2), (1.5, 0.5, 0.2, 0.2), (-0.4, 0.5, 0.2, 0.2)])
def test_relative_numbers_beyond_1_are_a_fault(judged, box):
    good = ("cat", 0.5, 0.5, 0.2, 0.2)
    raw = judged([good, ("cat", *box)], [good], [good], form="rel_cxcywh")
    ((where, found, rows),) = told(raw)
    assert "numbers that are no shares of the sides" in found and rows == ()
    assert raw.findings[0].fault.expected == "0 to 1"


def test_the_size_of_the_image_itself_holds_where_the_file_says_another(judged):
    raw = judged([GOOD], size=(1000, 1000))
    assert raw.labels[0][0].tolist() == [[10, 10, 30, 20]] and not raw.findings
    assert raw.issues[0].found == "1 are wrong (0.txt says 1000 x 1000 pixels, and 0.png has 40 x 60)"


@pytest.mark.parametrize("size", [(0, 0), None])
def test_a_size_that_is_left_out_is_no_matter(judged, size):
    assert not judged([GOOD], size=size).issues


def test_an_image_that_was_resized_after_labelling_is_a_fault_of_the_image(judged):
    raw = judged([("cat", 100, 100, 300, 200)], [GOOD], size=(400, 600))
    ((where, found, rows),) = told(raw)
    assert where == "0.txt, 0.png" and rows == (0,)
    assert found == "boxes for an image of 400 x 600 pixels, and it has 40 x 60"


def test_arrays_of_boxes_pass_the_same_checks():
    raw = Raw("arrays", [np.zeros((40, 60, 3), "uint8")] * 2, names=["row 0", "row 1"])
    labels = [(np.array([[1, 1, 5, 5], [7, 7, 7, 9]]), ["cat", "dog"]), (np.zeros((0, 4)), [])]
    of_boxes(raw, labels, classes=("cat", "dog"))
    assert told(raw) == [("row 0, box 2 (dog)", "a box without area (xyxy 7 7 7 9)", ())]
    assert raw.dense == "boxes" and raw.labels[0][1].tolist() == ["cat"]
