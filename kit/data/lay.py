"""The eight ways an image may be laid: flipped left to right or not, then turned by quarters."""

import numpy as np


def laid(map_, turns, mirror):
    """A map (height, width, ...) laid one way, as a view.

    Args:
        map_: the array.
        turns: quarters of a turn, from the first axis to the second as `numpy.rot90` has it.
        mirror: whether it is flipped left to right before.

    Example:
        >>> laid(np.array([[1, 2], [3, 4]]), 1, False).tolist()
        [[2, 4], [1, 3]]
    """
    return np.rot90(map_[:, ::-1] if mirror else map_, turns)


def undone(turns, mirror):
    """The way that lays back what was laid: a flip undoes itself, also where a turn follows it.

    Example:
        >>> image = np.arange(6).reshape(2, 3)
        >>> all((laid(laid(image, *way), *undone(*way)) == image).all() for way in ((1, False), (3, True)))
        True
    """
    return (turns if mirror else -turns % 4), mirror


def missing(offset, turns, mirror):
    """What a laid offset lacks to be what it was.

    Args:
        offset: (down, right) before it is laid.
        turns, mirror: as of `laid`.

    Returns:
        (down, right) to be added after it.

    Example:
        >>> missing((1.0, 0.5), 2, False)
        (2.0, 1.0)
    """
    down, right = offset[0], -offset[1] if mirror else offset[1]
    for _ in range(turns):
        down, right = -right, down
    return offset[0] - down, offset[1] - right
