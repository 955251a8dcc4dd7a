"""BoxFeed: the training part of detection, images and boxes changed in step.

What happens to an image depends on (seed, epoch, index of the image) and on nothing else.
"""

import dataclasses
import functools

import numpy as np

from kit.data.moves import filled, inside, mirrored, placed, real

_STEP = 8  # images a step: few, as many steps matter most
_ROOM = 2  # times the boxes of an image: an object of a mosaic without a target would be learnt to be none
_MOSAICS = 0.7  # share of a training after which images are whole, as those to predict will be


@dataclasses.dataclass(frozen=True)
class Policy:
    """How images and their boxes are varied.

    Args:
        mirror: whether half of them are flipped left to right.
        zoom: largest factor by which they are enlarged or shrunk, 1 for none.
        shift: largest shift as a share of the sides.
        mosaic: share of the images that are four in one, in the first part of a training.
        mixup: share of the images that are blended with another one, in the first part of a training.
        tint: largest part by which each channel grows or shrinks alone.
        brightness: largest part of the scale that is added or taken away.
        contrast: largest part by which distances from the image's mean grow or shrink.
        scale: the value of white.
    """

    mirror: bool = True
    zoom: float = 1.3
    shift: float = 0.1
    mosaic: float = 0.0
    mixup: float = 0.0
    tint: float = 0.1
    brightness: float = 0.15
    contrast: float = 0.3
    scale: float = 255.0


class BoxFeed:
    """The training part of a detection, as the engines take it.

    Targets are (M, 5); where images are put together, (2 M, 5).

    Args:
        x: (N, height, width, channels) images.
        y: (N, M, 5) corners in pixels and class number, -1 where there is no box.
        policy: a `Policy`, or None to vary nothing.
        seed: of the order and the changes.
    """

    streams = False
    varies = True
    weights = None
    batch_size = _STEP
    patience = 0  # the loss of boxes says little of when they are best: all epochs are trained
    epochs = None  # how many there will be, where that is known

    def __init__(self, x, y, *, policy, seed=0):
        self.x, self.y, self.policy, self.seed = x, y, policy, seed
        is_mixed = policy is not None and (policy.mosaic or policy.mixup)
        self._most = y.shape[1] * (_ROOM if is_mixed else 1)
        self._kept = (None, None)

    def __len__(self):
        return len(self.y)

    def steps(self, batch_size):
        """Steps an epoch; the last batch may be smaller."""
        return -(-len(self) // batch_size)

    @functools.lru_cache(maxsize=2)  # noqa: B019 - a feed lives as long as one fit
    def order(self, epoch):
        """The images' numbers in the order of this epoch, (N,) int32."""
        return np.random.default_rng([self.seed, epoch]).permutation(len(self)).astype("int32")

    def epoch(self, epoch):
        """All images of this epoch and their boxes: (x, y)."""
        if self._kept[0] != epoch:
            self._kept = (epoch, self.batch(epoch, range(len(self))))
        return self._kept[1]

    def batch(self, epoch, rows):
        """The images with these numbers and their boxes, as this epoch shows them."""
        if self.policy is None:
            rows = list(rows)
            return self.x[rows], self.y[rows]
        pairs = [self._varied(epoch, int(row)) for row in rows]
        return tuple(np.stack(arrays) for arrays in zip(*pairs, strict=True))

    def _varied(self, epoch, row):
        draw = np.random.default_rng([self.seed, epoch, row])
        is_early = not self.epochs or epoch < _MOSAICS * self.epochs
        if draw.uniform() < self.policy.mosaic and is_early:
            image, boxes = self._mosaic(row, draw)
        else:
            image, boxes = self._moved(row, draw)
        if self.policy.mixup and is_early and draw.uniform() < self.policy.mixup:
            image, boxes = self._blended(image, boxes, draw)
        if self.policy.mirror and draw.uniform() < 0.5:
            image, boxes = mirrored(image, boxes)
        return self._coloured(image, draw), filled(boxes, self._most)

    def _blended(self, image, boxes, draw):
        """The image with another one seen through it, and the boxes of both.

        Source: Zhang et al. 2017, mixup (arXiv:1710.09412); about equal shares and whole boxes as in Ge et
        al. 2021, YOLOX (arXiv:2107.08430).
        """
        other, more = self._moved(int(draw.integers(len(self))), draw)
        share = np.float32(draw.beta(32, 32))
        both = share * image + (1 - share) * other
        both = np.rint(both).astype(image.dtype) if image.dtype.kind == "u" else both.astype(image.dtype)
        return both, np.concatenate([boxes, more])

    def _moved(self, row, draw):
        """One image, enlarged or shrunk around a random place."""
        height, width = self.x.shape[1:3]
        factor = self.policy.zoom ** draw.uniform(-1, 1)
        shift = draw.uniform(-1, 1, 2) * self.policy.shift
        left, top = (
            side * ((1 - factor) / 2 + part) for side, part in zip((width, height), shift, strict=True)
        )
        return placed(self.x[row], real(self.y[row]), factor, left, top)

    def _mosaic(self, row, draw):
        """Four images around a random place in the middle of one."""
        height, width = self.x.shape[1:3]
        middle = (draw.uniform(0.3, 0.7, 2) * (height, width)).round().astype(int)
        others = draw.integers(len(self), size=3)
        whole, found = np.zeros_like(self.x[row]), []
        for quarter, number in enumerate((row, *others)):
            factor = draw.uniform(0.5, 0.9)
            below, right = divmod(quarter, 2)
            left = middle[1] if right else middle[1] - factor * width
            top = middle[0] if below else middle[0] - factor * height
            image, boxes = placed(self.x[number], real(self.y[number]), factor, left, top)
            rows = slice(middle[0], None) if below else slice(None, middle[0])
            columns = slice(middle[1], None) if right else slice(None, middle[1])
            whole[rows, columns] = image[rows, columns]
            limits = (
                middle[1] if right else 0,
                middle[0] if below else 0,
                width if right else middle[1],
                height if below else middle[0],
            )
            found.append(inside(boxes, limits))
        return whole, np.concatenate(found)

    def _coloured(self, image, draw):
        p = self.policy
        gain, offset = 1 + p.contrast * draw.uniform(-1, 1), p.scale * p.brightness * draw.uniform(-1, 1)
        gains = gain * (1 + p.tint * draw.uniform(-1, 1, image.shape[-1]))
        mean = image.mean()

        def coloured(values):
            return np.clip((values - mean) * gains + mean + offset, 0, p.scale)

        if image.dtype != np.uint8:
            return coloured(image).astype("float32")
        table = np.rint(coloured(np.arange(256)[:, None])).astype("uint8")  # of a whole image: 5 times slower
        return np.stack([table[:, c].take(image[..., c]) for c in range(image.shape[-1])], axis=-1)
