"""The offset of masks: how far all of them lie beside the edges in their images.

Whoever draws masks, or makes them smaller, errs to one side, such as half a pixel up. A network learns where
the masks lie, as long as patches that are turned and mirrored do not say that they lie on all sides.
"""

import numpy as np

_REACH = 3  # pixels up to which an offset is looked for
_LEAST = 0.1  # pixels that are worth anything
_SURE = 4  # standard errors of the mean over the images
_FEWEST = 4  # images that have a standard error worth the name
_LOOKED_AT = 64  # images
_EDGE = 1024  # pixels in the middle of each side that are looked at


def offset(images, masks):
    """How far the masks lie beside the edges in their images, in the mean.

    The strength of edges in an image is correlated with the borders in its mask, moved by up to 3 pixels
    along one axis; a parabola through the best three gives the place between pixels.

    Args:
        images: N pictures (height, width, channels).
        masks: N coded masks (height, width), or (height, width, labels) of 0 and 1.

    Returns:
        (down, right) in pixels; 0 where it is below 0.1, or not the same in most images.

    Example:
        >>> disc = np.hypot(*np.mgrid[-20:20, -20:20]) < 10
        >>> offset([disc[..., None]] * 4, [np.roll(disc, -1, axis=0)] * 4)
        (-1.0, 0.0)
    """
    step = -(-len(masks) // _LOOKED_AT)
    pairs = [(np.asarray(images[row]), np.asarray(masks[row])) for row in range(0, len(masks), step)]
    return tuple(_along(axis, pairs) for axis in (0, 1))


def told(offset):
    """An offset that is not 0 both ways, in words.

    Example:
        >>> told((-0.51, 0.18))
        '0.51 pixels up and 0.18 to the right'
    """
    down, right = offset
    said = [f"{abs(down):.2g} pixels {'down' if down > 0 else 'up'}"] if down else []
    side = "right" if right > 0 else "left"
    said += [f"{abs(right):.2g}{'' if down else ' pixels'} to the {side}"] if right else []
    return " and ".join(said)


def _along(axis, pairs):
    places = [_place(axis, *pair) for pair in pairs if min(pair[1].shape[:2]) > 4 * _REACH]
    places = np.array([place for place in places if place is not None])
    if len(places) < _FEWEST:
        return 0.0
    mean, error = places.mean(), places.std(ddof=1) / np.sqrt(len(places))
    is_sure = abs(mean) >= max(_LEAST, _SURE * error)
    return round(float(mean), 3) if is_sure else 0.0


def _place(axis, image, mask):
    """Of one pair, or None where there are no borders or no edges."""
    edges, borders = _edges(_middle(image), axis), _borders(_middle(mask), axis)
    within = (slice(_REACH, -_REACH),) * 2
    fits = [
        _correlation(edges[within], np.roll(borders, -moved, axis)[within])
        for moved in range(-_REACH, _REACH + 1)
    ]
    best = int(np.argmax(fits))
    if not 0 < best < 2 * _REACH or not fits[best] > 0:
        return None
    before, at, after = fits[best - 1 : best + 2]
    return best - _REACH + (before - after) / (2 * (before - 2 * at + after))


def _middle(map_):
    """At most 1024 x 1024 pixels of it."""
    top, left = (max(0, side - _EDGE) // 2 for side in map_.shape[:2])
    return map_[top : top + _EDGE, left : left + _EDGE]


def _edges(image, axis):
    """How much the values change from the pixel before to the one after, (height, width)."""
    return np.abs(_either_side(np.subtract, image.astype("float32"), axis)).sum(axis=-1)


def _borders(mask, axis):
    """Whether another class, or label, begins between the pixel before and the one after."""
    differs = _either_side(np.not_equal, mask, axis)
    return (differs if mask.ndim == 2 else differs.any(axis=-1)).astype("float32")


def _either_side(compare, map_, axis):
    """compare(the pixel after, the pixel before) along the axis; 0 at the ends."""
    length = map_.shape[axis]
    result = compare(np.take(map_, range(2, length), axis), np.take(map_, range(length - 2), axis))
    ends = [(0, 0)] * map_.ndim
    ends[axis] = (1, 1)
    return np.pad(result, ends)


def _correlation(first, second):
    first, second = first - first.mean(), second - second.mean()
    scale = np.sqrt((first**2).sum() * (second**2).sum())
    return float((first * second).sum() / scale) if scale else 0.0
