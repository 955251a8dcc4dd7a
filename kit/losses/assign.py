"""Which place of a one-stage detector learns which object: by what it says already (task alignment)."""

from keras import ops

from kit import boxes as geometry

_TOP = 10  # places at most that learn one object
_SCORE, _OVERLAP = 0.5, 6.0  # powers of the score and of the overlap in the alignment
_TINY = 1e-9


def assign(boxes, labels, said, scores, middles, *, narrowest):
    """Gives each object the places whose score and box fit it best, and each place one object at most.

    Source: Feng et al. 2021, TOOD (arXiv:2108.07755): alignment = score^0.5 * IoU^6, the best 10 places
    inside of each object; what a place should say is its alignment, scaled so that the best place of an
    object should say the best IoU that is reached.

    Args:
        boxes: (B, M, 4) corners of the objects, pixels.
        labels: (B, M) int32 class of each, -1 where there is none.
        said: (B, A, 4) corners that the places say.
        scores: (B, A, K) probabilities that they say.
        middles: (A, 2) the places.
        narrowest: pixels; a shorter side of an object is taken to be so long, so that a place lies inside.

    Returns:
        (boxes (B, A, 4) of each place's object, 0 where it has none;
        scores (B, A, K) that it should say).
    """
    real = ops.cast(labels >= 0, scores.dtype)
    kinds = ops.one_hot(ops.maximum(labels, 0), scores.shape[-1], dtype=scores.dtype)
    kinds = kinds * ops.expand_dims(real, -1)
    inside = _inside(boxes, middles, narrowest, scores.dtype) * ops.expand_dims(real, -1)
    overlap = geometry.iou(boxes, said) * inside
    score = ops.matmul(kinds, ops.transpose(scores, (0, 2, 1)))
    aligned = ops.sqrt(score) * overlap**_OVERLAP
    chosen = _best(aligned, overlap) * inside
    places = ops.shape(overlap)[1]
    owner = ops.one_hot(ops.argmax(overlap * chosen, axis=1), places, axis=1, dtype=scores.dtype)
    chosen = chosen * owner  # a place of several objects takes the one that it overlaps most
    aligned, overlap = aligned * chosen, overlap * chosen
    reached = ops.max(overlap, axis=-1, keepdims=True)
    share = aligned / ops.maximum(ops.max(aligned, axis=-1, keepdims=True), _TINY) * reached
    turned = ops.transpose(chosen, (0, 2, 1))
    return ops.matmul(turned, boxes * ops.expand_dims(real, -1)), ops.matmul(
        ops.transpose(share, (0, 2, 1)), kinds
    )


def _inside(boxes, middles, narrowest, dtype):
    """(B, M, A): whether a place lies inside an object that has at least the narrowest sides."""
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    half = ops.maximum(boxes[..., 2:] - boxes[..., :2], narrowest) / 2
    away = ops.abs(ops.expand_dims(centre, 2) - middles)
    return ops.cast(ops.all(away < ops.expand_dims(half, 2), axis=-1), dtype)


def _best(aligned, overlap):
    """(B, M, A): 1 at the places with the highest alignment; of equal ones the first."""
    rank = aligned + _TINY * overlap  # tells where alignment is too small for float32
    _, places = ops.top_k(rank, min(_TOP, aligned.shape[-1]))
    return ops.sum(ops.one_hot(places, aligned.shape[-1], dtype=aligned.dtype), axis=-2)
