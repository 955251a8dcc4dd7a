"""Which boxes learn what: by their overlap with the objects, and a fixed number of them by lot."""

from keras import ops

from kit import boxes as geometry


def split(y_true):
    """Targets (B, M, 5) as (corners (B, M + 1, 4), labels int32 (B, M + 1)), a filler added."""
    y_true = ops.pad(ops.cast(y_true, "float32"), [(0, 0), (0, 1), (0, 0)], constant_values=-1)
    return y_true[..., :4], ops.cast(y_true[..., 4], "int32")


def assigned(boxes, labels, places, *, high, low, forced=False):
    """Gives each place the object that it overlaps most, if it does so enough.

    Args:
        boxes: (B, M, 4) corners of the objects, pixels; M is at least 1.
        labels: (B, M) class of each, below 0 where there is none.
        places: (A, 4) or (B, A, 4) corners, pixels.
        high: IoU from which a place has the object.
        low: IoU below which it has none; between the two it learns nothing.
        forced: whether the places that an object overlaps most have one whatever the IoU, if it is not 0.

    Returns:
        (bool (B, A) that have an object, bool (B, A) that have none, int32 (B, A) number of the object).

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497), section 3.1.2.
    """
    real = ops.expand_dims(labels >= 0, -1)
    overlap = ops.where(real, geometry.iou(boxes, places), 0.0)
    best = ops.max(overlap, axis=1)
    has = best >= high
    if forced:
        most = ops.max(overlap, axis=2, keepdims=True)
        has = has | ops.any((overlap >= most) & (overlap > 0), axis=1)
    return has, (best < low) & ~has, ops.cast(ops.argmax(overlap, axis=1), "int32")


def sampled(has, none, keys, *, most, total):
    """Draws `total` places: at most `most` that have an object, and the rest of those that have none.

    Args:
        has: bool (B, A) places that have an object.
        none: bool (B, A) places that have none.
        keys: (B, A) random numbers from 0 to below 1; the largest are drawn.
        most: below `total`.
        total: places of an image; fewer where there are not as many.

    Returns:
        (bool (B, A) drawn ones that have an object, bool (B, A) drawn ones that have none).
    """
    total = min(total, keys.shape[1])
    most = max(1, min(most, total - 1))
    edge = ops.top_k(ops.where(has, keys, -1.0), most)[0][:, -1:]
    has = has & (keys >= edge)
    left = total - ops.sum(ops.cast(has, "int32"), axis=1, keepdims=True)
    ranked = ops.top_k(ops.where(none, keys, -1.0), total)[0]
    edge = ops.take_along_axis(ranked, ops.maximum(left - 1, 0), axis=1)
    return has, none & (keys >= edge) & (left > 0)


def taken(values, numbers):
    """Rows of `values` (B, M, C) by their `numbers` (B, A): (B, A, C)."""
    return ops.take_along_axis(values, ops.expand_dims(numbers, -1), axis=1)
