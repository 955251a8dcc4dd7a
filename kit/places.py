"""Places: where a one-stage detector looks for objects, and what each of them says as a box in pixels."""

import keras
import numpy as np
from keras import ops

_STEEP = (-4.0, 20.0)  # raw distances are cut to this range: softplus of it is finite and not 0
_NEAREST = 0.02  # strides: no side of a box is nearer to its place, so that no box is without area


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

    The four distances from a place to the sides of its box are softplus in strides, at most the longer
    side of the image.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.

    Call arguments:
        x: (batch, places, 4 + classes): left, top, right, bottom, and one logit a class.

    Returns:
        (batch, places, 4 + classes) float32: x1, y1, x2, y2, and probabilities.

    Example:
        >>> layer = BoxesAndScores((4, 4), (4,))
        >>> np.asarray(layer(np.full((1, 1, 5), -9.0, "float32")), "float64").round(1).tolist()
        [[[1.8, 1.8, 2.2, 2.2, 0.0]]]
    """

    def __init__(self, size, strides, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size, self.strides = tuple(size), tuple(strides)
        self._middles, steps = grid(self.size, self.strides)
        self._steps = steps[:, None]

    def call(self, x):
        raw = ops.softplus(ops.clip(x[..., :4], *_STEEP)) + _NEAREST
        far = ops.minimum(raw * self._steps, float(max(self.size)))
        low, high = self._middles - far[..., :2], self._middles + far[..., 2:]
        return ops.concatenate([low, high, ops.sigmoid(x[..., 4:])], axis=-1)

    def get_config(self):
        return {**super().get_config(), "size": self.size, "strides": self.strides}
