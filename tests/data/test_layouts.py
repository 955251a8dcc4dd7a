"""kit.data.layouts: which folders hold images, and which hold what belongs to them."""

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data.layouts import Words, as_parts, is_sure, layouts, list_parts, paired, sizes_of
from kit.data.raw import Raw

WORDS = Words(("image", "images"), ("mask", "masks"), (), ("mask",), "mask")
STRICT = Words(("noisy",), ("clean",), ("noisy",), ("clean",), "clean image")


@pytest.fixture
def tree(tmp_path):
    def write(*names):
        for name in names:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).touch()
        return tmp_path

    return write


def shown(root, words=WORDS, **options):
    return [
        (
            layout.images.relative_to(root).as_posix(),
            layout.partners.relative_to(root).as_posix(),
            layout.part,
        )
        for layout in layouts(root, words, **options)
    ]


def test_folders_side_by_side_come_before_pairs_in_one(tree):
    assert shown(tree("images/1.png", "masks/1.png", "2.png", "2_mask.png")) == [("images", "masks", "")]


def test_folders_of_parts_on_both_sides_are_parts(tree):
    root = tree("images/train/1.png", "images/val/2.png", "masks/train/1.png", "masks/val/2.png")
    assert shown(root) == [
        ("images/train", "masks/train", "train"),
        ("images/val", "masks/val", "validation"),
    ]


def test_a_part_without_partners_is_left_out(tree):
    root = tree("images/train/1.png", "images/test/2.png", "masks/train/1.png")
    assert shown(root) == [("images/train", "masks/train", "train")]


def test_where_the_training_part_has_no_partners_the_folders_stay_whole(tree):
    assert shown(tree("images/train/1.png", "images/val/2.png", "masks/val/1.png")) == [
        ("images", "masks", "")
    ]


def test_parts_need_one_for_training(tree):
    assert shown(tree("val/1.png", "valmask/1.png", "test/1.png", "testmask/1.png")) == []


def test_endings_of_both_sides_are_asked_for_where_there_are_words_for_both(tree):
    root = tree("1_noisy.png", "1_clean.png", "2_other.png")
    assert shown(root, STRICT) == [(".", ".", "")]
    raw, found = paired(root, layouts(root, STRICT), STRICT)
    assert raw.names == ["1_noisy.png"] and not found.findings


def test_one_folder_around_all_is_looked_through_and_several_are_not(tree):
    assert shown(tree("set/deep/images/1.png", "set/deep/masks/1.png")) == [
        ("set/deep/images", "set/deep/masks", "")
    ]
    tree("other/1.png")
    assert shown(tree()) == [] and shown(tree(), deep=True) == []


def test_pairs_deep_in_folders_are_found_where_they_are_asked_for(tree):
    root = tree("cat/1.png", "cat/1_mask.png", "dog/2.png")
    assert shown(root) == [] and shown(root, deep=True) == [(".", ".", "")]


@pytest.mark.parametrize(
    "names, sure",
    [
        (["images/1.png", "masks/2.png"], True),  # their names are enough
        (["images/1.png", "masks/1.txt"], False),
        (["images/1.png", "masks/2.png", "cat/1.png"], False),
        (["images/1.png", "masks/1.png", "overlays/1.png"], True),
        (["1.png", "2.png", "3.png", "1_mask.png"], False),
        (["1.png", "2.png", "1_mask.png"], True),
    ],
)
def test_what_could_be_classes_must_have_partners(tree, names, sure):
    root = tree(*names)
    assert is_sure(root, layouts(root, WORDS), WORDS) is sure


def test_no_layout_is_not_sure(tree):
    assert not is_sure(tree("a/1.png", "b/1.png"), [], WORDS)


def test_rows_and_findings_count_over_all_layouts(tree):
    root = tree("train/1.png", "trainmask/1.png", "test/2.png", "test/3.png", "testmask/3.png")
    raw, found = paired(root, layouts(root, WORDS), WORDS)
    assert raw.names == ["train/1.png", "test/2.png", "test/3.png"]
    assert {part: rows.tolist() for part, rows in raw.parts.items()} == {"train": [0], "test": [1, 2]}
    assert [finding.rows for finding in raw.findings] == [(1,)]
    assert [path and path.name for path in found.partners] == ["1.png", None, "3.png"]


def test_a_list_that_names_something_else_is_told_as_it_was_written(tree):
    root = tree("images/1.png", "masks/1.png", "splits/train.txt")
    (root / "splits" / "train.txt").write_text("7.png\n")
    with pytest.raises(kit.DataError, match="train.txt, line 1: '7.png'"):
        paired(root, layouts(root, WORDS), WORDS)


def test_no_lists_are_no_parts(tree):
    raw = Raw("x", ["1.png"], names=["1.png"])
    list_parts(raw, raw.names, tree())
    assert raw.parts is None and as_parts({}) is None


def test_sizes_are_those_of_decoded_images(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    Image.new("L", (4, 2)).save(tmp_path / "1.jpg", exif=exif)
    assert sizes_of([tmp_path / "1.jpg", tmp_path / "2.jpg"]) == [(4, 2), None]
    assert np.shape(sizes_of([])) == (0,)
