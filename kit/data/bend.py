"""Bending: images and their masks deformed smoothly, as tissue and cloth are."""

import numpy as np

_NODES = 4  # displaced points along each edge; what lies between follows them smoothly


def bent(image, mask, pixels, draw, moved=(0.0, 0.0)):
    """An image and its mask, bent by the same smooth random field.

    Points of a 4 x 4 grid move by a normal distribution in both directions; bicubic interpolation carries the
    rest along. Values of the image are mixed of four neighbours, those of the mask never; beyond the edge the
    image is mirrored.

    Source: Ronneberger et al. 2015, U-Net (arXiv:1505.04597), 3.1: a 3 x 3 grid and 10 pixels.

    Args:
        image: (height, width, channels), uint8 or float32.
        mask: (height, width) or (height, width, labels).
        pixels: standard deviation of the points' displacement.
        draw: a `numpy.random.Generator`.
        moved: (down, right), the pixels by which the image alone is moved up and left under its mask.

    Returns:
        (image, mask) of the same shapes and types.

    Example:
        >>> still = bent(np.eye(8)[..., None], np.eye(8, dtype=int), 0.0, np.random.default_rng(0))
        >>> still[1].tolist() == np.eye(8).tolist()
        True
    """
    from scipy import ndimage

    height, width = image.shape[:2]
    nodes = draw.normal(scale=pixels, size=(2, _NODES, _NODES)).astype("float32")
    places = np.mgrid[:height, :width] + np.stack([_spread(each, (height, width)) for each in nodes])
    seen = places + np.reshape(moved, (2, 1, 1))
    planes = [
        ndimage.map_coordinates(plane.astype("float32"), seen, order=1, mode="mirror")
        for plane in np.moveaxis(image, -1, 0)
    ]
    values = np.stack(planes, axis=-1)
    values = np.rint(values).astype(image.dtype) if image.dtype.kind in "ui" else values.astype(image.dtype)
    rows, columns = (
        _mirrored(np.rint(each).astype(int), side) for each, side in zip(places, (height, width), strict=True)
    )
    return values, mask[rows, columns]


def _spread(nodes, size):
    from PIL import Image

    return np.asarray(Image.fromarray(nodes).resize(size[::-1], Image.Resampling.BICUBIC))


def _mirrored(places, side):
    """Indices beyond an edge as the ones that a mirror on it shows."""
    period = max(1, 2 * (side - 1))
    places = np.abs(places) % period
    return np.minimum(places, period - places)
