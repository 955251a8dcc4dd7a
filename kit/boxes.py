"""Boxes: formats, overlap, suppression, RoIAlign and deltas, as pure functions of arrays.

A box is (x1, y1, x2, y2) in pixels, x to the right and y down, the last axis of an array. Functions
take NumPy arrays and tensors of any backend alike and give back what they were given: prediction and
evaluation need no Keras. Boxes without area are boxes: nothing here divides by 0.
"""

import math

import numpy as np

from kit.errors import KitError

FORMATS = ("xyxy", "xywh", "cxcywh", "rel_xyxy", "rel_xywh", "rel_cxcywh")
OVERLAPS = ("iou", "giou", "diou", "ciou")
_TINY = 1e-7  # below any area of boxes worth the name, in square pixels
_SHORT = 1e-3  # pixels: sides below it have no shape to compare
_AT_ONCE = 512  # boxes whose overlaps with each other are held at a time
_FARTHEST = math.log(1000 / 16)  # of a decoded side's log: exp() of an untrained output stays finite


def converted(boxes, source, target, size=None):
    """Boxes of one format in another.

    Args:
        boxes: (..., 4).
        source, target: "xyxy" (corners), "xywh" (upper left corner and sides, as COCO), "cxcywh"
            (centre and sides, as YOLO); "rel_" before it: as shares of the image's sides.
        size: (height, width) of the image, pixels; needed where one of the two is relative.

    Returns:
        (..., 4).

    Raises:
        KitError: if a format is unknown, or `size` is missing.

    Example:
        >>> converted(np.array([0.5, 0.5, 0.2, 0.4]), "rel_cxcywh", "xyxy", (100, 200)).tolist()
        [80.0, 30.0, 120.0, 70.0]
    """
    for name in (source, target):
        if name not in FORMATS:
            raise KitError(f"Unknown format of boxes '{name}'. Known: {', '.join(FORMATS)}.")
    is_relative = [name.startswith("rel_") for name in (source, target)]
    if size is None and any(is_relative):
        raise KitError(f"Boxes as '{source}' to '{target}' need the image's size (height, width).")
    ops = _ops(boxes)
    sides = None if size is None else np.array([size[1], size[0], size[1], size[0]], "float32")
    boxes = boxes * sides if is_relative[0] else boxes
    corners = _to_corners(boxes, source.removeprefix("rel_"), ops)
    boxes = _from_corners(corners, target.removeprefix("rel_"), ops)
    return boxes / sides if is_relative[1] else boxes


def clipped(boxes, size):
    """Boxes cut at the edges of an image of (height, width) pixels; one outside has no area left.

    Example:
        >>> clipped(np.array([-5.0, 2.0, 30.0, 8.0]), (10, 20)).tolist()
        [0.0, 2.0, 20.0, 8.0]
    """
    ops = _ops(boxes)
    height, width = size
    return ops.clip(boxes, 0.0, np.array([width, height, width, height], "float32"))


def area(boxes):
    """Square pixels of each box, (...,); 0 where a corner is on the wrong side.

    Example:
        >>> area(np.array([[0, 0, 2, 3], [5, 5, 4, 9]], "float32")).tolist()
        [6.0, 0.0]
    """
    ops = _ops(boxes)
    return _sides(boxes[..., :2], boxes[..., 2:], ops)


def iou(boxes, others):
    """Intersection over union of every box with every other, 0 to 1; 0 where both have no area.

    Args:
        boxes: (..., N, 4).
        others: (..., M, 4).

    Returns:
        (..., N, M).

    Example:
        >>> others = np.array([[1, 0, 3, 2], [5, 5, 6, 6]], "float64")
        >>> iou(np.array([[0, 0, 2, 2]], "float64"), others).round(3).tolist()
        [[0.333, 0.0]]
    """
    ops = _ops(boxes, others)
    first, second = ops.expand_dims(boxes, -2), ops.expand_dims(others, -3)
    return overlap(first, second)


