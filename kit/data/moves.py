"""Moves: images that are flipped, scaled and shifted, and their boxes with them."""

import numpy as np

from kit.objects import NONE

_KEPT = 0.25  # share of an object that must still be seen for its box to count
_SHORTEST = 2.0  # pixels: a shorter side of a box is none


def mirrored(image, boxes):
    """The image flipped left to right, and its boxes (M, 5)."""
    boxes = boxes.copy()
    boxes[:, [0, 2]] = image.shape[1] - boxes[:, [2, 0]]
    return np.ascontiguousarray(image[:, ::-1]), boxes


def placed(image, boxes, factor, left, top):
    """The image scaled with its corner at (left, top), on its own mean; boxes cut to what is seen.

    Args:
        image: (height, width, channels).
        boxes: (M, 5) corners and class number.
        factor: above 0.
        left, top: pixels, may be negative.

    Returns:
        (image of the same size, boxes of the objects of which enough is seen).

    Example:
        >>> image, boxes = placed(np.ones((4, 4, 1), "uint8"), np.array([[0, 0, 4, 4, 0.0]]), 0.5, 2, 0)
        >>> boxes.tolist()
        [[2.0, 0.0, 4.0, 2.0, 0.0]]
    """
    from PIL import Image

    height, width = image.shape[:2]
    back = (1 / factor, 0, -left / factor, 0, 1 / factor, -top / factor)

    def moved(part):
        fill = part.mean(axis=(0, 1))
        fill = tuple(np.rint(fill).astype(int).tolist()) if part.ndim == 3 else fill.astype(part.dtype).item()
        how = ((width, height), Image.Transform.AFFINE, back, Image.Resampling.BILINEAR)
        return np.asarray(Image.fromarray(np.ascontiguousarray(part)).transform(*how, fillcolor=fill))

    colour = image.shape[-1] == 3 and image.dtype == np.uint8  # Pillow moves three bytes at once
    picture = moved(image) if colour else np.stack([moved(plane) for plane in np.moveaxis(image, -1, 0)], -1)
    there = boxes.copy()
    there[:, :4] = there[:, :4] * factor + np.array([left, top, left, top])
    return picture, inside(there, (0, 0, width, height))


def inside(boxes, limits):
    """Boxes cut to (x1, y1, x2, y2), without those of which too little is left."""
    low, high = np.array(limits[:2], float), np.array(limits[2:], float)
    cut = boxes.copy()
    cut[:, :2], cut[:, 2:4] = (np.clip(boxes[:, at], low, high) for at in (slice(0, 2), slice(2, 4)))
    before, after = (np.maximum(each[:, 2:4] - each[:, :2], 0) for each in (boxes, cut))
    seen = after.prod(axis=1) >= _KEPT * np.maximum(before.prod(axis=1), 1e-9)
    return cut[seen & (after >= _SHORTEST).all(axis=1)]


def real(boxes):
    """The rows (M, 5) that are boxes."""
    return boxes[boxes[:, 4] >= 0]


def filled(boxes, count):
    """(count, 5): the largest boxes, and -1."""
    if len(boxes) > count:
        areas = (boxes[:, 2:4] - boxes[:, :2]).prod(axis=1)
        boxes = boxes[np.sort(np.argsort(-areas, kind="stable")[:count])]
    full = np.full((count, 5), NONE, "float32")
    full[: len(boxes)] = boxes
    return full
