"""YOLO's folders and data.yaml."""

import pytest

from kit.data import yolo


@pytest.mark.parametrize(
    "text",
    [
        "train: images\nnc: 2\nnames: ['cat', 'dog']\n",
        "names:\n- cat\n- dog\nnc: 2\ntrain: images\n",
        "train: images\nnames:\n    0: cat\n    1: dog\n\n# the end\n",
        'train: "images"  # the folder\nnames: {0: cat, 1: "dog"}\n',
        "train:\n- images\nnames: [cat,\n  dog]\n",
    ],
)
def test_what_data_sets_write_is_read_without_a_yaml_package(tmp_path, text):
    (tmp_path / "data.yaml").write_text(text)
    found = yolo.config_of(tmp_path)
    assert found.places == {"train": ["images"]} and found.names == {0: "cat", 1: "dog"}


def test_yaml_that_names_no_images_to_train_on_is_none_of_them(tmp_path):
    (tmp_path / "config.yaml").write_text("train:\n  images: a\n  masks: b\nnames:\n  0: cat\n")
    assert yolo.config_of(tmp_path) is None


def test_a_count_without_names_gives_numbers(tmp_path):
    (tmp_path / "data.yaml").write_text("train: images\nnc: 3\n")
    assert yolo.config_of(tmp_path).names == {0: 0, 1: 1, 2: 2}


def test_more_names_than_a_mask_could_hold_are_read(tmp_path):
    names = "".join(f"  {number}: class {number}\n" for number in range(1203))
    (tmp_path / "lvis.yaml").write_text(f"train: images\nnames:\n{names}")
    assert yolo.config_of(tmp_path).names[1202] == "class 1202"


def test_the_label_of_an_image_lies_in_labels_or_beside_it(tmp_path):
    image = tmp_path / "images" / "train" / "7.jpg"
    spots = ["labels/train/7.txt", "images/train/7.txt"]  # beside it may lie a caption
    for spot in spots[::-1]:
        (tmp_path / spot).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / spot).write_text("")
    assert yolo.label_of(image, tmp_path) == tmp_path / spots[0]
    (tmp_path / spots[0]).unlink()
    assert yolo.label_of(image, tmp_path) == tmp_path / spots[1]
    (tmp_path / spots[1]).unlink()
    assert yolo.label_of(image, tmp_path) is None


def test_labels_may_lie_below_the_yaml_and_images_elsewhere(tmp_path):
    label = tmp_path / "detection" / "labels" / "val" / "7.txt"
    label.parent.mkdir(parents=True)
    label.write_text("")
    image = tmp_path / "images" / "val" / "7.jpg"
    assert yolo.label_of(image, tmp_path / "detection") == label


@pytest.mark.parametrize("name", ["obj.names", "_darknet.labels", "classes.txt"])
def test_lists_of_names_are_found(tmp_path, name):
    (tmp_path / name).write_text("cat\ndog\n")
    named, file = yolo.names_in([tmp_path / "none", tmp_path])
    assert named == {0: "cat", 1: "dog"} and file.name == name
