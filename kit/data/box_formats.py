"""Box formats: which numbers the boxes of a file are, and boxes of all formats as corners in pixels."""

import numpy as np

from kit import boxes
from kit.errors import unknown

FORMATS = (*boxes.FORMATS, "voc")
_SLACK = 0.02  # of the image's sides, by which boxes that are right may reach out of it
_FEW = 4  # boxes from which their numbers say of what format they are
_MISFITS = 1 / 3  # share of boxes that do not fit, from which another format is looked for


def checked(name):
    """The name of a format.

    Raises:
        KitError: if there is none of this name.

    Example:
        >>> checked("xywh")
        'xywh'
    """
    if name not in FORMATS:
        raise unknown("format of boxes", name, FORMATS)
    return name


def corners(numbers, form, sizes):
    """Boxes as (x1, y1, x2, y2) in pixels, counted from the upper left edge of the image.

    Args:
        numbers: (T, 4) as a file has them.
        form: one of `FORMATS`. "voc": corners that count pixels from 1, where the last one belongs
            to the box, so that 1 1 1 1 is the first pixel; the others as `kit.boxes.converted` has them.
        sizes: (T, 2) height and width in pixels of the image of each box.

    Returns:
        float64 (T, 4).

    Example:
        >>> sizes = np.array([[10, 20]])
        >>> corners([[1, 1, 20, 10]], "voc", sizes).tolist()
        [[0.0, 0.0, 20.0, 10.0]]
        >>> corners([[0.5, 0.5, 0.1, 0.2]], "rel_cxcywh", sizes).tolist()
        [[9.0, 4.0, 11.0, 6.0]]
    """
    numbers = np.asarray(numbers, "float64").reshape(-1, 4)
    if form == "voc":
        return numbers - np.array([1.0, 1.0, 0.0, 0.0])
    if is_relative(form):
        numbers = numbers * _sides(sizes)
    return boxes.converted(numbers, form.removeprefix("rel_"), "xyxy")


def is_relative(form):
    """Whether boxes of this format are shares of the image's sides.

    Example:
        >>> is_relative("rel_cxcywh"), is_relative("voc")
        (True, False)
    """
    return form.startswith("rel_")


def probable(numbers, stated, sizes):
    """The format that nearly all boxes have, where they do not have the one that is stated; else None.

    Args:
        numbers: (T, 4) finite numbers.
        stated: one of `FORMATS`.
        sizes: (T, 2) height and width of the image of each box.

    Returns:
        One of `kit.boxes.FORMATS`, or None: the stated one fits, or none does, or boxes are too few.

    Example:
        >>> far = np.array([[40, 40, 60, 50]] * 4)
        >>> probable(far, "xywh", np.array([[64, 64]] * 4)), probable(far, "xyxy", np.array([[64, 64]] * 4))
        ('xyxy', None)
    """
    if len(numbers) < _FEW or 1 - _share(numbers, stated, sizes) < _MISFITS:
        return None
    shares = {form: _share(numbers, form, sizes) for form in boxes.FORMATS if form != stated}
    best = max(shares, key=shares.get)
    return best if shares[best] > 1 - _SLACK else None


def guessed(numbers, sizes):
    """The format that most boxes fit, where nothing states one; corners in pixels before the others.

    Example:
        >>> guessed(np.array([[0.1, 0.1, 0.4, 0.3]]), np.array([[64, 64]]))
        'rel_xyxy'
    """
    return max(boxes.FORMATS, key=lambda form: _share(numbers, form, sizes)) if len(numbers) else "xyxy"


def of_voc(numbers, database):
    """How the corners of Pascal VOC's XML count pixels, and a sentence that says why.

    The format's definition counts from 1 and includes the last pixel. Many programs write edges that
    count from 0 instead: a 0 proves it, and labelImg, which writes 1 for 0, calls its source "Unknown".

    Args:
        numbers: (T, 4).
        database: the `source/database` that most files name, "" for none.

    Returns:
        ("voc" or "xyxy", sentence).

    Example:
        >>> of_voc(np.array([[1, 3, 9, 9]]), "The VOC2007 Database")[0]
        'voc'
        >>> of_voc(np.array([[0, 3, 9, 9]]), "")[0]
        'xyxy'
    """
    zeros = int((numbers[:, :2] == 0).any(axis=1).sum()) if len(numbers) else 0
    edges = "Boxes are taken for edges that count from 0"
    if zeros:
        return "xyxy", f"{edges}, because {zeros} of them begin at 0."
    if database.strip().lower() == "unknown":
        return "xyxy", f"{edges}, as labelImg writes them (source: Unknown)."
    why = "Boxes count pixels from 1 and include the last one, as VOC defines them: nothing shows otherwise"
    return "voc", f"{why}. If they do not, say box_format='xyxy'."


def _share(numbers, form, sizes):
    """Share of the boxes that have an area and lie in their image when read so."""
    found, sides = corners(numbers, form, sizes), _sides(sizes)
    inside = (found >= -_SLACK * sides - 1) & (found <= (1 + _SLACK) * sides + 1)
    fits = inside.all(axis=1) & (found[:, 2:] > found[:, :2]).all(axis=1)
    largest = np.asarray(numbers).max(axis=1)
    return float((fits & ((largest <= 1 + _SLACK) if is_relative(form) else (largest > 1))).mean())


def _sides(sizes):
    return np.asarray(sizes, "float64").reshape(-1, 2)[:, [1, 0, 1, 0]]
