"""Regions: what the layers of a two-stage detector do between its weights, in pixels of the image."""

import keras
import numpy as np
from keras import ops

from kit import anchors as shapes
from kit import boxes as geometry

DELTAS = (10.0, 10.0, 5.0, 5.0)  # of regions: what the second stage says has about the spread of 1
_SIDE = 7  # places of the features of a region
_SHORTEST = 1e-3  # pixels: a region with a shorter side is none
_SMALLEST = 1e-6  # square pixels


@keras.saving.register_keras_serializable(package="kit")
class Proposals(keras.layers.Layer):
    """Regions that may hold an object: the likeliest anchors, moved, without those that overlap better ones.

    No gradient passes.

    Args:
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each level, finest first.
        anchors: (width, height) of each, pixels.
        candidates: anchors of a level at most that enter the suppression.
        count: regions of an image at most.
        overlap: IoU from which the worse of two regions goes.

    Call arguments:
        x: (batch, A, 5): logit that there is an object, and the deltas of its box.

    Returns:
        (batch, count, 5) float32: corners inside of the image and probability; zeros where there is none.

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497), section 3.

    Example:
        >>> layer = Proposals((8, 8), (8,), ((4, 4),), count=2)
        >>> np.asarray(layer(np.zeros((1, 1, 5), "float32"))).tolist()
        [[[2.0, 2.0, 6.0, 6.0, 0.5], [0.0, 0.0, 0.0, 0.0, 0.0]]]
    """

    def __init__(self, size, strides, anchors, candidates=150, count=100, overlap=0.7, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size, self.strides = tuple(size), tuple(strides)
        self.anchors = tuple(map(tuple, anchors))
        self.candidates, self.count, self.overlap = candidates, count, overlap
        self._corners, self._counts = shapes.grid(self.size, self.strides, self.anchors)

    def call(self, x):
        x = ops.stop_gradient(x)
        where = self._likeliest(x[..., 0])
        rows = ops.take_along_axis(x, ops.expand_dims(where, -1), axis=1)
        places = ops.take(ops.convert_to_tensor(self._corners), where, axis=0)
        boxes = geometry.clipped(geometry.decoded(rows[..., 1:], places), self.size)
        is_box = ops.all(boxes[..., 2:] - boxes[..., :2] >= _SHORTEST, axis=-1)
        scores = ops.where(is_box, ops.sigmoid(rows[..., 0]), 0.0)
        kept = ops.expand_dims(geometry.nms(boxes, scores, threshold=self.overlap, count=self.count), -1)
        found = ops.concatenate([boxes, ops.expand_dims(scores, -1)], axis=-1)
        return ops.where(kept >= 0, ops.take_along_axis(found, ops.maximum(kept, 0), axis=1), 0.0)

    def compute_output_shape(self, shape):
        return (shape[0], self.count, 5)

    def get_config(self):
        names = ("size", "strides", "anchors", "candidates", "count", "overlap")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}

    def _likeliest(self, logits):
        """(batch, N) numbers of the best anchors of each level."""
        found, start = [], 0
        for count in self._counts:
            if count:
                best = ops.top_k(logits[:, start : start + count], min(self.candidates, count))[1]
                found.append(best + start)
            start += count
        return ops.concatenate(found, axis=1)


@keras.saving.register_keras_serializable(package="kit")
class Crops(keras.layers.Layer):
    """The features of each region, 7 x 7 places from the level on which that are about as many.

    Args:
        strides: pixels between the places of each map, finest first.

    Call arguments:
        inputs: list of maps (batch, h, w, C), one for each stride, and then of the regions
            (batch, S, 4 or more): corners in pixels. To those no gradient passes.

    Returns:
        (batch, S, 7 * 7 * C).

    Source: Lin et al. 2017, Feature Pyramid Networks (arXiv:1612.03144), equation 1, for the level, here
    counted in strides; He et al. 2017 (arXiv:1703.06870) for the features.

    Example:
        >>> maps, regions = np.ones((1, 8, 8, 2), "float32"), np.array([[[8, 8, 40, 40]]], "float32")
        >>> np.asarray(Crops((8,))([maps, regions])).shape
        (1, 1, 98)
    """

    def __init__(self, strides, **kwargs):
        super().__init__(**kwargs)
        self.strides = tuple(strides)

    def build(self, shapes):
        """Notes how many `numbers` the finest map's rows of all regions are."""
        self.numbers = shapes[-1][1] * _SIDE * shapes[0][2] * shapes[0][3]

    def call(self, inputs):
        *maps, regions = inputs
        boxes = ops.stop_gradient(regions[..., :4])
        level = self._level(boxes)
        found = 0.0
        for step, (features, stride) in enumerate(zip(maps, self.strides, strict=True)):
            here = ops.cast(level == step, features.dtype)[..., None, None, None]
            found = found + here * geometry.roi_align(features, boxes, _SIDE, stride=stride)
        return ops.reshape(found, (-1, regions.shape[1], _SIDE * _SIDE * maps[0].shape[-1]))

    def compute_output_shape(self, shapes):
        return (shapes[-1][0], shapes[-1][1], _SIDE * _SIDE * shapes[0][-1])

    def get_config(self):
        return {**super().get_config(), "strides": self.strides}

    def _level(self, boxes):
        side = ops.sqrt(ops.maximum(geometry.area(boxes), _SMALLEST))
        level = ops.floor(ops.log(side / (_SIDE * self.strides[0])) / np.log(2))
        return ops.clip(level, 0, len(self.strides) - 1)


@keras.saving.register_keras_serializable(package="kit")
class RegionsAndScores(keras.layers.Layer):
    """What the second stage says of each region as corners in pixels and the probability of each class.

    Args:
        size: (height, width) of the image, pixels.

    Call arguments:
        inputs: [regions (batch, R, 5): corners and probability, 0 where there is none;
            raw (batch, R, 4 + classes + 1): deltas, and logits of which the last says background].

    Returns:
        (batch, R, 4 + classes) float32: corners inside of the image, and probabilities, 0 of no region.

    Example:
        >>> region, raw = np.array([[[0, 0, 4, 4, 1]]], "float32"), np.zeros((1, 1, 6), "float32")
        >>> np.asarray(RegionsAndScores((8, 8))([region, raw])).tolist()
        [[[0.0, 0.0, 4.0, 4.0, 0.5]]]
    """

    def __init__(self, size, **kwargs):
        super().__init__(**{"dtype": "float32", **kwargs})
        self.size = tuple(size)

    def call(self, inputs):
        regions, raw = inputs
        boxes = geometry.decoded(raw[..., :4], ops.stop_gradient(regions[..., :4]), DELTAS)
        scores = ops.softmax(raw[..., 4:], axis=-1)[..., :-1]
        scores = ops.where(regions[..., 4:] > 0, scores, 0.0)
        return ops.concatenate([geometry.clipped(boxes, self.size), scores], axis=-1)

    def compute_output_shape(self, shapes):
        return (*shapes[1][:2], shapes[1][2] - 1)

    def get_config(self):
        return {**super().get_config(), "size": self.size}
