"""Images with boxes as Data: sizes, parts, classes, and what load_data does with faults."""

import json

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data import boxed
from kit.data.shapes import shapes

CLASSES = ("disc", "rectangle", "triangle")


@pytest.fixture(scope="module")
def drawn():
    return shapes("detection", 50, (72, 100))


def test_the_same_pictures_are_the_same_data_in_every_format(tmp_path, written, drawn):
    found = [
        kit.load_data(written.voc(tmp_path / "voc", *drawn)),
        kit.load_data(written.coco(tmp_path / "coco", *drawn)),
        kit.load_data(written.yolo(tmp_path / "yolo", *drawn, ["triangle", "rectangle", "disc"])),
        kit.load_data(written.csv(tmp_path / "csv", *drawn) / "boxes.csv"),
        kit.load_data(written.labelme(tmp_path / "labelme", *drawn)),
    ]
    for other in found:
        assert other.task == found[0].task and other.input == found[0].input
        assert other.fingerprint == found[0].fingerprint
        for part, samples in found[0].parts().items():
            own = getattr(other, part)
            assert (own.encoded == samples.encoded).all()
            for (boxes, names), (true, classes) in zip(own.labels, samples.labels, strict=True):
                assert (boxes == true).all() and boxes.dtype == true.dtype
                assert names.tolist() == classes.tolist()


def test_labels_are_pairs_in_pixels_of_the_image_as_it_was_found(tmp_path, written, drawn):
    data = kit.load_data(written.coco(tmp_path, *drawn))
    assert isinstance(data.task, kit.Detection) and data.task.classes == CLASSES
    assert data.input.size == (64, 96) and data.train.sizes[0] == (72, 100)
    boxes, names = data.train.labels[0]
    assert boxes.dtype == np.float32 and boxes.shape == (len(names), 4) and names.dtype == object
    moved = data.train.seen_labels()[0][0]
    inside = np.array([89, 64, 89, 64]) / np.array([100, 72, 100, 72])  # kept in shape: 3 and 4 gray columns
    np.testing.assert_allclose(moved, boxes * inside + np.array([3, 0, 3, 0]), rtol=1e-5)
    few = data.train.subset([1, 0])
    assert (few.seen_labels()[1][0] == moved).all()


def test_arrays_and_drawn_data_are_the_same_as_files(drawn):
    images, truths = drawn
    data = kit.load_data((images, truths))
    assert isinstance(data.task, kit.Detection) and data.input.size == (64, 96)
    kept = kit.load_data((images, truths), image_size=(72, 100)).train
    assert (kept.seen_labels()[0][0] == kept.labels[0][0]).all()
    drawn_here = kit.load_data("shapes", task="detection")
    assert len(drawn_here.train) == 168 and drawn_here.task.classes == CLASSES


def test_parts_of_arrays_are_kept(drawn):
    images, truths = drawn
    data = kit.load_data(((images[:30], truths[:30]), (images[30:], truths[30:])), task="detection")
    assert (len(data.train), len(data.validation), data.test) == (30, 20, None)


def test_a_box_at_fault_is_an_error_that_names_it_or_is_left_out_of_its_image(drawn):
    images, truths = drawn[0][:12], [(boxes.copy(), names) for boxes, names in drawn[1][:12]]
    truths[3][0][0, 2] = truths[3][0][0, 0]
    with pytest.raises(kit.DataError, match="row 3, box 1 .*: a box without area"):
        kit.load_data((images, truths))
    data = kit.load_data((images, truths), on_bad="skip")
    assert sum(map(len, data.parts().values())) == 12
    assert "Left out." in str(data.issues[0])
    assert sum(len(boxes) for part in data.parts().values() for boxes, _ in part.labels) == (
        sum(len(boxes) for boxes, _ in truths) - 1
    )


def test_all_faults_of_images_and_boxes_are_told_at_once(tmp_path, written, drawn):
    root = written.coco(tmp_path, drawn[0][:12], drawn[1][:12])
    (root / "images/002.png").unlink()
    (root / "images/003.png").write_bytes(b"no image")
    content = json.loads((root / "annotations.json").read_text())
    wrong = {"id": 900, "image_id": 3, "category_id": 77, "bbox": [1, 1, 5, 5]}
    content["annotations"] += [wrong, {**wrong, "id": 901, "category_id": 1, "bbox": [4, 4, 0, 3]}]
    (root / "annotations.json").write_text(json.dumps(content))
    with pytest.raises(kit.DataError) as caught:
        kit.load_data(root)
    told = str(caught.value)
    assert len(caught.value.faults) == 4
    for word in (
        "annotation 900",
        "category 77",
        "annotation 901",
        "002.png: no such file",
        "003.png: not an",
    ):
        assert word in told
    data = kit.load_data(root, on_bad="skip")
    assert sum(map(len, data.parts().values())) == 10 and len(data.issues) >= 4


def test_an_image_that_is_missing_is_told_once(tmp_path, written, drawn):
    root = written.voc(tmp_path, drawn[0][:12], drawn[1][:12])
    (root / "JPEGImages/002.png").unlink()
    with pytest.raises(kit.DataError) as caught:
        kit.load_data(root)
    assert [fault.where for fault in caught.value.faults] == ["Annotations/002.xml"]


