"""kit.inputs.pixels: one rule for every kind of picture; Pillow and hand values are the oracle."""

import contextlib
import io

import numpy as np
import pytest
from PIL import Image

from kit.inputs import pixels


def as_bytes(image, format="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, format, **options)
    return stream.getvalue()


def gradient(mode="RGB", size=(12, 8)):
    values = np.arange(size[0] * size[1] * 3, dtype="uint8").reshape(size[1], size[0], 3)
    return Image.fromarray(values).convert(mode)


def test_colour_is_read_as_it_is():
    image = gradient()
    assert (pixels.decode(as_bytes(image), (8, 12), 3) == np.asarray(image)).all()


def test_gray_becomes_colour_by_repeating():
    image = gradient("L")
    decoded = pixels.decode(as_bytes(image), (8, 12), 3)
    assert (decoded == np.asarray(image)[..., None]).all() and decoded.shape == (8, 12, 3)


def test_colour_becomes_gray_by_the_luma_of_itu_r_601():
    image = Image.new("RGB", (1, 1), (100, 200, 50))
    assert pixels.decode(image, (1, 1), 1).item() == (100 * 299 + 200 * 587 + 50 * 114) // 1000


def test_transparency_is_laid_on_white():
    half_black = Image.new("RGBA", (1, 1), (0, 0, 0, 51))  # 51 / 255 = a fifth
    assert pixels.decode(as_bytes(half_black), (1, 1), 3).ravel() == pytest.approx([204] * 3, abs=1)


@pytest.mark.parametrize("transparency", [0, b"\x00"])
def test_a_transparent_colour_of_a_palette_becomes_white(transparency):
    image = Image.new("P", (2, 1), 0)
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putpixel((1, 0), 1)
    decoded = pixels.decode(as_bytes(image, transparency=transparency), (1, 2), 3)
    assert decoded.tolist() == [[[255, 255, 255], [40, 50, 60]]]


def test_sixteen_bits_are_scaled_and_not_cut():
    values = np.array([[0, 257, 65535]], "uint16")
    decoded = pixels.decode(as_bytes(Image.fromarray(values)), (1, 3), 1)
    assert decoded.dtype == np.float32 and decoded.ravel().tolist() == [0, 1, 255]


def test_cmyk_becomes_rgb():
    cmyk = Image.new("CMYK", (4, 4), (0, 255, 255, 0))
    decoded = pixels.decode(as_bytes(cmyk, "JPEG", quality=100), (4, 4), 3)
    assert np.abs(decoded.astype(int) - [255, 0, 0]).max() <= 3


def test_one_bit_becomes_black_and_white():
    image = Image.new("1", (2, 1))
    image.putpixel((0, 0), 1)
    assert pixels.decode(as_bytes(image), (1, 2), 1).ravel().tolist() == [255, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rotation_of_the_camera_is_applied(orientation):
    image = gradient()
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = {
        1: lambda a: a,
        2: lambda a: a[:, ::-1],
        3: lambda a: a[::-1, ::-1],
        4: lambda a: a[::-1],
        5: lambda a: a.transpose(1, 0, 2),
        6: lambda a: np.rot90(a, -1),
        7: lambda a: np.rot90(a.transpose(1, 0, 2), 2),
        8: lambda a: np.rot90(a),
    }[orientation](np.asarray(image))
    decoded = pixels.decode(as_bytes(image, exif=exif), upright.shape[:2], 3)
    assert (decoded == upright).all()


def test_a_header_knows_the_size_after_rotation(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    (tmp_path / "a.png").write_bytes(as_bytes(gradient("L"), exif=exif))
    assert pixels.header(tmp_path / "a.png") == (12, 8, 1, 8, "PNG")


def test_of_several_frames_the_first_is_read():
    frames = [Image.new("L", (2, 2), value) for value in (10, 200)]
    content = as_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert (pixels.decode(content, (2, 2), 1) == 10).all()


@pytest.mark.parametrize("format", ["JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM"])
def test_every_format_of_the_list_is_read_by_content(format, tmp_path):
    path = tmp_path / "wrong-suffix.xyz"
    path.write_bytes(as_bytes(Image.new("RGB", (4, 4), (200, 30, 60)), format))
    assert np.abs(pixels.decode(path, (4, 4), 3).astype(int) - [200, 30, 60]).max() <= 8


def test_shrinking_averages():
    values = np.array([[0, 100, 50, 150]], "uint8")[..., None]
    assert pixels.resize(values.repeat(2, axis=0), (1, 2)).ravel().tolist() == pytest.approx(
        [50, 100], abs=15
    )
    assert (
        pixels.resize(np.full((64, 64, 3), 77, "uint8"), (5, 9)).tolist() == np.full((5, 9, 3), 77).tolist()
    )


def test_floats_are_resized_as_floats():
    values = np.full((4, 4, 2), 0.25, "float32")
    assert (pixels.resize(values, (2, 2)) == np.float32(0.25)).all()


def test_a_large_jpeg_is_decoded_almost_as_when_decoded_whole(tmp_path):
    smooth = np.add.outer(np.arange(800), np.arange(1200)) // 8
    image = Image.fromarray(smooth.astype("uint8"))
    image.save(tmp_path / "a.jpg", quality=95)
    whole = np.asarray(image.resize((48, 32), Image.Resampling.BILINEAR)).astype(int)
    assert np.abs(pixels.decode(tmp_path / "a.jpg", (32, 48), 1)[..., 0] - whole).max() <= 3


FAULTS = {
    "an empty file": (b"", "empty file"),
    "text": (b"this is no picture", "not an image"),
    "a cut JPEG": (as_bytes(gradient(size=(64, 64)), "JPEG")[:-200], "damaged image"),
    "a cut PNG": (as_bytes(gradient(size=(64, 64)))[:-100], "damaged image"),
    "a format that is not on the list": (as_bytes(gradient(), "ICO"), "not an image"),
    "a number": (17, "a int"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_picture_that_cannot_be_decoded_says_why(name):
    content, found = FAULTS[name]
    with pytest.raises(pixels.Unreadable, match=found):
        pixels.decode(content, (4, 4), 3)


def test_a_bomb_is_refused_by_its_header(monkeypatch):
    content = as_bytes(Image.new("1", (9000, 9000)))
    with pytest.raises(pixels.Unreadable, match="9000 x 9000 pixels"):
        pixels.decode(content, (4, 4), 3)


def test_a_bomb_that_pillow_itself_refuses_is_told_alike():
    content = as_bytes(Image.new("1", (16000, 16000)))
    with pytest.raises(pixels.Unreadable, match="too many pixels"):
        pixels.decode(content, (4, 4), 3)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(pixels.Unreadable, match="no such file"):
        pixels.decode(tmp_path / "none.png", (4, 4), 3)


def test_files_give_one_or_three_channels():
    with pytest.raises(pixels.Unreadable) as error:
        pixels.decode(gradient(), (4, 4), 5)
    assert "5 channels" in str(error.value.fault("a.png"))


def test_pixels_of_32_bit_floats_are_refused():
    with pytest.raises(pixels.Unreadable, match="32-bit floats"):
        pixels.decode(Image.new("F", (2, 2)), (2, 2), 1)


def test_damage_anywhere_is_unreadable_or_read_but_never_another_error(rng):
    whole = np.frombuffer(as_bytes(gradient(size=(16, 16)), "JPEG"), "uint8")
    for _ in range(200):
        broken = whole.copy()
        broken[rng.integers(len(broken), size=3)] = rng.integers(256, size=3)
        with contextlib.suppress(pixels.Unreadable):
            assert pixels.decode(broken.tobytes(), (4, 4), 3).shape == (4, 4, 3)