def overlap(boxes, others, kind="iou"):
    """How well each box fits the box at the same place; gradients are finite for any boxes.

    Args:
        boxes, others: (..., 4) that broadcast against each other.
        kind: "iou", 0 to 1; "giou", -1 to 1, also tells how far apart boxes are that do not touch
            (Rezatofighi et al. 2019, arXiv:1902.09630); "diou" by the distance of the centres, and
            "ciou" by the shape as well (Zheng et al. 2020, arXiv:1911.08287; alpha is a constant).

    Returns:
        (...,).

    Raises:
        KitError: if there is no such kind.

    Example:
        >>> left, right = np.array([0.0, 0.0, 2.0, 2.0]), np.array([4.0, 0.0, 6.0, 2.0])
        >>> [round(float(overlap(left, right, kind)), 3) for kind in OVERLAPS]
        [0.0, -0.333, -0.4, -0.4]
    """
    if kind not in OVERLAPS:
        raise KitError(f"Unknown overlap of boxes '{kind}'. Known: {', '.join(OVERLAPS)}.")
    ops = _ops(boxes, others)
    corners = [(each[..., :2], each[..., 2:]) for each in (boxes, others)]
    (low, high), (other_low, other_high) = corners
    shared = _sides(ops.maximum(low, other_low), ops.minimum(high, other_high), ops)
    union = _sides(low, high, ops) + _sides(other_low, other_high, ops) - shared
    share = shared / ops.maximum(union, _TINY)
    if kind == "iou":
        return share
    hull = ops.maximum(high, other_high) - ops.minimum(low, other_low)
    if kind == "giou":
        whole = hull[..., 0] * hull[..., 1]
        return share - (whole - union) / ops.maximum(whole, _TINY)
    apart = ops.sum(((low + high) - (other_low + other_high)) ** 2, axis=-1) / 4
    found = share - apart / ops.maximum(ops.sum(hull**2, axis=-1), _TINY)
    return found if kind == "diou" else found - _unlike(corners, share, ops)


def nms(boxes, scores, labels=None, *, threshold=0.6, count=100):
    """Non-maximum suppression: of boxes of one label that overlap, the best stays; exactly greedy.

    Static in all shapes, so that it compiles: the greedy choice is the fixed point of "kept unless a
    better kept one overlaps", which is reached after as many rounds as the longest chain of boxes.

    Args:
        boxes: (B, N, 4) tensor or array.
        scores: (B, N); boxes of score 0 or less are none.
        labels: (B, N) integers; boxes of different labels leave each other alone. None: all equal.
        threshold: IoU above which the worse of two boxes goes, 0 to 1.
        count: boxes kept at most, those with the best scores.

    Returns:
        (B, count) int32 indices, best first, -1 where there are no more.

    Example:
        >>> boxes = np.array([[[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10]]], "float32")
        >>> nms(boxes, np.array([[0.8, 0.9, 0.7]], "float32"), threshold=0.5, count=3).tolist()
        [[1, 2, -1]]
    """
    if _ops(boxes, scores) is np:
        return _nms_of_arrays(boxes, scores, labels, threshold, count)
    from keras import ops

    total = boxes.shape[1]
    ranked, order = ops.top_k(scores, total)
    boxes = ops.take_along_axis(boxes, ops.expand_dims(order, -1), axis=1)
    clash = iou(boxes, boxes) > threshold
    if labels is not None:
        labels = ops.take_along_axis(labels, order, axis=1)
        clash = clash & (ops.expand_dims(labels, 2) == ops.expand_dims(labels, 1))
    clash = clash & ops.convert_to_tensor(np.tril(np.ones((total, total), bool), -1))
    real = ranked > 0

    def again(kept, before):
        return ops.any(kept != before)

    def turn(kept, before):
        return real & ~ops.any(clash & ops.expand_dims(kept, 1), axis=2), kept

    kept, _ = ops.while_loop(again, turn, (real, ~real), maximum_iterations=total + 1)
    best, places = ops.top_k(ops.where(kept, ranked, -1.0), min(count, total))
    found = ops.where(best > 0, ops.take_along_axis(order, places, axis=1), -1)
    missing = count - min(count, total)
    return ops.cast(ops.pad(found, [(0, 0), (0, missing)], constant_values=-1), "int32")


