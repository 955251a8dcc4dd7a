"""Anchors: boxes from which a detector measures: their sides, fitted to the data, and their places."""

import numpy as np

from kit.errors import KitError

_TRIES = 10  # starts of k-means, which ends in the next best place
_DRAWN = 500  # boxes that k-means sees
_PLACES = 4  # strides: from so many on, a side belongs to the next coarser level
_RATIOS = (0.5, 1.0, 2.0)  # width to height
_SHARES = (1 / 8, 1 / 4, 1 / 2)  # of the image's shorter side, where no box is known


def fitted(sides, count, seed=0, rounds=100):
    """Sides of `count` anchors that suit these boxes, and how well they do.

    k-means with 1 - IoU of boxes on one centre for the distance, so that small boxes count as much
    as large ones. Source: Redmon and Farhadi 2017, YOLO9000 (arXiv:1612.08242), section 2.

    Args:
        sides: (N, 2) width and height of boxes, above 0, pixels.
        count: number of anchors; at most N.
        seed: of the first choice.
        rounds: of k-means, at most.

    Returns:
        (anchors (count, 2) from small to large, {"mean_iou": of the boxes with their best anchor,
        "covered": share of the boxes whose best anchor has an IoU of at least 0.5}).

    Raises:
        KitError: if there are fewer boxes than anchors.

    Example:
        >>> anchors, told = fitted(np.array([[10, 10], [11, 10], [40, 20], [42, 20]], float), 2)
        >>> anchors.tolist(), told["covered"]
        ([[10.5, 10.0], [41.0, 20.0]], 1.0)
    """
    sides = np.asarray(sides, "float64")
    if len(sides) < count:
        raise KitError(f"{len(sides)} boxes for {count} anchors. At least as many boxes are needed.")
    rng = np.random.default_rng(seed)
    tries = [_clustered(sides, count, rng, rounds) for _ in range(_TRIES)]
    anchors = max(tries, key=lambda anchors: _iou_of_sides(sides, anchors).max(axis=1).mean())
    return anchors[np.argsort(anchors.prod(axis=1))], coverage(sides, anchors)


def coverage(sides, anchors):
    """How well boxes are met by anchors on their own centre.

    Args:
        sides: (N, 2) width and height of boxes, above 0, pixels; N at least 1.
        anchors: (K, 2) width and height.

    Returns:
        {"mean_iou": of the boxes with their best anchor, "covered": share of the boxes whose best anchor
        has an IoU of at least 0.5}.

    Example:
        >>> coverage(np.array([[10.0, 10.0], [40.0, 10.0]]), np.array([[10.0, 8.0]]))["covered"]
        0.5
    """
    best = _iou_of_sides(np.asarray(sides, "float64"), np.asarray(anchors, "float64")).max(axis=1)
    return {"mean_iou": float(best.mean()), "covered": float(np.mean(best >= 0.5))}


def told(targets, anchors):
    """A sentence on how well boxes are met by anchors.

    Args:
        targets: (N, M, 5) corners in pixels and class number, -1 where there is no box.
        anchors: (K, 2) width and height, pixels.

    Example:
        >>> told(np.array([[[0, 0, 10, 10, 0], [-1] * 5]]), [(10, 8)])
        '1 anchors: 100 % of 1 boxes have one with an IoU of at least 0.5; the mean IoU is 0.80.'
    """
    boxes = targets[targets[..., 4] >= 0]
    sides = (boxes[:, 2:4] - boxes[:, :2])[(boxes[:, 2:4] > boxes[:, :2]).all(axis=1)]
    if not len(sides):
        return "There are no boxes to be learnt."
    found = coverage(sides, anchors)
    return (
        f"{len(anchors)} anchors: {100 * found['covered']:.0f} % of {len(sides)} boxes have one "
        f"with an IoU of at least 0.5; the mean IoU is {found['mean_iou']:.2f}."
    )


