"""Masks and images as files: PNG with a palette, pictures with the mask over them, COCO polygons."""

import io

import numpy as np

from kit import draw
from kit.errors import KitError

MOST_LABELS = 8  # that overlap in an index PNG: one bit each


def as_png(mask, numbers=None):
    """A mask (h, w) as an index PNG: the pixel is the number of its class, its palette shows it in colour.

    Args:
        mask: (h, w) class numbers below 256; or (h, w, L) of 0 and 1, written as one bit a label.
        numbers: what is written for each class, 0 to 255; None for 0, 1, ... The first class is black.

    Returns:
        bytes.

    Raises:
        KitError: if more than `MOST_LABELS` labels overlap.
    """
    from PIL import Image

    if mask.ndim == 3:
        if mask.shape[-1] > MOST_LABELS:
            raise KitError(f"{mask.shape[-1]} labels that overlap. An index PNG holds at most {MOST_LABELS}.")
        mask = (mask.astype("uint8") << np.arange(mask.shape[-1], dtype="uint8")).sum(axis=-1).astype("uint8")
        numbers = None
    numbers = np.arange(int(mask.max(initial=0)) + 1) if numbers is None else np.asarray(numbers)
    image = Image.fromarray(numbers.astype("uint8")[mask], mode=None).convert("P")
    colors = np.zeros((256, 3), "uint8")
    colors[numbers[1:]] = np.rint(255 * draw.class_colors(len(numbers))[1:])
    image.putpalette(colors.ravel().tolist())
    return _bytes(image)


def as_overlay(picture, mask, count):
    """A picture (h, w, channels) in 0 to 1 under its mask, as the bytes of a PNG."""
    from PIL import Image

    shown = draw.overlaid(picture, mask, draw.class_colors(count))
    return _bytes(Image.fromarray(np.rint(255 * shown).astype("uint8")))


def as_picture(image, white=255.0):
    """A picture (h, w, channels) in 0 to `white` as the bytes of a PNG of 8 bits."""
    from PIL import Image

    eight = np.rint(np.clip(image / white, 0, 1) * 255).astype("uint8")
    return _bytes(Image.fromarray(eight[..., 0] if eight.shape[-1] == 1 else eight[..., :3]))


def as_coco(names, masks, classes, first=1, numbers=None):
    """Masks as COCO: an annotation for each connected piece of a class.

    Pieces without holes are polygons; pieces with holes, which polygons of COCO cannot say, are
    run-length codes.

    Args:
        names: file name of each image.
        masks: masks (h, w), or (h, w, L) of 0 and 1.
        classes: names of the classes.
        first: place of the first class that is written; 1 leaves out the background.
        numbers: the id of each class; None for 0, 1, ...

    Returns:
        A dict that JSON can hold.

    Source: https://cocodataset.org/#format-data
    """
    images, annotations = [], []
    ids = range(len(classes)) if numbers is None else numbers
    for place, (name, mask) in enumerate(zip(names, masks, strict=True)):
        images.append({"id": place, "file_name": name, "height": mask.shape[0], "width": mask.shape[1]})
        planes = {
            number: _plane(mask, number) for number in range(0 if mask.ndim == 3 else first, len(classes))
        }
        for number, plane in planes.items():
            for piece in _pieces(plane):
                annotations.append(
                    {"id": len(annotations), "image_id": place, "category_id": int(ids[number]), **piece}
                )
    categories = [{"id": int(number), "name": str(name)} for number, name in zip(ids, classes, strict=True)]
    return {"images": images, "categories": categories, "annotations": annotations}


def _plane(mask, number):
    return mask[..., number] == 1 if mask.ndim == 3 else mask == number


def _pieces(plane):
    """What COCO says of each connected piece of a plane: bbox, area, segmentation."""
    from scipy import ndimage

    labels, _ = ndimage.label(plane)
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), start=1):
        piece = labels[rows, columns] == number
        box = [columns.start, rows.start, columns.stop - columns.start, rows.stop - rows.start]
        outline = _outline(piece)
        if outline is None:
            whole = labels == number
            outline = {"size": list(whole.shape), "counts": [int(n) for n in _column_runs(whole)]}
        else:
            outline = [[float(n) for n in (outline + [columns.start, rows.start]).ravel()]]
        yield {"bbox": box, "area": int(piece.sum()), "iscrowd": 0, "segmentation": outline}


def _outline(piece):
    """The corners (K, 2) x, y around a piece, along the pixels' edges; None if it has holes."""
    edges = {}
    padded = np.pad(piece, 1)
    for dy, dx, from_, to in (
        (-1, 0, (0, 0), (1, 0)),
        (0, 1, (1, 0), (1, 1)),
        (1, 0, (1, 1), (0, 1)),
        (0, -1, (0, 1), (0, 0)),
    ):
        open_ = piece & ~padded[1 + dy : 1 + dy + piece.shape[0], 1 + dx : 1 + dx + piece.shape[1]]
        for y, x in np.argwhere(open_):
            edges.setdefault((x + from_[0], y + from_[1]), []).append((x + to[0], y + to[1]))
    return _walked(edges)


def _walked(edges):
    """One closed walk over all edges, its straight parts joined; None if there are several walks."""
    start = at = min(edges, key=lambda corner: (corner[1], corner[0]))
    walk, before = [start], (1, 0)
    while edges.get(at):
        # where two corners of the piece touch, turn right: the walk stays around the piece
        ahead = min(edges[at], key=lambda corner: _turn(before, (corner[0] - at[0], corner[1] - at[1])))
        edges[at].remove(ahead)
        step = (ahead[0] - at[0], ahead[1] - at[1])
        if step == before and len(walk) > 1:
            walk.pop()
        walk.append(ahead)
        at, before = ahead, step
    if any(edges.values()) or at != start:
        return None
    return np.array(walk[:-1], float)


def _turn(before, step):
    """How far right a step turns: -1 right, 0 straight, 1 left."""
    return -(before[0] * step[1] - before[1] * step[0])


def _column_runs(plane):
    """Lengths of runs of 0 and 1 down the columns, the first of 0, as COCO writes them."""
    flat = np.concatenate([[False], plane.ravel(order="F"), [not plane.ravel(order="F")[-1]]])
    return np.diff(np.concatenate([[0], np.flatnonzero(flat[1:] != flat[:-1])]))


def _bytes(image):
    buffer = io.BytesIO()
    image.save(buffer, format="PNG")
    return buffer.getvalue()