def test_one_image_cannot_be_divided_and_says_so(drawn):
    with pytest.raises(kit.DataError, match="1 different samples cannot be split into 3 parts"):
        kit.load_data((drawn[0][:1], drawn[1][:1]))


def test_one_class_is_a_detector_of_one_class(drawn):
    truths = [(boxes, np.array(["thing"] * len(names), object)) for boxes, names in drawn[1]]
    assert kit.load_data((drawn[0], truths)).task.classes == ("thing",)


def test_classes_that_the_task_does_not_know_are_told_and_dropped(drawn):
    task = kit.Detection(("disc", "triangle"))
    with pytest.raises(kit.DataError, match="objects of class rectangle; expected one of disc, triangle"):
        kit.load_data(drawn, task=task)
    data = kit.load_data(drawn, task=task, on_bad="skip")
    names = {name for part in data.parts().values() for _, own in part.labels for name in own}
    assert names == {"disc", "triangle"} and sum(map(len, data.parts().values())) == 50


@pytest.mark.parametrize("task", ["classification", "segmentation", kit.Denoising()])
def test_another_task_is_refused(drawn, task):
    with pytest.raises(kit.KitError, match="holds boxes for labels: that is task='detection'"):
        kit.load_data(drawn, task=task)


def test_data_without_boxes_say_what_is_read(tmp_path, written):
    for name in ("cat", "dog"):
        written.save(tmp_path / name / "1.png", np.zeros((8, 8), "uint8"))
    for source in (tmp_path, "digits"):
        with pytest.raises(kit.KitError, match="holds no boxes. Detection reads Pascal VOC XML, COCO JSON"):
            kit.load_data(source, task="detection")


def test_classes_that_only_one_part_has_are_worth_a_look(drawn):
    images, truths = drawn
    alone = [(np.array([[1, 1, 9, 9]], "float32"), np.array(["disc"], object))] * 10
    data = kit.load_data(((images[:10], alone), (images[10:], truths[10:])))
    assert [(issue.where, issue.cure) for issue in data.issues] == [
        ("train part", "They cannot be learnt."),
    ]


@pytest.mark.parametrize(
    "sizes, size",
    [
        ([(480, 640)] * 3, (192, 256)),
        ([(640, 640)], (256, 256)),
        ([(100, 90)], (96, 96)),
        ([(10, 10)], (32, 32)),
        ([(480, 640), (640, 480), (500, 500)], (256, 256)),
        ([], (256, 256)),
    ],
)
def test_the_size_keeps_the_median_ratio_in_whole_steps(sizes, size):
    assert boxed.fitting(sizes)[0] == size


def test_the_size_can_be_said(tmp_path, written, drawn):
    data = kit.load_data(written.coco(tmp_path, *drawn), image_size=(128, 160))
    assert data.input.size == (128, 160) and data.train.encoded.shape[1:3] == (128, 160)


def test_photographs_that_lie_on_their_side_are_read_upright(tmp_path, written):
    exif = Image.Exif()
    exif[0x0112] = 6
    rng = np.random.default_rng(0)
    for index in range(8):
        picture = rng.integers(0, 50, (40, 60, 3), "uint8")
        picture[5:15, 20:50] = 255
        (tmp_path / "JPEGImages").mkdir(exist_ok=True)
        Image.fromarray(picture).save(tmp_path / f"JPEGImages/{index}.jpg", exif=exif, quality=100)
        text = written.xml(f"{index}.jpg", (40, 60), [("bar", (21, 6, 50, 15))], "")
        written.text(tmp_path / f"Annotations/{index}.xml", text)
    data = kit.load_data(tmp_path, image_size=(60, 40))
    x1, y1, x2, y2 = data.train.labels[0][0][0].astype(int)
    inside = data.train.encoded[0][y1:y2, x1:x2]
    assert inside.min() > 200 and np.median(data.train.encoded[0]) < 60 and (y2 - y1, x2 - x1) == (30, 10)


def test_more_boxes_than_a_target_holds_are_told_once_a_part(drawn):
    images, truths = drawn
    many = (np.array([[x, 1, x + 5, 9 + x] for x in range(9)], "float32"), np.array(["disc"] * 9, object))
    data = kit.load_data(
        ((images[:10], truths[:10]), (images[10:13], [many, truths[11], many])), image_size=(72, 100)
    )
    assert data.task.padding == 8
    (issue,) = [issue for issue in data.issues if "more than" in issue.found]
    assert (issue.where, issue.found) == ("validation part", "2 images with more than 8 boxes (row 10 has 9)")
    kept = data.validation.arrays()[1][0]
    assert kept.shape == (8, 5) and kept[:, 0].tolist() == [*range(1, 9)], "the smallest goes"


def test_one_image_of_one_class_is_enough_for_a_part(drawn):
    images, truths = drawn
    one = (truths[0][0][:1], np.array(["thing"], object))
    data = kit.load_data(((images[:1], [one]), (images[1:2], [one])))
    assert data.task.classes == ("thing",) and data.train.arrays()[1].shape == (1, 8, 5)