def of_classes(sides, classes, count):
    """Anchors for objects of several classes, of which a rare one counts as much as a frequent one.

    Args:
        sides: (N, 2) width and height of boxes, pixels.
        classes: (N,) int class of each.
        count: number of anchors; fewer where there are fewer boxes.

    Returns:
        Tuple of (width, height) from small to large, or None if there is no box.

    Example:
        >>> sides, classes = np.array([[10, 10]] * 9 + [[40, 20]], float), np.array([0] * 9 + [1])
        >>> of_classes(sides, classes, 2)
        ((10.0, 10.0), (40.0, 20.0))
    """
    real = (sides > 0).all(axis=1)
    sides, classes = np.asarray(sides, "float64")[real], classes[real]
    if not len(sides):
        return None
    counts = np.bincount(classes)
    share = 1 / counts[classes] / np.count_nonzero(counts)
    drawn = np.random.default_rng(0).choice(len(sides), max(_DRAWN, count), p=share)
    found, _ = fitted(sides[drawn], min(count, len(sides)))
    return tuple(map(tuple, np.unique(found.round(2), axis=0).tolist()))


def typical(size):
    """Sides of anchors where nothing is known of the boxes: an eighth to half of the image, three ratios.

    Args:
        size: (height, width) of the image, pixels.

    Returns:
        Tuple of nine (width, height), pixels.

    Example:
        >>> typical((64, 96))[1], len(typical((64, 96)))
        ((8.0, 8.0), 9)
    """
    sides = [share * min(size) for share in _SHARES]
    return tuple(
        (round(side * ratio**0.5, 2), round(side / ratio**0.5, 2)) for side in sides for ratio in _RATIOS
    )


def by_level(anchors, strides):
    """Which level of a pyramid each anchor lies on: where its side is 4 to 8 strides.

    Args:
        anchors: (width, height) of each, pixels.
        strides: pixels between the places of each level, finest first, each twice the one before.

    Returns:
        Tuple of a tuple of anchors for each level; a level may have none.

    Example:
        >>> by_level([(10, 10), (20, 30), (90, 70)], (4, 8))
        (((10, 10), (20, 30)), ((90, 70),))
    """
    levels = [[] for _ in strides]
    for width, height in anchors:
        step = np.floor(np.log2(np.sqrt(width * height) / (_PLACES * strides[0])))
        levels[int(np.clip(step, 0, len(strides) - 1))].append((width, height))
    return tuple(map(tuple, levels))


def grid(size, strides, anchors):
    """Every anchor at every place of its level, as corners.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.
        anchors: (width, height) of each, pixels.

    Returns:
        (corners float32 (A, 4) in pixels: level by level, row by row, and of one place one after the
        other; tuple with the number of corners of each level).

    Example:
        >>> corners, counts = grid((4, 8), (4,), [(2, 4)])
        >>> corners.tolist(), counts
        ([[1.0, 0.0, 3.0, 4.0], [5.0, 0.0, 7.0, 4.0]], (2,))
    """
    found = []
    for stride, own in zip(strides, by_level(anchors, strides), strict=True):
        rows, columns = (-(-edge // stride) for edge in size)
        y, x = (stride * (np.mgrid[:rows, :columns] + 0.5)).reshape(2, -1)
        middles = np.stack([x, y], axis=1)[:, None]
        half = np.array(own, "float64").reshape(1, -1, 2) / 2
        found.append(np.concatenate([middles - half, middles + half], axis=-1).reshape(-1, 4))
    return np.concatenate(found).astype("float32"), tuple(map(len, found))


def _clustered(sides, count, rng, rounds):
    """Sides of anchors after k-means from one random start."""
    anchors = sides[[rng.integers(len(sides))]]
    while len(anchors) < count:  # k-means++: the next far from those that are there
        far = 1 - _iou_of_sides(sides, anchors).max(axis=1)
        share = far / far.sum() if far.sum() > 0 else None
        anchors = np.concatenate([anchors, sides[[rng.choice(len(sides), p=share)]]])
    for _ in range(rounds):
        own = _iou_of_sides(sides, anchors).argmax(axis=1)
        moved = np.array(
            [sides[own == k].mean(axis=0) if (own == k).any() else anchors[k] for k in range(count)]
        )
        if np.allclose(moved, anchors):
            break
        anchors = moved
    return anchors


def _iou_of_sides(sides, anchors):
    """(N, K) IoU of boxes that share their centre."""
    shared = np.minimum(sides[:, None], anchors[None]).prod(axis=-1)
    return shared / (sides.prod(axis=-1)[:, None] + anchors.prod(axis=-1)[None] - shared)
