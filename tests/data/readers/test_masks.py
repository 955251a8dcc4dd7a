"""Folders of images and masks."""

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.readers import READERS, Request
from kit.data.readers.masks import read

takes = READERS.facts("image and mask folders")["takes"]


@pytest.fixture
def tree(tmp_path, rng):
    """Writes photographs, and index maps of 0, 1 and 2 where the name says mask; 6 x 4 pixels."""

    def write(*names, root=tmp_path):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            is_mask = any(word in name.lower() for word in ("mask", "label", "annot", "gt"))
            values = rng.integers(0, 3, (4, 6)) if is_mask else rng.integers(0, 256, (4, 6, 3))
            Image.fromarray(values.astype("uint8")).save(root / name)
        return root

    return write


def of(root, task=None):
    return read(Request(root, task))


LAYOUTS = {
    "images and masks": (["images/{}.jpg"], ["masks/{}.png"]),
    "image and label": (["image/{}.png"], ["label/{}.png"]),
    "in capitals": (["JPEGImages/{}.jpg"], ["Annotations/{}.png"]),
    "with words": (["img/{}.png"], ["gt/{}_mask.png"]),
    "side by side": (["{}.jpg"], ["{}_mask.png"]),
    "side by side, one folder down": (["data/{}.jpg"], ["data/{}_mask.png"]),
    "two folders down": (["set/images/{}.jpg"], ["set/masks/{}.png"]),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_without_parts(tree, layout):
    images, masks = LAYOUTS[layout]
    root = tree(*(name.format(n) for n in "abc" for name in (*images, *masks)))
    raw = of(root)
    assert takes(root) and raw.dense == "mask" and raw.parts is None and not raw.findings
    assert raw.names == [images[0].format(n) for n in "abc"] and len(raw.labels) == 3
    assert raw.classes == (0, 1, 2) and all(label.shape == (4, 6) for label in raw.labels)


PARTED = {
    "camvid": ("{part}/1.png", "{part}annot/1.png"),
    "folders in parts": ("{part}/images/1.png", "{part}/masks/1.png"),
    "parts in folders": ("images/{part}/1.png", "masks/{part}/1.png"),
    "with years": ("images/{part}2017/1.jpg", "annotations/{part}2017/1.png"),
    "pairs in parts": ("{part}/1.jpg", "{part}/1_mask.png"),
    "word behind": ("{part}/1.png", "{part}_labels/1.png"),
}


@pytest.mark.parametrize("layout", PARTED)
def test_layouts_with_parts(tree, layout):
    names = [name.format(part=part) for part in ("train", "val", "test") for name in PARTED[layout]]
    raw = of(tree(*names))
    assert takes(tree()) and len(raw) == 3 and not raw.findings
    expected = {"train": [0], "validation": [1], "test": [2]}
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == expected
    assert raw.names[1] == names[2]


@pytest.mark.parametrize("line", ["{}", "{}.jpg", "images/{}.jpg"])
def test_lists_in_splits_name_images_by_path_name_or_stem(tree, line):
    root = tree("images/1.jpg", "images/2.jpg", "masks/1.png", "masks/2.png")
    (root / "splits").mkdir()
    (root / "splits" / "train.txt").write_text(line.format(2))
    (root / "splits" / "test.txt").write_text(line.format(1))
    assert {part: rows.tolist() for part, rows in of(root).parts.items()} == {"train": [1], "test": [0]}


def test_a_part_of_images_alone_is_left_out_and_said(tree):
    names = [
        f"{kind}/{part}/{n}.png" for kind in ("images", "masks") for part in ("train", "val") for n in "12"
    ]
    raw = of(tree(*names, "images/test/3.png"))
    assert {part: len(rows) for part, rows in raw.parts.items()} == {"train": 2, "validation": 2}
    assert "images/test/ is left out: no mask folder of its name." in raw.notes and not raw.findings


def test_images_that_pascal_voc_lists_for_segmentation_are_its_parts(tree):
    root = tree(*(f"JPEGImages/{n}.jpg" for n in "12345"), *(f"SegmentationClass/{n}.png" for n in "123"))
    for path in (root / "SegmentationClass").iterdir():
        Image.fromarray(np.eye(4, 6, dtype="uint8")).save(path)
    folder = root / "ImageSets" / "Segmentation"
    folder.mkdir(parents=True)
    (folder / "train.txt").write_text("1\n3\n")
    (folder / "val.txt").write_text("2\n")
    raw = of(root)
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0, 2], "validation": [1]}
    assert raw.names == [f"JPEGImages/{n}.jpg" for n in "123"] and len(raw.labels) == 3
    assert not raw.findings and any("Segmentation/train.txt" in note for note in raw.notes)


