"""Pixels: image files and arrays -> arrays, by one rule each, in training as in prediction.

EXIF rotation is applied. Transparency is laid on white. CMYK, YCbCr and palettes become
RGB. 16-bit gray is scaled so that 65535 becomes 255 (Pillow itself brings 16-bit colour to
8 bits). Of several frames the first is read. Gray becomes colour by repeating, colour becomes
gray by ITU-R 601 luma. Resizing is bilinear, averaging where it shrinks; it stretches the picture,
or keeps its shape in a frame.
"""

import contextlib
import io
import os
import typing
from pathlib import Path

import numpy as np

from kit import frames
from kit.errors import Fault

FORMATS = ("JPEG", "PNG", "BMP", "GIF", "TIFF", "WEBP", "PPM")
SUFFIXES = {  # of the files that are taken for images, with the format that is expected
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "JPEG"),
    **dict.fromkeys((".tif", ".tiff"), "TIFF"),
    **dict.fromkeys((".ppm", ".pgm", ".pbm", ".pnm"), "PPM"),
    ".png": "PNG",
    ".bmp": "BMP",
    ".gif": "GIF",
    ".webp": "WEBP",
}
MAX_PIXELS = 50_000_000  # 150 MB as RGB; more is a bomb or a scan that must be tiled first
_SIXTEEN_BITS = ("I", "I;16", "I;16L", "I;16B", "I;16N")
_GRAY = ("1", "L", "LA", "La", *_SIXTEEN_BITS)


class Unreadable(Exception):
    """A picture that cannot be decoded; holds what was found, what was expected and the cure."""

    def __init__(self, found, expected="a whole image file", cure=""):
        super().__init__(found)
        self.found, self.expected, self.cure = found, expected, cure

    def fault(self, where):
        """This as a fault of the file at `where`."""
        return Fault(where, self.found, self.expected, self.cure)


def decode(source, size, channels, fill=None):
    """One picture -> (height, width, channels): uint8, or float32 in 0 to 255 if it has 16 bits.

    Args:
        source: path, bytes or Pillow image.
        size: (height, width) in pixels; (None, None) for its own.
        channels: 1 or 3.
        fill: None stretches the picture to `size`; a value from 0 to 255 keeps its shape and fills the
            two sides that are left (`letterbox`).

    Raises:
        Unreadable: if it is not an image of `FORMATS`, is cut short, or has over 50 megapixels.

    Example:
        >>> from PIL import Image
        >>> decode(Image.new("LA", (4, 2), (0, 0)), (2, 4), channels=1)[0, 0]  # transparent black
        array([255], dtype=uint8)
    """
    if channels not in (1, 3):
        raise Unreadable("an image file", f"an array of {channels} channels: files give 1 or 3")
    with _told():
        image = _opened(source)
        if size[0]:
            image.draft(image.mode, (2 * max(size),) * 2)  # large JPEGs: decoded at 1/2, 1/4 or 1/8
        return _array(upright(image), size, channels, fill)


def size(source):
    """(height, width) in pixels of a path, bytes, a Pillow image or an array, as `decode` shows it.

    Raises:
        Unreadable: as `decode`.

    Example:
        >>> size(np.zeros((4, 6, 3)))
        (4, 6)
    """
    if isinstance(source, np.ndarray):
        return source.shape[:2]
    with _told():
        return _sides(_opened(source))


class Header(typing.NamedTuple):
    """What a file will be decoded to: sides in pixels, 1 or 3 channels, 8 or 16 bits; and its format."""

    height: int
    width: int
    channels: int
    bits: int
    format: str


def header(path):
    """The `Header` of a file, without decoding its pixels.

    Raises:
        Unreadable: as `decode`.
    """
    with _told(), open(path, "rb") as file:
        image = _image(file)
        height, width = _sides(image)
        channels = 1 if image.mode in _GRAY else 3
        return Header(height, width, channels, 16 if image.mode in _SIXTEEN_BITS else 8, image.format)


def resize(array, size):
    """(h, w, c) uint8 or float32 -> (*size, c) of the same type: bilinear, averaging where it shrinks.

    Example:
        >>> resize(np.array([[[0], [100]]], "uint8"), (1, 1))
        array([[[50]]], dtype=uint8)
    """
    from PIL import Image

    if tuple(size) in ((None, None), array.shape[:2]):
        return array
    planes = [Image.fromarray(np.ascontiguousarray(array[..., c])) for c in range(array.shape[-1])]
    shrunk = [plane.resize(tuple(size)[::-1], Image.Resampling.BILINEAR) for plane in planes]
    return np.stack([np.asarray(plane) for plane in shrunk], axis=-1)