def soft_nms(boxes, scores, *, sigma=0.5, least=0.001):
    """Lowers the score of boxes that overlap better ones, by exp(-IoU^2 / sigma), instead of dropping them.

    Source: Bodla et al. 2017, Soft-NMS (arXiv:1704.04503).

    Args:
        boxes: (N, 4) NumPy array, of one label.
        scores: (N,).
        sigma: above 0; the smaller, the more an overlap costs.
        least: score below which a box is none.

    Returns:
        (indices in the order of choice, their new scores).

    Example:
        >>> boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 10], [20, 0, 30, 10]], "float32")
        >>> order, scores = soft_nms(boxes, np.array([0.9, 0.8, 0.7]))
        >>> order.tolist(), scores.round(3).tolist()
        ([0, 2, 1], [0.9, 0.7, 0.108])
    """
    scores, left = np.array(scores, "float64"), list(range(len(boxes)))
    order, found = [], []
    while left:
        best = max(left, key=lambda index: scores[index])
        if scores[best] < least:
            break
        left.remove(best)
        order.append(best)
        found.append(scores[best])
        if left:
            overlaps = iou(boxes[[best]], boxes[left])[0]
            scores[left] *= np.exp(-(overlaps**2) / sigma)
    return np.array(order, int), np.array(found)


def roi_align(features, boxes, size=7, *, stride=1, samples=2):
    """The features under each box, resampled to the same size: two products of matrices.

    A bin is the mean of `samples` x `samples` points, each read between the four places around it;
    places are the middles of pixels. What lies more than a place outside the map is 0.
    Source: He et al. 2017, Mask R-CNN (arXiv:1703.06870), "aligned" as corrected in detectron2.

    Args:
        features: (B, H, W, C).
        boxes: (B, S, 4) in pixels of the image.
        size: side of the result.
        stride: pixels of the image a place of the map.
        samples: points a bin and direction.

    Returns:
        (B, S, size, size, C).

    Example:
        >>> ramp = np.arange(8, dtype="float32").reshape(1, 1, 8, 1) + np.zeros((1, 8, 1, 1), "float32")
        >>> roi_align(ramp, np.array([[[2, 2, 6, 6]]], "float32"), size=2)[0, 0, 0, :, 0].tolist()
        [2.5, 4.5]
    """
    ops = _ops(features, boxes)
    height, width = features.shape[1:3]
    rows = _tents(boxes[..., 1] / stride, boxes[..., 3] / stride, height, size, samples, ops)
    columns = _tents(boxes[..., 0] / stride, boxes[..., 2] / stride, width, size, samples, ops)
    return ops.einsum("bsxw,bsywc->bsyxc", columns, ops.einsum("bsyh,bhwc->bsywc", rows, features))


def encoded(boxes, anchors, weights=(1.0, 1.0, 1.0, 1.0)):
    """Boxes as deltas of anchors: (dx, dy) in the anchor's sides, (dw, dh) as logs, times `weights`.

    Source: Girshick et al. 2014, R-CNN (arXiv:1311.2524), appendix C.

    Example:
        >>> encoded(np.array([5.0, 0.0, 15.0, 20.0]), np.array([0.0, 0.0, 10.0, 10.0])).round(3).tolist()
        [0.5, 0.5, 0.0, 0.693]
    """
    ops = _ops(boxes, anchors)
    box, anchor = (_from_corners(each, "cxcywh", ops) for each in (boxes, anchors))
    sides = [ops.maximum(each[..., 2:], _SHORT) for each in (box, anchor)]
    deltas = [(box[..., :2] - anchor[..., :2]) / sides[1], ops.log(sides[0] / sides[1])]
    return ops.concatenate(deltas, axis=-1) * np.asarray(weights, "float32")