def test_lists_may_name_pairs_by_what_their_names_share(tree):
    root = tree("1_image.jpg", "2_image.jpg", "1_mask.png", "2_mask.png")
    (root / "splits").mkdir()
    (root / "splits" / "train.txt").write_text("1\n2\n")
    assert of(root).parts["train"].tolist() == [0, 1]


@pytest.mark.parametrize(
    "names",
    [
        ["cat/1.png", "dog/1.png"],
        ["train/cat/1.png", "train/dog/1.png", "test/cat/2.png", "test/dog/2.png"],
        ["cat/1.png", "images/1.png", "label/2.png", "label/3.png"],  # classes with strange names
        ["images/cat/1.png", "images/dog/1.png"],
        ["with_mask/1.png", "without_mask/1.png"],
        ["1.png", "2.png"],
        ["cat/1.png", "cat/1_mask.png", "dog/2.png", "dog/2_mask.png"],  # said to be masks, or classes
    ],
)
def test_class_folders_are_left_to_others(tree, names):
    assert not takes(tree(*names))


def test_class_folders_with_masks_in_them_are_taken_where_segmentation_is_asked_for(tree):
    root = tree("cat/1.png", "cat/1_mask.png", "dog/2.png", "dog/2_mask.png")
    assert takes(root, "segmentation") and of(root, "segmentation").names == ["cat/1.png", "dog/2.png"]


@pytest.mark.parametrize(
    "task, taken", [(None, 1), ("segmentation", 1), ("classification", 0), ("denoising", 0)]
)
def test_the_task_that_is_asked_for_decides(tree, task, taken):
    root = tree("images/1.jpg", "masks/1.png")
    assert takes(root, task) == bool(taken)
    assert takes(root, kit.Segmentation(3)) and not takes(root, kit.Denoising(noise=25))


def test_labels_that_are_no_images_are_no_masks(tree):
    root = tree("images/1.jpg")
    (root / "labels").mkdir()
    (root / "labels" / "1.txt").write_text("0 0.5 0.5 0.1 0.1")
    assert not takes(root) and not takes(root / "nothing") and not takes(17)


def test_an_image_without_mask_is_a_finding_that_names_its_row(tree):
    raw = of(tree("images/1.jpg", "images/2.jpg", "images/3.jpg", "masks/1.png", "masks/3.png"))
    assert [(f.fault.where, f.rows) for f in raw.findings] == [("images/2.jpg", (1,))]
    assert len(raw.labels) == 3 and raw.labels[1].shape == (4, 6)


def test_a_mask_that_is_no_image_is_named_itself_and_not_its_image(tree):
    root = tree("images/1.png", "images/2.png", "masks/1.png", "masks/2.png")
    (root / "masks/2.png").write_bytes(b"no picture")
    (finding,) = of(root).findings
    assert (finding.fault.where, finding.fault.found, finding.rows) == ("masks/2.png", "not an image", (1,))


def test_rows_of_findings_count_over_all_parts(tree):
    raw = of(
        tree(
            "train/1.png",
            "train/2.png",
            "trainannot/1.png",
            "trainannot/2.png",
            "val/3.png",
            "val/4.png",
            "valannot/4.png",
        )
    )
    assert [(f.fault.where, f.rows) for f in raw.findings] == [("val/3.png", (2,))]


