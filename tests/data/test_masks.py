"""kit.data.masks: what the numbers and colours in mask files mean."""

import numpy as np
import pytest
from PIL import Image

from kit.data.masks import read_masks

INDEX = [[0, 1], [2, 2], [1, 0]]  # (3, 2)


@pytest.fixture
def masks(tmp_path):
    """Writes arrays or Pillow images as files and reads them as the masks of images of their size."""

    def read(*pictures, suffix=".png", named=None, **options):
        paths, sizes = [], []
        for number, picture in enumerate(pictures):
            picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
            paths.append(tmp_path / f"{number}{suffix}")
            picture.save(paths[-1], **options)
            sizes.append(picture.size[::-1])
        return read_masks(paths, sizes, [path.name for path in paths], named)

    return read


def gray(values, dtype="uint8"):
    return np.array(values, dtype)


def palette(values, colours):
    picture = Image.fromarray(gray(values)).convert("P")
    picture.putdata(np.ravel(values).tolist())
    picture.putpalette(colours)
    return picture


def test_small_numbers_are_kept_and_their_shares_said(masks):
    found = masks(gray(INDEX), gray([[0, 0], [0, 0], [0, 3]]))
    assert found.labels.dtype == object and found.labels[0].dtype == np.uint8
    assert found.labels[0].tolist() == INDEX and found.classes == (0, 1, 2, 3) and found.void is None
    assert found.notes == [
        "Masks are index maps (gray): the values 0 to 3 are kept.",
        "Shares of the pixels: 0 58.3 %, 1 16.7 %, 2 16.7 %, 3 8.33 %.",
    ]


def test_names_are_those_of_the_values(masks):
    found = masks(gray(INDEX), named={0: "sky", 1: "road", 2: "car", 4: "pole"})
    assert found.classes == ("sky", "road", "car", 3, "pole") and not found.issues


def test_a_value_without_name_is_an_issue(masks):
    found = masks(gray(INDEX), named={0: "sky", 1: "road"})
    assert found.classes == ("sky", "road", 2) and found.issues[0].found == "the value 2 without a name"


def test_255_beside_small_numbers_is_void(masks):
    found = masks(gray([[0, 1, 255]]))
    assert found.void == 255 and found.classes == (0, 1) and found.labels[0].tolist() == [[0, 1, 255]]
    assert "255 is void" in found.notes[0]


def test_masks_of_0_and_1_among_masks_of_0_and_255_are_an_issue(masks):
    assert "none of them both" in masks(gray([[0, 1]]), gray([[0, 255]])).issues[0].found
    assert not masks(gray([[0, 1]]), gray([[0, 1, 255]])).issues


def test_a_class_named_void_is_void(masks):
    found = masks(gray(INDEX), named={0: "sky", 1: "road", 2: "Void"})
    assert found.void == 2 and "void 33.3 %" in found.notes[1]


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA", "1", "I;16"])
def test_0_and_255_are_background_and_foreground_however_they_are_saved(masks, mode):
    picture = Image.fromarray(gray([[0, 255]]))
    deep = Image.fromarray(gray([[0, 65535]], "uint16"))
    found = masks(deep if mode == "I;16" else picture.convert(mode))
    assert found.labels[0].tolist() == [[0, 1]] and found.classes == ("background", "foreground")
    assert found.labels[0].shape == (1, 2) and not found.issues


def test_names_of_a_file_are_those_of_background_and_foreground(masks):
    assert masks(gray([[0, 255]]), named={0: "membrane", 1: "cell"}).classes == ("membrane", "cell")


@pytest.mark.parametrize("suffix, options", [(".png", {}), (".jpg", {"quality": 80})])
def test_smoothed_edges_are_cut_in_the_middle(masks, suffix, options):
    rows, columns = np.mgrid[:64, :64]
    disc = np.clip(20 - np.hypot(rows - 32, columns - 32), 0, 1)
    found = masks(np.rint(255 * disc).astype("uint8"), suffix=suffix, **options)
    assert found.classes == ("background", "foreground")
    assert (found.labels[0] == (disc >= 0.5)).mean() > 0.998 and "from 128 on" in found.notes[0]


