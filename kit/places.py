"""Places: where a one-stage detector looks for objects, and what each of them says as a box in pixels."""

import keras
import numpy as np
from keras import ops

from kit import anchors as shapes
from kit import boxes as geometry

_STEEP = (-4.0, 20.0)  # raw distances are cut to this range: softplus of it is finite and not 0
NEAREST = 0.02  # strides: no side of a box is nearer to its place, so that no box is without area


def grid(size, strides):
    """The places that look for objects: their middles and how far they are apart.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.

    Returns:
        (middles float32 (A, 2) as (x, y) in pixels, strides float32 (A,)): level by level, row by row.

    Example:
        >>> grid((4, 8), (4,))
        (array([[2., 2.],
               [6., 2.]], dtype=float32), array([4., 4.], dtype=float32))
    """
    middles, steps = [], []
    for stride in strides:
        rows, columns = (-(-edge // stride) for edge in size)
        y, x = (stride * (np.mgrid[:rows, :columns] + 0.5)).reshape(2, -1)
        middles.append(np.stack([x, y], axis=1))
        steps.append(np.full(rows * columns, stride))
    return np.concatenate(middles).astype("float32"), np.concatenate(steps).astype("float32")


@keras.saving.register_keras_serializable(package="kit")
class BoxesAndScores(keras.layers.Layer):
    """Raw outputs of all places as corners in pixels and the probability of each class.

    The four distances from a place to the sides of its box are softplus in strides; or, with bins, the
    mean of 0 to bins - 1 strides by their probabilities, a softmax. They are at most the longer side of
    the image.

    Source: Li et al. 2020, Generalized Focal Loss (arXiv:2006.04388), for bins.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.
        bins: logits of each distance; None for one number.

    Call arguments:
        x: (batch, places, 4 + classes): left, top, right, bottom, and one logit a class; with bins
            (batch, places, 4 * bins + classes).

    Returns:
        (batch, places, 4 + classes) float32: x1, y1, x2, y2, and probabilities; with bins
        (batch, places, 4 + classes + 4 * bins), the probabilities of the bins at the end.

    Example:
        >>> layer = BoxesAndScores((4, 4), (4,))
        >>> np.asarray(layer(np.full((1, 1, 5), -9.0, "float32")), "float64").round(1).tolist()
        [[[1.8, 1.8, 2.2, 2.2, 0.0]]]
    """

    def __init__(self, size, strides, bins=None, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size, self.strides, self.bins = tuple(size), tuple(strides), bins
        self._middles, steps = grid(self.size, self.strides)
        self._steps = steps[:, None]

    def call(self, x):
        if self.bins is None:
            far = ops.softplus(ops.clip(x[..., :4], *_STEEP))
            return ops.concatenate([self._corners(far), ops.sigmoid(x[..., 4:])], axis=-1)
        sides, kinds = x[..., : 4 * self.bins], x[..., 4 * self.bins :]
        shares = ops.softmax(ops.reshape(sides, (-1, x.shape[1], 4, self.bins)), axis=-1)
        far = ops.matmul(shares, np.arange(self.bins, dtype="float32"))
        shares = ops.reshape(shares, (-1, x.shape[1], 4 * self.bins))
        return ops.concatenate([self._corners(far), ops.sigmoid(kinds), shares], axis=-1)

    def get_config(self):
        own = {"size": self.size, "strides": self.strides, "bins": self.bins}
        return {**super().get_config(), **own}

    def _corners(self, far):
        """Distances (batch, places, 4) in strides as corners in pixels."""
        far = ops.minimum((far + NEAREST) * self._steps, float(max(self.size)))
        return ops.concatenate([self._middles - far[..., :2], self._middles + far[..., 2:]], axis=-1)


@keras.saving.register_keras_serializable(package="kit")
class AnchoredBoxes(keras.layers.Layer):
    """Raw outputs of all anchors as corners in pixels and the probability of each class.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.
        anchors: (width, height) of each, pixels.

    Call arguments:
        x: (batch, A, 4 + classes): the deltas of the anchor's box, and one logit a class.

    Returns:
        (batch, A, 4 + classes) float32: x1, y1, x2, y2, and probabilities.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv:1708.02002), section 4.

    Example:
        >>> layer = AnchoredBoxes((8, 8), (8,), ((4, 2),))
        >>> np.asarray(layer(np.zeros((1, 1, 5), "float32"))).tolist()
        [[[2.0, 3.0, 6.0, 5.0, 0.5]]]
    """

    def __init__(self, size, strides, anchors, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size, self.strides = tuple(size), tuple(strides)
        self.anchors = tuple(map(tuple, anchors))
        self._corners, _ = shapes.grid(self.size, self.strides, self.anchors)

    def call(self, x):
        boxes = geometry.decoded(x[..., :4], ops.convert_to_tensor(self._corners))
        return ops.concatenate([boxes, ops.sigmoid(x[..., 4:])], axis=-1)

    def get_config(self):
        own = {"size": self.size, "strides": self.strides, "anchors": self.anchors}
        return {**super().get_config(), **own}