def test_folders_of_which_no_names_agree_are_one_fault(tree):
    raw = of(tree("images/a.jpg", "images/b.jpg", "masks/x.png", "masks/y.png"))
    assert len(raw.faults) == 1 and not raw.findings
    assert raw.faults[0].found == "no image has a mask of its name (a.jpg, x.png)"


def test_swapped_folders_are_told_before_anything_is_made_of_them(tmp_path, rng):
    for folder, most in (("images", 2), ("masks", 256)):
        (tmp_path / folder).mkdir()
        values = rng.integers(0, most, (20, 20, 3)) if most > 2 else rng.integers(0, most, (20, 20))
        Image.fromarray(values.astype("uint8")).save(tmp_path / folder / "1.png")
    assert of(tmp_path).faults[0].cure == "Swap the two folders."


def test_the_size_of_an_image_counts_as_it_is_decoded(tree, tmp_path):
    root, exif = tree("masks/1.png"), Image.Exif()
    exif[0x0112] = 6  # lies on its side: 4 x 6 in the file is 6 x 4 upright
    (root / "images").mkdir()
    Image.new("RGB", (4, 6)).save(root / "images" / "1.jpg", exif=exif)
    assert not of(root).findings
    Image.new("RGB", (4, 6)).save(root / "images" / "1.jpg")
    assert "a mask of 4 x 6 pixels; expected 6 x 4" in str(of(root).findings[0].fault)


def test_names_of_classes_lie_beside_the_folders(tree):
    root = tree("images/1.jpg", "masks/1.png")
    (root / "codes.txt").write_text("sky\nroad\nVoid\n")
    raw = of(root)
    assert raw.classes == ("sky", "road", "Void") and raw.void == 2
    assert raw.notes[-1] == "Classes are named in codes.txt."


def test_a_config_names_the_folders_and_the_classes(tree, tmp_path):
    tree(
        "images/train2017/1.jpg",
        "images/val2017/2.jpg",
        "semantic/masks/train2017/1.png",
        "semantic/masks/val2017/2.png",
    )
    parts = "".join(
        f"{part}:\n  images: ../images/{part}2017\n  masks: masks/{part}2017\n" for part in ("train", "val")
    )
    root = tmp_path / "semantic"
    (root / "config.yaml").write_text(f"# comment\n{parts}\nclasses:\n  0: unlabeled\n  2: rug\n")
    raw = of(root)
    assert takes(root) and raw.names == ["../images/train2017/1.jpg", "../images/val2017/2.jpg"]
    assert list(raw.parts) == ["train", "validation"] and raw.classes == ("unlabeled", 1, "rug")
    (root / "config.yaml").write_text(parts.replace("  masks", "  annotations: a.json\n  masks"))
    assert not takes(root)  # panoptic: colours are numbers of objects


def test_notes_say_what_it_was_taken_for(tree):
    raw = of(tree("train/1.png", "trainannot/1.png"))
    assert raw.notes[0].endswith("for images, each with a mask: train/ and trainannot/; 1 images.")
    assert np.array_equal(raw.labels[0], np.asarray(Image.open(tree() / "trainannot/1.png")))


def test_images_that_exif_turns_without_their_masks_are_an_issue(tree, tmp_path):
    root, exif = tree("images/a.jpg", "images/b.jpg", "masks/a.png", "masks/b.png"), Image.Exif()
    exif[0x0112] = 3  # upside down
    Image.open(root / "images/b.jpg").save(root / "images/b.jpg", exif=exif)
    assert [issue.where for issue in of(root).issues if "EXIF" in issue.found] == ["images/b.jpg"]
    Image.open(root / "masks/b.png").save(root / "masks/b.png", exif=exif)
    assert not [issue for issue in of(root).issues if "EXIF" in issue.found]
