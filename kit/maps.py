"""Maps: labels as large as their image. Coded masks, clean pictures, and lists of them of any sizes."""

import numpy as np

from kit.errors import DataError, Fault

VOID = 255  # in a mask that is coded: a pixel that is of no class and does not count


def at(where, row):
    """What a row is called in messages."""
    return f"row {row}" if where is None else str(where[row])


def as_list(maps, names):
    """Coded maps as the list of them: `encode` undone."""
    return list(maps)


def joined(arrays):
    """Maps as one array where all have one shape, else as an object array of them.

    Example:
        >>> joined([np.zeros((2, 3)), np.zeros((2, 3))]).shape, joined([np.zeros((2, 3)), np.zeros(4)]).shape
        ((2, 2, 3), (2,))
    """
    arrays = list(arrays)
    if len({array.shape for array in arrays}) == 1 and len({array.dtype for array in arrays}) == 1:
        return np.stack(arrays)
    ragged = np.empty(len(arrays), object)
    ragged[:] = arrays
    return ragged


def index_maps(labels, names, bounds, where):
    """Masks of class numbers, 255 where void, as uint8 maps (h, w)."""
    return joined(_checked_map(array, len(names), at(where, row)) for row, array in enumerate(labels))


def _checked_map(array, count, place):
    array = np.asarray(array)
    if array.ndim != 2 or array.dtype.kind not in "bui":
        found = f"{array.dtype} of shape {array.shape}"
        raise DataError([Fault(place, found, "a class number for each pixel, (height, width)")])
    there = np.unique(array)
    wrong = there[(there < 0) | ((there >= count) & (there != VOID))]
    if len(wrong):
        shown = ", ".join(map(str, wrong[:10]))
        raise DataError([Fault(place, f"class numbers {shown}", f"0 to {count - 1}, or {VOID} for none")])
    return array.astype("uint8")


def label_maps(labels, names, bounds, where):
    """Masks of 0 and 1 for each label, 255 where void, as uint8 maps (h, w, L)."""
    coded = []
    for row, array in enumerate(labels):
        array = np.asarray(array)
        if array.ndim != 3 or array.shape[-1] != len(names) or not np.isin(array, (0, 1, VOID)).all():
            found = f"{array.dtype} of shape {array.shape}"
            raise DataError([Fault(at(where, row), found, f"0 and 1 of shape (height, width, {len(names)})")])
        coded.append(array.astype("uint8"))
    return joined(coded)


def pictures(labels, names, bounds, where):
    """Pictures (h, w, channels): bytes as they are, other numbers as float32."""
    return joined(array if array.dtype == np.uint8 else array.astype("float32") for array in labels)