def test_numbers_far_apart_become_places_named_after_them(masks):
    found = masks(gray([[0, 127, 255]]))
    assert found.labels[0].tolist() == [[0, 1, 2]] and found.classes == (0, 127, 255) and found.void is None


def test_numbers_far_apart_that_have_names_are_kept(masks):
    found = masks(gray([[0, 100]]), named={0: "rest", 100: "rug"})
    assert found.labels[0].tolist() == [[0, 100]] and found.classes[100] == "rug"


def test_masks_of_16_bits_are_read_as_they_are(masks):
    found = masks(gray(INDEX, "uint16"), gray([[0, 1000], [2, 2], [1, 0]], "uint16"))
    assert found.classes == (0, 1, 2, 1000) and found.labels[1][0].tolist() == [0, 3]
    assert masks(gray(INDEX, "uint16")).labels[0].tolist() == INDEX


def test_more_values_than_classes_can_be_is_a_fault(masks):
    (fault,) = masks(np.arange(256, dtype="uint8").reshape(16, 16)).faults
    assert fault.found == "256 different values" and "Save masks as PNG" in fault.cure


def test_more_values_in_16_bits_are_told_of_the_file(masks):
    found = masks(np.arange(900, dtype="uint16").reshape(30, 30))
    assert found.faults[0].where == "1 mask, 0.png" and "900 different values" in found.faults[0].found


def test_palettes_keep_their_numbers(masks):
    found = masks(palette(INDEX, [0, 0, 0, 128, 0, 0, 0, 128, 0]))
    assert found.labels[0].tolist() == INDEX and "(palette)" in found.notes[0]


def test_palettes_that_differ_are_read_by_their_colours(masks):
    red_first, green_first = [0, 0, 0, 255, 0, 0, 0, 255, 0], [0, 0, 0, 0, 255, 0, 255, 0, 0]
    found = masks(palette([[0, 1, 2]], red_first), palette([[0, 1, 2]], green_first))
    assert found.classes == ("#000000", "#00ff00", "#ff0000")
    assert [label.tolist() for label in found.labels] == [[[0, 2, 1]], [[0, 1, 2]]]


def test_colours_are_classes_black_first(masks):
    red_and_black, black = np.zeros((2, 2, 3), "uint8"), np.zeros((2, 2, 3), "uint8")
    red_and_black[0, 0] = 255, 0, 0
    red_and_black[1, 1] = 0, 0, 255
    found = masks(red_and_black, black)
    assert found.classes == ("#000000", "#0000ff", "#ff0000")
    assert found.labels[0].tolist() == [[2, 0], [0, 1]] and not found.labels[1].any()


def test_names_of_colours_are_used_and_keep_the_order_of_the_colours(masks):
    picture = np.zeros((1, 2, 3), "uint8")
    picture[0, 1] = 64, 128, 64
    found = masks(picture, named={"#408040": "animal", "#000000": "void", "#ffffff": "snow"})
    assert found.classes == ("void", "animal", "snow") and found.void == 0


def test_photographs_for_masks_are_one_fault_that_says_how_to_save_masks(masks, rng):
    pictures = [rng.integers(0, 255, (20, 20, 3), "uint8") for _ in range(3)]
    found = masks(*pictures, suffix=".jpg")
    assert "3 masks, 0.jpg, 1.jpg, 2.jpg" in found.faults[0].where and "at most 64" in str(found.faults[0])


def test_index_maps_in_jpeg_files_are_a_fault(masks, rng):
    (fault,) = masks(
        np.kron(rng.integers(0, 12, (8, 8)), np.ones((8, 8))).astype("uint8"), suffix=".jpg"
    ).faults
    assert "in JPEG files, which change numbers" in fault.found


