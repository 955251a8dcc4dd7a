"""Objects: the boxes of images and what is in them, as arrays of one size and back."""

import numpy as np

from kit.errors import DataError, Fault

NONE = -1  # stands where there is no box
BINS = 16  # distances, 0 to 15 strides: how likely each is, a place may say of each side of a box


def filled(boxes, names, count):
    """Boxes and names of one image with exactly `count` entries: fillers of -1 and None, or the largest.

    Example:
        >>> filled(np.array([[0, 0, 2, 2], [0, 0, 4, 4]], "float32"), ["a", "b"], 1)
        (array([[0., 0., 4., 4.]], dtype=float32), ['b'])
    """
    boxes = corners(boxes)
    if len(boxes) <= count:
        filler = np.full((count - len(boxes), 4), NONE, "float32")
        return np.concatenate([boxes, filler]), [*names, *[None] * (count - len(boxes))]
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1)
    kept = np.sort(np.argsort(-areas, kind="stable")[:count])
    return boxes[kept], [names[index] for index in kept]


def corners(boxes):
    """Boxes as float32 (M, 4), also where there is none."""
    return np.asarray(boxes, "float32").reshape(-1, 4)


def targets(labels, names, bounds=None, where=None):
    """N pairs (boxes_xyxy, names) -> float32 (N, M, 5): corners and class number, -1 where there is none.

    Args:
        labels: pairs; a name of None is a filler. M is the largest number of boxes of an image.
        names: the classes.
        bounds: not used.
        where: a name for each image, for messages.

    Raises:
        DataError: names every image with a class that is none, or with a box without an area.
    """
    number = {name: float(index) for index, name in enumerate(names)}
    faults = []
    coded = np.full((len(labels), max((len(each) for _, each in labels), default=0), 5), NONE, "float32")
    for row, (boxes, said) in enumerate(labels):
        boxes, place = corners(boxes), f"image {row}" if where is None else str(where[row])
        real = [index for index, name in enumerate(said) if name is not None]
        strange = sorted({str(said[index]) for index in real if said[index] not in number})
        if len(boxes) != len(said):
            faults.append(Fault(place, f"{len(boxes)} boxes and {len(said)} names", "one name for each box"))
        elif strange:
            shown = ", ".join(map(str, names[:10])) + (", ..." if len(names) > 10 else "")
            faults.append(Fault(place, f"the class {', '.join(strange)}", f"one of {shown}"))
        elif _flat(boxes[real]).any():
            box = boxes[real][_flat(boxes[real])][0].tolist()
            faults.append(Fault(place, f"the box {box}", "x1 < x2 and y1 < y2: corners in pixels"))
        else:
            coded[row, : len(real), :4] = boxes[real]
            coded[row, : len(real), 4] = [number[said[index]] for index in real]
    if faults:
        raise DataError(faults)
    return coded


def labels(targets, names):
    """Targets -> list of pairs (boxes_xyxy float32 (M, 4), names object (M,)); the inverse of `targets`.

    Example:
        >>> labels(np.array([[[0, 0, 2, 2, 1], [-1, -1, -1, -1, -1]]], "float32"), ("a", "b"))
        [(array([[0., 0., 2., 2.]], dtype=float32), array(['b'], dtype=object))]
    """
    found = []
    for rows in targets:
        rows = rows[rows[:, 4] >= 0]
        said = np.empty(len(rows), object)
        said[:] = [names[int(number)] for number in rows[:, 4]]
        found.append((rows[:, :4], said))
    return found


def _flat(boxes):
    """Which boxes have no area, or are no numbers."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return ~(sides > 0).all(axis=1)
