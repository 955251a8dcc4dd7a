"""Turned: boxes of photographs that were labelled before their EXIF rotation was applied."""

import numpy as np

_ACROSS = (5, 6, 7, 8)  # EXIF orientations of photographs that lie on their side


def orientations(paths, sizes, told):
    """EXIF orientation of the images whose labels are for the picture as it is stored, lying on its side.

    The size that an annotation file names tells: it is the stored one, and not that of the picture as
    it is shown.

    Args:
        paths: path of each image.
        sizes: (height, width) of each as it is shown, or None.
        told: (height, width) that its annotations name, or None.

    Returns:
        {place: 5, 6, 7 or 8}.

    Example:
        >>> from PIL import Image
        >>> exif = Image.Exif()
        >>> exif[0x0112] = 6
        >>> Image.new("RGB", (4, 2)).save(folder / "a.jpg", exif=exif)
        >>> orientations([folder / "a.jpg"], [(4, 2)], [(2, 4)])
        {0: 6}
    """
    from PIL import Image

    found = {}
    for place, (path, own, size) in enumerate(zip(paths, sizes, told, strict=True)):
        if own and size and tuple(size) == tuple(own)[::-1] and own[0] != own[1]:
            with Image.open(path) as image:
                orientation = image.getexif().get(0x0112, 1)
            if orientation in _ACROSS:
                found[place] = orientation
    return found


def upright(boxes, rows, rotated, sizes):
    """Boxes of pictures that lie on their side, in the picture as it is shown.

    Args:
        boxes: (T, 4) corners in pixels of the picture as it is stored.
        rows: (T,) place of the image of each box, rising.
        rotated: {place: orientation}, as `orientations` gives it; other boxes stay.
        sizes: (T, 2) height and width of the image as it is shown.

    Example:
        >>> upright(np.array([[0.0, 0, 1, 2]]), np.array([0]), {0: 6}, np.array([[4, 2]])).tolist()
        [[0.0, 0.0, 2.0, 1.0]]
    """
    boxes = boxes.copy()
    for place, orientation in rotated.items():
        mine = slice(*np.searchsorted(rows, (place, place + 1)))
        x1, y1, x2, y2 = boxes[mine].T
        height, width = sizes[mine].T
        across = (width - y2, width - y1) if orientation in (6, 7) else (y1, y2)
        down = (height - x2, height - x1) if orientation in (7, 8) else (x1, x2)
        boxes[mine] = np.stack([across[0], down[0], across[1], down[1]], axis=-1)
    return boxes
