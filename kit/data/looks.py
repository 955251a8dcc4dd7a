"""Looks: what is in one mask file, as it is, before all masks together decide what it means.

EXIF rotation is applied, as to images. Transparency is dropped, unless it is all that differs in a file:
then it is the mask.
"""

import dataclasses

import numpy as np

from kit.inputs import pixels
from kit.maps import VOID

MOST_COLOURS = 64
CURE = "Save masks as PNG, without smoothing, one number or one colour a class."


@dataclasses.dataclass
class Look:
    """One decoded mask file.

    Args:
        places: (height, width) uint8, places in the following lists.
        values: numbers in the file, rising: gray values, places in the palette, or 0xrrggbb.
        colours: the colour of each, 0xrrggbb.
        counts: pixels of each.
        kind: "gray", "palette" or "colour".
        is_jpeg: whether compression may have changed the numbers.
    """

    places: np.ndarray
    values: list
    colours: list
    counts: list
    kind: str
    is_jpeg: bool


def looked(path):
    """The `Look` at a file; the `Unreadable` that it is; None for None.

    Args:
        path: of the file, or None.

    Example:
        >>> from PIL import Image
        >>> Image.new("RGB", (2, 1), (0, 0, 7)).save(folder / "blue.png")
        >>> look = looked(folder / "blue.png")
        >>> look.kind, look.colours, look.places.tolist()
        ('colour', [7], [[0, 0]])
    """
    if path is None:
        return None
    try:
        form, mode, palette, array = _pixels(path)
        kind = "palette" if mode == "P" else "gray" if array.ndim == 2 else "colour"
        if kind == "colour":
            array = _packed(array)
        values, places, counts = np.unique(array, return_inverse=True, return_counts=True)
        most = MOST_COLOURS if kind == "colour" else VOID + 1
        if len(values) > most:
            what = "colours" if kind == "colour" else "different values"
            raise pixels.Unreadable(f"a mask of {len(values)} {what}", f"at most {most}", CURE)
    except pixels.Unreadable as error:
        return error
    values = values.tolist()
    colours = [_colour_of(value, kind, palette) for value in values]
    places = places.reshape(array.shape).astype("uint8")
    return Look(places, values, colours, counts.tolist(), kind, form == "JPEG")


def _pixels(path):
    """(format, Pillow's mode, palette, numbers as they are in the file: (h, w), or (h, w, 3) colours)."""
    from PIL import Image

    form = pixels.header(path).format
    try:
        with Image.open(path, formats=pixels.FORMATS) as image:
            image = _plain(pixels.upright(image))
            array, palette = np.asarray(image), image.getpalette("RGB") if image.mode == "P" else None
    except pixels.Unreadable:
        raise
    except Exception as error:  # Pillow's decoders raise every kind of exception on damaged bytes
        raise pixels.Unreadable(f"damaged image ({error})", cure="Replace or remove the file.") from error
    if array.ndim == 3 and (array == array[..., :1]).all():
        array = array[..., 0]  # gray, saved as colour
    return form, image.mode, palette, array


def _plain(image):
    """The image in a mode whose numbers can be taken as they are."""
    if image.mode == "F":
        values = np.asarray(image)
        what = f"a mask of numbers from {values.min():g} to {values.max():g}, 32-bit floats"
        raise pixels.Unreadable(what, "whole numbers of 8 or 16 bits", CURE)
    if image.mode in ("LA", "RGBA"):
        *colours, (least, most) = image.getextrema()
        if least < most and all(low == high for low, high in colours):
            return image.getchannel("A")
    if image.mode in ("1", "LA"):
        return image.convert("L")
    is_plain = image.mode in ("L", "P", "I") or image.mode.startswith("I;16")
    return image if is_plain else image.convert("RGB")


def _packed(array):
    """(h, w, 3) uint8 -> (h, w) uint32, 0xrrggbb."""
    red, green, blue = (array[..., channel].astype("uint32") for channel in range(3))
    return red << 16 | green << 8 | blue


def _colour_of(value, kind, palette):
    if kind == "colour":
        return value
    if kind == "palette":
        red, green, blue = (*palette[3 * value : 3 * value + 3], 0, 0, 0)[:3]
        return red << 16 | green << 8 | blue
    return min(value, 255) * 0x010101
