"""kit.data.looks: what is in a mask file, as it is."""

import numpy as np
import pytest
from PIL import Image

from kit.data.looks import looked
from kit.inputs.pixels import Unreadable


@pytest.fixture
def look(tmp_path):
    def at(picture, name="mask.png", **options):
        picture.save(tmp_path / name, **options)
        return looked(tmp_path / name)

    return at


@pytest.mark.parametrize(
    "mode, kind, values",
    [
        ("L", "gray", [0, 7]),
        ("LA", "gray", [0, 7]),
        ("RGB", "gray", [0, 7]),  # gray, saved as colour
        ("RGBA", "gray", [0, 7]),
        ("1", "gray", [0]),  # Pillow: below 128 is black
        ("I;16", "gray", [0, 7]),
    ],
)
def test_numbers_are_those_of_the_file_in_every_mode(look, mode, kind, values):
    gray = Image.fromarray(np.array([[0, 7, 7]], "uint8"))
    deep = Image.fromarray(np.array([[0, 7, 7]], "uint16"))
    picture = deep if mode == "I;16" else gray.convert(mode, dither=Image.Dither.NONE)
    found = look(picture)
    assert (found.kind, found.values) == (kind, values) and found.places.shape == (1, 3)
    assert sum(found.counts) == 3 and found.places.dtype == np.uint8


def test_palettes_give_their_numbers_and_their_colours(look):
    picture = Image.new("P", (2, 1))
    picture.putpalette([0, 0, 0, 255, 0, 0])
    picture.putpixel((1, 0), 1)
    found = look(picture)
    assert (found.kind, found.values, found.colours) == ("palette", [0, 1], [0, 0xFF0000])


def test_a_number_beyond_the_palette_is_black_and_no_error(look, tmp_path):
    picture = Image.new("P", (1, 1), 200)
    picture.putpalette([9, 9, 9])
    picture.save(tmp_path / "mask.bmp")
    assert looked(tmp_path / "mask.bmp").values == [200]


def test_a_rotation_is_applied_as_to_images(look):
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    assert look(Image.new("L", (4, 2)), exif=exif).places.shape == (4, 2)


def test_jpeg_is_said(look):
    assert look(Image.new("L", (8, 8)), "mask.jpg").is_jpeg and not look(Image.new("L", (8, 8))).is_jpeg


def test_too_many_colours_and_damage_are_told_not_raised(look, tmp_path, rng):
    many = look(Image.fromarray(rng.integers(0, 255, (20, 20, 3), "uint8")))
    assert isinstance(many, Unreadable) and many.found == "a mask of 400 colours"
    (tmp_path / "mask.png").write_bytes((tmp_path / "mask.png").read_bytes()[:200])
    assert "damaged image" in looked(tmp_path / "mask.png").found
    assert looked(tmp_path / "no.png").found == "no such file" and looked(None) is None


def test_the_last_colour_that_fits_is_read(look):
    colours = np.stack([np.arange(64), np.zeros(64), np.ones(64)], axis=-1).astype("uint8")
    assert len(look(Image.fromarray(colours[None])).values) == 64


def test_a_mask_may_lie_in_the_transparency(look):
    picture = Image.new("RGBA", (2, 1), (9, 9, 9, 0))
    picture.putpixel((1, 0), (9, 9, 9, 255))
    assert look(picture).values == [0, 255]


def test_fractions_are_no_mask(look, tmp_path):
    found = look(Image.fromarray(np.array([[0.0, 0.9]], "float32")), "mask.tif")
    assert isinstance(found, Unreadable) and "0 to 0.9" in found.found