def decoded(deltas, anchors, weights=(1.0, 1.0, 1.0, 1.0)):
    """The boxes that deltas of anchors stand for; the inverse of `encoded`.

    Sides grow to at most 62.5 times the anchor's, so that untrained deltas stay finite.

    Example:
        >>> decoded(np.array([0.5, 0.5, 0.0, np.log(2)]), np.array([0.0, 0.0, 10.0, 10.0])).round(3).tolist()
        [5.0, 0.0, 15.0, 20.0]
    """
    ops = _ops(deltas, anchors)
    deltas = deltas / np.asarray(weights, "float32")
    anchor = _from_corners(anchors, "cxcywh", ops)
    sides = ops.maximum(anchor[..., 2:], _SHORT)
    middle = anchor[..., :2] + deltas[..., :2] * sides
    grown = ops.exp(ops.minimum(deltas[..., 2:], _FARTHEST)) * sides
    return _to_corners(ops.concatenate([middle, grown], axis=-1), "cxcywh", ops)


def _ops(*arrays):
    """NumPy for NumPy arrays, else keras.ops: the functions used here have the same names."""
    if all(isinstance(each, np.ndarray | np.generic) for each in arrays):
        return np
    from keras import ops

    return ops


def _to_corners(boxes, source, ops):
    if source == "xyxy":
        return boxes
    place, sides = boxes[..., :2], boxes[..., 2:]
    low = place - sides / 2 if source == "cxcywh" else place
    return ops.concatenate([low, low + sides], axis=-1)


def _from_corners(boxes, target, ops):
    if target == "xyxy":
        return boxes
    low, high = boxes[..., :2], boxes[..., 2:]
    place = (low + high) / 2 if target == "cxcywh" else low
    return ops.concatenate([place, high - low], axis=-1)


def _sides(low, high, ops):
    """Area between two corners, 0 where they are the wrong way round."""
    sides = ops.maximum(high - low, 0.0)
    return sides[..., 0] * sides[..., 1]


def _unlike(corners, share, ops):
    """CIoU's penalty for another ratio of the sides, where the IoU is `share`."""
    angles = []
    for low, high in corners:
        sides = ops.maximum(high - low, _SHORT)
        angles.append(ops.arctan2(sides[..., 0], sides[..., 1]))
    shape = (4 / math.pi**2) * (angles[0] - angles[1]) ** 2
    held = getattr(ops, "stop_gradient", lambda value: value)
    return held(shape / ops.maximum(1 - share + shape, _TINY)) * shape


def _nms_of_arrays(boxes, scores, labels, threshold, count):
    found = np.full((len(boxes), count), -1, "int32")
    for row, (places, ranks) in enumerate(zip(boxes, scores, strict=True)):
        order = np.argsort(-ranks, kind="stable")
        kinds = np.zeros(len(ranks), int) if labels is None else labels[row]
        kept = _greedy(places, kinds, order[ranks[order] > 0], threshold, count)
        found[row, : len(kept)] = kept
    return found


def _greedy(places, kinds, order, threshold, count):
    """Indices that are kept of those in `order`; the overlaps of many are computed at a time."""

    def clash(first, second):
        return (iou(places[first], places[second]) > threshold) & (kinds[first][:, None] == kinds[second])

    kept = []
    for part in np.split(order, range(_AT_ONCE, len(order), _AT_ONCE)):
        left, within = ~clash(np.array(kept, int), part).any(axis=0), clash(part, part)
        for place, index in enumerate(part):
            if left[place] and len(kept) < count:
                kept.append(index)
                left &= ~within[place]
    return kept


def _tents(low, high, edge, size, samples, ops):
    """(B, S, size, edge): the weight of each place of an axis in each bin."""
    steps = (np.arange(size * samples, dtype="float32") + 0.5) / (size * samples)
    points = ops.expand_dims(low, -1) + ops.expand_dims(high - low, -1) * steps - 0.5
    inside = (points >= -1.0) & (points <= edge)
    points = ops.expand_dims(ops.clip(points, 0.0, edge - 1.0), -1)
    weights = ops.maximum(1.0 - ops.abs(points - np.arange(edge, dtype="float32")), 0.0)
    weights = ops.where(ops.expand_dims(inside, -1), weights, 0.0)
    shape = (-1, low.shape[1], size, samples, edge)
    return ops.mean(ops.reshape(weights, shape), axis=3)
