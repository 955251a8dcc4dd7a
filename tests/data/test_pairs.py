"""kit.data.pairs: which file belongs to which."""

import os
from pathlib import Path

import pytest
from PIL import Image

from kit.data.pairs import files_below, pair, parted_by_ending, swapped


def files(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return [root / name for name in names]


def pairs_of(root, images, partners, word="mask"):
    tops = root / "images", root / "masks"
    return pair(files(tops[0], *images), files(tops[1], *partners), tops, word)


def shown(found):
    return {
        name: path and path.name for name, path in zip(found.names, found.partners, strict=True)
    }, found.findings


@pytest.mark.parametrize(
    "images, partners",
    [
        (["1.jpg", "2.jpg"], ["1.png", "2.png"]),
        (["1.jpg", "2.jpg"], ["1_mask.png", "2_mask.png"]),
        (["1.jpg", "2.jpg"], ["mask_1.png", "mask_2.png"]),
        (["img1.jpg", "img2.jpg"], ["mask1.png", "mask2.png"]),
        (["a b.jpg", "c.jpg"], ["a b-gt.png", "c-gt.png"]),
        (["0001TP_1.png", "0001TP_2.png"], ["0001TP_1_L.png", "0001TP_2_L.png"]),
        (
            ["ulm_1_leftImg8bit.png", "ulm_2_leftImg8bit.png"],
            ["ulm_1_gtFine_ids.png", "ulm_2_gtFine_ids.png"],
        ),
        (["1_real.JPG", "2_real.JPG"], ["1_mean.JPG", "2_mean.JPG"]),
        (["deep/1.jpg", "2.jpg"], ["deep/1.png", "2.png"]),
        (["x.1.jpg", "x.2.jpg"], ["x.1.png", "x.2.png"]),
    ],
)
def test_names_are_equal_but_for_suffix_and_shared_words(tmp_path, images, partners):
    found = pairs_of(tmp_path, images, partners)
    by_name = dict(zip(images, partners, strict=True))
    assert [found.partners[row] for row in range(len(found))] == [
        tmp_path / "masks" / by_name[name] for name in found.names
    ]
    assert not found.findings


def test_what_was_taken_off_is_said(tmp_path):
    found = pairs_of(tmp_path, ["1_real.JPG", "2_real.JPG"], ["1_mean.JPG", "2_mean.JPG"], "clean image")
    assert found.notes == ["The clean image of an image called <name>_real is <name>_mean."]
    assert found.bare == ["1.JPG", "2.JPG"]


def test_numbers_are_never_taken_off(tmp_path):
    found = pairs_of(tmp_path, ["a_1.png", "b_1.png"], ["a_2.png", "b_2.png"])
    assert found.partners == [None, None]


def test_equal_names_win_over_shorter_ones(tmp_path):
    found = pairs_of(tmp_path, ["a_x.png", "b_x.png"], ["a_x.png", "b_x.png"])
    assert not found.notes and not found.findings


def test_images_and_masks_without_the_other_are_all_listed(tmp_path):
    found = pairs_of(tmp_path, ["1.jpg", "2.jpg", "3.jpg"], ["2.png", "7.png", "8.png"])
    assert [(f.fault.where, f.fault.found, f.rows) for f in found.findings] == [
        ("1.jpg", "no mask", (0,)),
        ("3.jpg", "no mask", (2,)),
        ("7.png", "a mask without image", ()),
        ("8.png", "a mask without image", ()),
    ]
    assert found.partners[0] is None and found.partners[1].name == "2.png"


def test_names_that_differ_only_in_case_are_paired_and_said(tmp_path):
    found = pairs_of(tmp_path, ["Cat.jpg", "dog.jpg"], ["cat.png", "dog.png"])
    assert shown(found) == ({"Cat.jpg": "cat.png", "dog.jpg": "dog.png"}, [])
    assert (
        "1 pairs of image and mask differ only in small and capital letters (Cat.jpg and cat.png)"
        in (found.notes[0])
    )


def test_case_that_leaves_a_choice_is_a_fault(tmp_path):
    found = pairs_of(tmp_path, ["CAT.jpg"], ["cat.png", "Cat.png"])
    first = found.findings[0]
    assert found.partners == [None] and first.rows == (0,)
    assert first.fault.found == "no one mask: cat.png, Cat.png could be it"


def test_equal_names_need_no_look_at_case(tmp_path):
    found = pairs_of(tmp_path, ["CAT.jpg", "cat.jpg"], ["cat.png", "CAT.png"])
    assert shown(found) == ({"CAT.jpg": "CAT.png", "cat.jpg": "cat.png"}, [])


def test_two_masks_of_one_name_are_a_fault(tmp_path):
    found = pairs_of(tmp_path, ["1.jpg", "2.jpg"], ["1.png", "1.tif", "2.png"])
    assert found.findings[0].fault.found == "no one mask: 1.png, 1.tif could be it"
    assert found.partners[1].name == "2.png"


def test_accents_may_be_composed_or_not(tmp_path):
    found = pairs_of(tmp_path, ["caf\u00e9.jpg"], ["cafe\u0301.png"])
    assert not found.findings


def test_names_are_told_from_the_root(tmp_path):
    tops = tmp_path / "images", tmp_path / "masks"
    found = pair(files(tops[0], "1.jpg"), files(tops[1], "2.png"), tops, root=tmp_path)
    assert [f.fault.where for f in found.findings] == ["images/1.jpg", "masks/2.png"]


def test_files_are_parted_by_their_last_word():
    paths = [Path("1.jpg"), Path("1_mask.png"), Path("2-MASK.png"), Path("mask.png"), Path("x_masked.png")]
    masks, images = parted_by_ending(paths, ("mask",))
    assert [path.name for path in masks] == ["1_mask.png", "2-MASK.png"] and len(images) == 3


def test_hidden_files_and_links_out_of_the_folder_are_not_read(tmp_path):
    root, outside = tmp_path / "data", tmp_path / "secret.png"
    files(root, "a.png", ".b.png", ".git/c.png", "__MACOSX/d.png", "notes.txt")
    outside.touch()
    os.symlink(outside, root / "link.png")
    found, faults = files_below(root, root)
    assert found == [root / "a.png"] and [Path(fault.where).name for fault in faults] == ["link.png"]


@pytest.fixture
def photo_and_mask(tmp_path, rng):
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
    Image.fromarray(rng.integers(0, 255, (32, 32, 3), "uint8")).save(tmp_path / "images" / "1.png")
    Image.fromarray(rng.integers(0, 2, (32, 32), "uint8")).save(tmp_path / "masks" / "1.png")
    return tmp_path / "images", tmp_path / "masks"


def test_swapped_folders_are_seen_by_their_colours(photo_and_mask):
    images, masks = photo_and_mask
    right = pair([images / "1.png"], [masks / "1.png"], (images, masks))
    wrong = pair([masks / "1.png"], [images / "1.png"], (masks, images))
    assert swapped(right) is None
    assert swapped(wrong).where == "masks, images" and "Swap" in swapped(wrong).cure
    assert "at most 2 colours" in swapped(wrong).found


def test_few_colours_on_both_sides_are_not_called_swapped(photo_and_mask):
    _, masks = photo_and_mask
    assert swapped(pair([masks / "1.png"], [masks / "1.png"], (masks, masks))) is None


def test_unreadable_files_are_no_sign_of_anything(photo_and_mask):
    images, masks = photo_and_mask
    (masks / "1.png").write_bytes(b"")
    assert swapped(pair([masks / "1.png"], [images / "1.png"], (masks, images))) is None
