"""Anchors: sides of boxes from which a detector measures, fitted to the boxes that it is to find."""

import numpy as np

from kit.errors import KitError

_TRIES = 10  # starts of k-means, which ends in the next best place


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
    best = _iou_of_sides(sides, anchors).max(axis=1)
    told = {"mean_iou": float(best.mean()), "covered": float(np.mean(best >= 0.5))}
    return anchors[np.argsort(anchors.prod(axis=1))], told


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
