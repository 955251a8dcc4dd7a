"""kit.data.pictures: from found files and arrays to decoded images of one size."""

import numpy as np
import pytest
from PIL import Image

import kit
from kit.data import pictures
from kit.data.raw import Raw
from kit.data.readers import Request


def files(folder, *images, suffix=".png"):
    paths = []
    for i, image in enumerate(images):
        paths.append(folder / f"{i}{suffix}")
        image.save(paths[-1])
    return Raw("pictures", paths, names=[path.name for path in paths])


def gray(height, width, value=0):
    return Image.new("L", (width, height), value)


def test_the_most_common_size_is_taken(tmp_path):
    raw = files(tmp_path, gray(4, 6), gray(4, 6), gray(8, 8))
    assert pictures.described(raw, Request("p")) == kit.Images((4, 6), 1)
    assert "most common size" in raw.notes[-1] and raw.encoded.shape == (3, 4, 6, 1)


def test_of_many_sizes_the_median_is_taken(tmp_path):
    raw = files(tmp_path, gray(4, 30), gray(6, 20), gray(8, 10))
    assert pictures.described(raw, Request("p")).size == (6, 20)
    assert "median" in raw.notes[-1]


def test_large_images_shrink_to_128_on_the_longer_side(tmp_path):
    raw = files(tmp_path, gray(512, 256))
    assert pictures.described(raw, Request("p")).size == (128, 64)
    assert "512 x 256), shrunk to 128" in raw.notes[-1]


def test_the_size_of_the_user_is_obeyed(tmp_path):
    raw = files(tmp_path, gray(4, 4))
    assert pictures.described(raw, Request("p", image_size=6)).size == (6, 6)
    assert pictures.described(raw, Request("p", image_size=(9, 7))).size == (9, 7)
    assert "as you said" in raw.notes[-1]


def test_one_colour_file_makes_all_colour(tmp_path):
    raw = files(tmp_path, gray(4, 4), Image.new("RGB", (4, 4)))
    assert pictures.described(raw, Request("p")).channels == 3


def test_one_file_of_16_bits_makes_all_float(tmp_path):
    raw = files(tmp_path, gray(2, 2, 255), Image.fromarray(np.full((2, 2), 65535, "uint16")))
    pictures.described(raw, Request("p"))
    assert raw.encoded.dtype == np.float32 and (raw.encoded == 255).all()


def test_a_format_other_than_the_name_says_is_read_and_noted(tmp_path):
    raw = files(tmp_path, gray(4, 4, 9))
    raw.inputs = [raw.inputs[0].rename(tmp_path / "a.jpg")]
    pictures.described(raw, Request("p"))
    assert (raw.encoded == 9).all() and "a.jpg is PNG" in raw.notes[0]


def test_every_file_at_fault_is_a_finding_by_name(tmp_path):
    raw = files(tmp_path, gray(4, 4), gray(4, 4))
    raw.inputs[1].write_bytes(b"")
    pictures.described(raw, Request("p"))
    assert [(f.fault.where, f.rows) for f in raw.findings] == [("1.png", (1,))]


def test_the_input_of_the_user_is_obeyed(tmp_path):
    raw = files(tmp_path, Image.new("RGB", (4, 4), (255, 255, 255)))
    images = kit.Images((2, 2), 1, scale=1)
    assert pictures.described(raw, Request("p", input=images)) is images
    assert raw.encoded.shape == (1, 2, 2, 1) and raw.encoded.max() == 1


def test_tables_cannot_read_images(tmp_path):
    with pytest.raises(kit.KitError, match="holds images and cannot be read as a table"):
        pictures.described(files(tmp_path, gray(4, 4)), Request("p", input=kit.inputs.as_input((3,))))


@pytest.mark.parametrize("wish", [{"target": "x"}, {"ignore": ["x"]}, {"groups": "x"}, {"time": "x"}])
def test_images_have_no_columns(tmp_path, wish):
    with pytest.raises(kit.KitError, match="names a column of a table"):
        pictures.take_out(files(tmp_path, gray(4, 4)), Request("p", **wish))


@pytest.mark.parametrize(
    ("array", "noted"),
    [(np.full((2, 4, 4, 1), 16.0), True), (np.full((2, 4, 4, 1), 16), True), (np.zeros((2, 4, 4, 1)), False),
     (np.full((2, 4, 4, 1), 16, "uint16"), False), (np.full((2, 4, 4, 1), 200.0), False)],
)  # fmt: skip
def test_arrays_whose_white_may_be_another_number_are_noted(array, noted):
    raw = Raw("arrays", array, names=["a", "b"])
    assert pictures.described(raw, Request("p")).scale == 255
    assert any("scale=16" in note for note in raw.notes) == noted


def test_arrays_have_keys_that_are_equal_where_pixels_are():
    raw = Raw("p", np.array([1, 2, 1], "uint8").reshape(3, 1, 1, 1))
    pictures.described(raw, Request("p"))
    keys = pictures.keys(raw)
    assert keys[0] == keys[2] != keys[1]


def test_statistics_and_parts_follow_samples_that_were_dropped():
    raw = Raw("p", np.array([10, 200, 30, 40], "uint8").reshape(4, 1, 1, 1), np.arange(4), list("abcd"))
    images = pictures.described(raw, Request("p"))
    raw.keep(np.array([0, 2, 3]))
    rows = np.array([1, 2])
    assert pictures.fitted(images, raw, rows).mean == (35.0,)
    assert pictures.divided(raw, rows)[1].ravel().tolist() == [30, 40]