def test_a_mask_of_another_size_than_its_image_is_a_finding(tmp_path):
    paths = [tmp_path / "a.png", tmp_path / "b.png"]
    for path in paths:
        Image.fromarray(gray(INDEX)).save(path)
    found = read_masks(paths, [(3, 2), (2, 3)], ["a", "b"])
    assert [(f.fault.where, f.rows) for f in found.findings] == [("b", (1,))]
    assert "a mask of 3 x 2 pixels; expected 2 x 3" in str(found.findings[0].fault)
    assert found.labels[1].shape == (2, 3)  # as the image, so that nothing breaks before it is left out


def test_masks_that_cannot_be_read_are_all_findings(tmp_path):
    paths = [tmp_path / name for name in ("good.png", "empty.png", "cut.png", "no.png")]
    Image.fromarray(np.resize(gray(INDEX), (99, 99))).save(paths[0])
    paths[1].touch()
    paths[2].write_bytes(paths[0].read_bytes()[:100])
    found = read_masks([*paths, None], [(99, 99)] * 5, ["good", "empty", "cut", "no", "none"])
    assert [(f.fault.where, f.rows) for f in found.findings] == [("empty", (1,)), ("cut", (2,)), ("no", (3,))]
    assert len(found.labels) == 5 and found.classes == (0, 1, 2)


def test_no_mask_that_can_be_used_is_a_fault_beside_the_findings(tmp_path):
    found = read_masks([tmp_path / "no.png"], [(2, 2)], ["no"])
    assert found.faults[0].found == "none of 1 can be used" and len(found.findings) == 1


def test_images_that_cannot_be_read_are_no_matter_of_masks(tmp_path):
    Image.fromarray(gray(INDEX)).save(tmp_path / "a.png")
    assert not read_masks([tmp_path / "a.png"], [None], ["a"]).findings


def test_constant_masks_are_an_issue_that_names_them(masks):
    found = masks(gray([[0, 255]]), gray([[0, 0]]), gray([[255, 255]]))
    assert [issue.where for issue in found.issues] == ["1.png, 2.png"]
    assert found.labels[1].tolist() == [[0, 0]] and found.labels[2].tolist() == [[1, 1]]


def test_masks_that_are_all_empty_still_have_two_classes(masks):
    assert masks(gray([[0, 0]])).classes == ("background", "foreground")


@pytest.mark.parametrize("values", [(0, 51, 102, 153, 204, 255), (0, 210, 255), (0, 128, 200, 255)])
def test_a_few_grays_in_patches_are_classes_and_no_smoothed_edges(masks, values):
    mask = np.zeros((40, 40), "uint8")
    for place, value in enumerate(values[1:-1]):
        mask[4:8, 7 * place : 7 * place + 4] = value
    mask[20:] = 255
    assert masks(mask).classes == values


def test_edges_that_were_halved_are_smoothed_edges(masks):
    disc = (np.hypot(*(np.mgrid[:80, :80] - 40)) < 25).astype(float)
    halved = np.rint(255 * disc.reshape(40, 2, 40, 2).mean(axis=(1, 3))).astype("uint8")
    assert len(np.unique(halved)) == 5 and masks(halved).classes == ("background", "foreground")


def test_a_single_name_is_that_of_the_foreground(masks):
    assert masks(gray([[0, 255]]), named={0: "crack"}).classes == ("background", "crack")


def test_black_and_white_may_be_named_by_their_colours(masks):
    found = masks(gray([[0, 255]]), named={"#000000": "rest", "#ffffff": "leaf"})
    assert found.classes == ("rest", "leaf")


def test_a_mask_of_a_turned_image_is_told_how_to_be_put_right(tmp_path):
    Image.new("L", (2, 3)).save(tmp_path / "a.png")
    found = read_masks([tmp_path / "a.png"], [(2, 3)], ["a"])
    assert "EXIF" in found.findings[0].fault.cure


def test_names_that_no_class_bears_are_an_issue(masks):
    (issue,) = masks(gray([[0, 255]]), named={0: "rest", 1: "leaf", 2: "stem"}).issues
    assert issue.found == "1 name without a class: stem"