def letterbox(array, size, fill):
    """The image as large as it fits into `size` without being stretched, `fill` on the two sides left.

    Example:
        >>> letterbox(np.zeros((1, 2, 1), "uint8"), (4, 4), 9)[:, 0, 0].tolist()
        [9, 0, 0, 9]
    """
    top, left, height, width = frames.inner(array.shape[:2], size)
    frame = np.full((*size, array.shape[-1]), fill, array.dtype)
    frame[top : top + height, left : left + width] = resize(array, (height, width))
    return frame


def framed(array, size, fill=None):
    """`resize`, or with a value for `fill` `letterbox`."""
    return resize(array, size) if fill is None else letterbox(array, size, fill)


def nearest(map_, size):
    """A map (h, w) or (h, w, c) in another size, each place taking the value that is nearest: none are mixed.

    Example:
        >>> nearest(np.array([[1, 2]]), (1, 4))
        array([[1, 1, 2, 2]])
    """
    if map_.shape[:2] == tuple(size):
        return map_
    rows, columns = (
        ((np.arange(new) + 0.5) * old / new).astype(int)
        for new, old in zip(size, map_.shape[:2], strict=True)
    )
    return map_[rows[:, None], columns]


@contextlib.contextmanager
def _told():
    """Turns every way in which Pillow fails into `Unreadable`."""
    from PIL import Image, UnidentifiedImageError

    try:
        yield
    except (Unreadable, MemoryError):
        raise
    except UnidentifiedImageError:
        raise Unreadable("not an image", f"one of {', '.join(FORMATS)}") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_large() from None
    except FileNotFoundError:
        raise Unreadable("no such file", "an image file") from None
    except Exception as error:  # Pillow's decoders raise every kind of exception on damaged bytes
        raise Unreadable(f"damaged image ({error})", cure="Replace or remove the file.") from error


def _opened(source):
    """A Pillow image whose header was read and checked, its pixels not yet."""
    from PIL import Image

    if isinstance(source, Image.Image):
        return source
    if not isinstance(source, bytes | str | os.PathLike):
        raise Unreadable(f"a {type(source).__name__}", "a path, bytes, a Pillow image or an array")
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    if not content:
        raise Unreadable("empty file (0 bytes)", cure="Replace or remove the file.")
    return _image(io.BytesIO(content))


def _image(file):
    from PIL import Image

    image = Image.open(file, formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise _too_large(f"{image.width} x {image.height} pixels")
    return image


def _too_large(found="far too many pixels"):
    return Unreadable(found, f"at most {MAX_PIXELS // 1_000_000} megapixels", "Shrink or tile it first.")


def pages(path):
    """How many pictures a file holds, of which the first is read; 1 where it cannot be read.

    Example:
        >>> from PIL import Image
        >>> first, second = Image.new("L", (4, 2)), Image.new("L", (4, 2))
        >>> first.save(folder / "a.tif", save_all=True, append_images=[second])
        >>> pages(folder / "a.tif")
        2
    """
    try:
        with _told(), open(path, "rb") as file:
            return getattr(_image(file), "n_frames", 1)
    except Unreadable:
        return 1


def is_turned(path):
    """Whether the EXIF orientation of a file turns or mirrors it; False where it cannot be read.

    Example:
        >>> from PIL import Image
        >>> exif = Image.Exif()
        >>> exif[0x0112] = 3
        >>> Image.new("L", (4, 2)).save(folder / "a.png", exif=exif)
        >>> is_turned(folder / "a.png")
        True
    """
    try:
        with _told(), open(path, "rb") as file:
            return _orientation(_image(file)) != 1
    except Unreadable:
        return False


def _orientation(image):
    return image.getexif().get(0x0112, 1)


def _sides(image):
    """(height, width) of an image as it is shown."""
    return image.size if _orientation(image) >= 5 else image.size[::-1]  # 5 to 8 lie on their side


def upright(image):
    """A Pillow image as it is shown: turned as its EXIF orientation says."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def _array(image, size, channels, fill):
    if image.mode == "F":
        raise Unreadable("pixels are 32-bit floats", "8 or 16 bits", "Save it with 16 bits.")
    if image.mode in _SIXTEEN_BITS:
        return _sixteen_bits(image, size, channels, fill)
    image = _opaque(image).convert("L" if channels == 1 else "RGB")
    return framed(np.atleast_3d(np.asarray(image)), size, fill)


def _sixteen_bits(image, size, channels, fill):
    values = np.asarray(image).astype("float32")[..., None]
    if values.max() > 65535 or values.min() < 0:
        raise Unreadable(f"pixels from {values.min():g} to {values.max():g}", "8 or 16 bits")
    return np.repeat(framed(values / np.float32(257), size, fill), channels, axis=-1)  # 65535 = 257 * 255


def _opaque(image):
    from PIL import Image

    if "A" not in image.getbands() and "a" not in image.getbands() and "transparency" not in image.info:
        return image
    image = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
