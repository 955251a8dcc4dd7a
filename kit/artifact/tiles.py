"""Outputs for images of any size: whole where they are small, else tile by tile at constant memory.

Tiles begin at multiples of what a network halves altogether, so that this falls on the same pixels as
in the whole image, and overlap by as much as a pixel reaches, so that what is kept of a tile is what
the whole image would give. Where kept parts meet they are blended.
"""

import itertools
import math

import numpy as np

from kit.artifact.reach import reach, stride

WHOLE = 2**20  # pixels up to which an image goes through in one piece
_GRID = 32  # margins and starts are multiples of it, for parts of a network that cannot be followed
_UNKNOWN, _COARSEST = 128, 1024  # pixels a step of the coarsest map: where it is not told, and at most
_TILE = 512  # side of a tile, pixels
_LARGE_TILE = 1024  # where margins would be more than half of the other
_MOST_REACH = 192  # beyond it a pixel changes little
_BLEND = 32


class Tiles:
    """Runs a network on one image at a time.

    Args:
        forward: function (1, h, w, channels) -> (1, h, w, units).
        model: the network or its twin, to find out how far it reaches and how coarse it becomes.
        whole: pixels up to which an image goes through in one piece.
    """

    def __init__(self, forward, model, whole=WHOLE):
        self.forward, self.whole = forward, whole
        is_twin = hasattr(model, "reach")  # and knows both
        far, coarse = (model.reach, model.stride) if is_twin else (reach(model), stride(model))
        self.step = min(math.lcm(coarse or _UNKNOWN, _GRID), _COARSEST)
        self.margin = _GRID * math.ceil(min(_MOST_REACH, far) / _GRID)
        needed = max(4 * self.margin, 2 * self.margin + _BLEND + self.step)
        sides = (_TILE, _LARGE_TILE, 2 * _COARSEST)
        self.tile = next(side for side in sides if side >= needed)

    def __call__(self, image):
        """All outputs of an image: (h, w, channels) -> (h, w, units) float32."""
        return np.concatenate([strip for _, strip in self.strips(image)])

    def strips(self, image):
        """The outputs from top to bottom, so that memory stays small: (first row, (rows, w, units)) each."""
        height, width = image.shape[:2]
        if height * width <= self.whole:
            yield 0, self._run(image)
            return
        rows, columns = self._spans(height), self._spans(width)
        done, carried = 0, ()
        for (top, bottom), following in zip(rows, [*rows[1:], None], strict=True):
            sums = [array[done - top :] for array in self._row_of_tiles(image, top, bottom, columns)]
            for sum_, above in zip(sums, carried, strict=False):
                sum_[: len(above)] += above
            end = height if following is None else following[0] + self.margin  # later tiles count from there
            values, weights = (sum_[: end - done] for sum_ in sums)
            yield done, values / weights[..., None]
            carried, done = [sum_[end - done :] for sum_ in sums], end

    def _row_of_tiles(self, image, top, bottom, columns):
        """Weighted outputs (rows, width, units) of the tiles of one row, and their weights (rows, width)."""
        values, weights = None, np.zeros((bottom - top, image.shape[1]), "float32")
        down = self._weights(top, bottom, image.shape[0])
        for left, right in columns:
            found = self._run(image[top:bottom, left:right])
            if values is None:
                values = np.zeros((*weights.shape, found.shape[-1]), "float32")
            weight = down[:, None] * self._weights(left, right, image.shape[1])
            values[:, left:right] += found * weight[..., None]
            weights[:, left:right] += weight
        return values, weights

    def _weights(self, start, stop, length):
        """How much each pixel along one side of a tile counts: 0 in the margin, rising where tiles meet."""
        places = np.arange(start, stop)
        ramps = [np.ones(stop - start)]
        if start > 0:
            ramps.append((places - start - self.margin + 1) / _BLEND)
        if stop < length:
            ramps.append((stop - self.margin - places) / _BLEND)
        return np.clip(np.min(ramps, axis=0), 0, 1).astype("float32")

    def _spans(self, length):
        """(start, stop) of the tiles along one side."""
        if length <= self.tile:
            return [(0, length)]
        step = self.tile - 2 * self.margin - _BLEND
        step -= step % self.step
        last = length - self.tile
        last -= last % self.step
        starts = [*itertools.takewhile(lambda start: start < last, itertools.count(0, step)), last]
        return [(start, length if start == last else start + self.tile) for start in starts]

    def _run(self, piece):
        return np.asarray(self.forward(np.asarray(piece[None], "float32")), "float32")[0]
