"""Patches: pieces of images with their maps, drawn anew in each epoch.

What a patch is depends on (seed, epoch, its number) and on nothing else. Images give patches in
proportion to their area. Masks stay in step with their images and in whole classes: flips, quarter
turns and zooms pick pixels, they never mix them.
"""

import dataclasses

import numpy as np

from kit.data import lay, noise
from kit.data.bend import bent
from kit.data.offset import offset
from kit.inputs import pixels
from kit.maps import VOID

_FOREGROUND = 3  # one patch in so many is laid on a pixel of a class drawn from those in its image
_REMEMBERED = 2000  # pixels of each class that are kept for it
_ZOOM, _ZOOM_SCENES = 1.25, 1.7  # what is near in one scene is far in another
_BEND = 5.0  # pixels; with it 0.1 % of the pixels fewer were wrong on membranes not seen (two seeds)
_SMALL = 1 / 32  # of the shorter edge of small images is as far as they are bent
_WARPED = 0.5  # of patches of tissue
# Pixels of offset that patches keep: for less, images are not moved, which blurs them; more may be the
# shadows of light that falls from one side.
_OFFSETS = (0.25, 1.25)
_ALIKE = 0.04  # largest difference of class shares between halves of the masks that is chance
_MOSTLY, _ALWAYS = 0.5, 0.9  # part of a class by which one half holds more than the other: it tells the sides
_ENOUGH = 4  # maps from which that can be seen


@dataclasses.dataclass(frozen=True)
class Policy:
    """How patches are varied.

    Args:
        mirror: whether half of them are flipped left to right.
        turn: whether they are also flipped top to bottom and turned by quarters.
        zoom: largest factor by which a patch shows more or less of its image, 1 for none.
        brightness: largest part of the scale that is added or taken away.
        contrast: largest part by which distances from the patch's mean grow or shrink.
        bend: pixels by which points of a 4 x 4 grid move, as a standard deviation; see `kit.data.bend`.
        warped: share of the patches that are zoomed, and of those that are bent. Both mix pixels, so that
            the others alone are as sharp as the images that will be decided.
        scale: the value of white.
    """

    mirror: bool = True
    turn: bool = False
    zoom: float = 1.0
    bend: float = 0.0
    warped: float = 1.0
    brightness: float = 0.0
    contrast: float = 0.0
    scale: float = 255.0


def policy(input, task, targets):
    """The changes that leave the maps of this task true.

    Noise is the same in every direction, so denoising turns patches and leaves their values alone.
    Masks are turned and bent where top and bottom, and left and right, of the training masks hold the
    same classes, as tissue does; street scenes, with the sky above, are only mirrored, and zoomed more.
    Where a class lies on one side, left or right, they are not mirrored.

    Args:
        input: an `Images`.
        task: a `Segmentation` or `Denoising`.
        targets: coded maps of the training part.
    """
    if task.form == "image":
        return Policy(turn=True, scale=input.scale)
    counts = _halves(targets)
    alike = _are_alike(counts)
    bend = min(_BEND, _SMALL * min(min(map_.shape[:2]) for map_ in targets)) if alike else 0.0
    zoom, warped = (_ZOOM, _WARPED) if alike else (_ZOOM_SCENES, 1.0)
    mirror = not _has_a_side(counts[:, 2:], _ALWAYS)
    changes = {"mirror": mirror, "turn": alike, "bend": bend, "zoom": zoom, "warped": warped}
    return Policy(**changes, brightness=0.1, contrast=0.2, scale=input.scale)


class Patches:
    """The training part of a task on maps, as the engines take it.

    Args:
        x: N pictures (h, w, channels); None where noise is laid on `y`.
        y: N maps (h, w) or (h, w, ...).
        size: (height, width) of a patch; smaller images are filled up, their masks with void.
        task: says which noise is laid on clean images.
        policy: a `Policy`, or None to vary nothing but the place.
        seed: of the draws.
    """

    streams = False
    varies = True
    weights = None
    patience = 1000  # the best weights are kept, but no epoch left out: the loss falls most at the end

    def __init__(self, x, y, *, size, task, policy, seed=0):
        self.x, self.y, self.size = x, y, tuple(size)
        self.task, self.seed = task, seed
        self.policy = policy or Policy(mirror=False, scale=getattr(task, "white", 255.0))
        areas = np.array([float(np.prod(map_.shape[:2])) for map_ in y])
        self._ends = np.cumsum(areas / areas.sum())
        self.count = max(8, round(areas.sum() / np.prod(self.size)))
        self._places = None if task.form == "image" else [_places(map_, task) for map_ in y]
        self.offset = self._offset()
        self._kept = (None, None)

    def _offset(self):
        """How far masks lie beside what they show where patches are turned round: (down, right), pixels."""
        if self._places is None or not (self.policy.turn or self.policy.mirror):
            return 0.0, 0.0
        down, right = offset(self.x, self.y)
        found = (down if self.policy.turn else 0.0), right
        return found if _OFFSETS[0] <= max(map(abs, found)) <= _OFFSETS[1] else (0.0, 0.0)

    def __len__(self):
        return self.count

    def steps(self, batch_size):
        """Steps an epoch; the last batch may be smaller."""
        return -(-self.count // batch_size)

    @property
    def batch_size(self):
        """Patches a step where the user does not say: few, as many steps matter most."""
        return 4

    def order(self, epoch):
        """The patches' numbers in the order of this epoch, (N,) int32."""
        return np.random.default_rng([self.seed, epoch]).permutation(self.count).astype("int32")

    def epoch(self, epoch):
        """All patches of this epoch: (x (N, *size, channels), y (N, *size, ...))."""
        if self._kept[0] != epoch:
            self._kept = (epoch, self.batch(epoch, range(self.count)))
        return self._kept[1]

    def batch(self, epoch, rows):
        """The patches with these numbers."""
        pairs = [self._patch(epoch, int(row)) for row in rows]
        return tuple(np.stack(arrays) for arrays in zip(*pairs, strict=True))

    def _patch(self, epoch, row):
        draw = np.random.default_rng([self.seed, epoch, row])
        start = np.random.default_rng([self.seed, epoch]).uniform()
        image = min(int(np.searchsorted(self._ends, (row + start) / self.count % 1)), len(self.y) - 1)
        y = self.y[image]
        x = y if self.x is None else self.x[image]
        turns = self._turns(y.shape, draw)
        window = self._window(y.shape, draw, self._inside(image, row, draw), turns)
        mirror = self.policy.mirror and draw.uniform() < 0.5
        x = self._laid(x[window], turns, mirror)
        y = x if self.x is None else self._laid(y[window], turns, mirror, is_mask=self.task.form != "image")
        if self.x is None:
            noisy = noise.noisy(
                y,
                self.task.noise_model,
                self.task.noise,
                seed=self.seed,
                epoch=epoch,
                index=row,
                scale=self.task.white,
            )
            return noisy, y
        moved = lay.missing(self.offset, turns, mirror)  # so that the mask lies beside it as it did before
        bend = self.policy.bend if draw.uniform() < self.policy.warped else 0.0
        if bend or any(moved):
            x, y = bent(x, y, bend, draw, moved)
        return self._coloured(x, draw), y

    def _inside(self, image, row, draw):
        """A pixel that the patch must hold, or None."""
        if self._places is None or row % _FOREGROUND or not self._places[image]:
            return None
        of_class = self._places[image][int(draw.integers(len(self._places[image])))]
        return of_class[int(draw.integers(len(of_class)))]

    def _turns(self, shape, draw):
        """Quarter turns: a patch that is not square lies across where the image holds it only so."""
        turns = int(draw.integers(4)) if self.policy.turn else 0
        along, across = (
            all(edge <= length * self.policy.zoom for edge, length in zip(size, shape, strict=False))
            for size in (self.size, self.size[::-1])
        )
        return turns - turns % 2 if along and not across else turns

    def _window(self, shape, draw, inside, turns):
        """The slices of the image that the patch shows once it is turned."""
        zoom = self.policy.zoom ** draw.uniform(-1, 1) if draw.uniform() < self.policy.warped else 1
        size, slices = self.size[::-1] if turns % 2 else self.size, []
        for axis, (edge, length) in enumerate(zip(size, shape, strict=False)):
            edge = min(length, max(1, round(edge * zoom)))
            low, high = 0, length - edge
            if inside is not None:
                low, high = max(low, int(inside[axis]) - edge + 1), min(high, int(inside[axis]))
            slices.append(slice(start := int(draw.integers(low, high + 1)), start + edge))
        return tuple(slices)

    def _laid(self, piece, turns, mirror, is_mask=False):
        """The piece flipped, turned, and brought to the size of a patch."""
        piece = lay.laid(piece, turns, mirror)
        fits = tuple(min(edge, side) for edge, side in zip(self.size, piece.shape, strict=False))
        if self.policy.zoom != 1:
            fits = self._zoomed(piece)
            piece = pixels.nearest(piece, fits) if is_mask else pixels.resize(piece, fits)
        elif piece.shape[:2] != fits:
            piece = piece[: fits[0], : fits[1]]
        missing = [(0, edge - side) for edge, side in zip(self.size, fits, strict=True)]
        if not any(end for _, end in missing):
            return np.ascontiguousarray(piece)
        missing += [(0, 0)] * (piece.ndim - 2)
        return (
            np.pad(piece, missing, constant_values=VOID) if is_mask else np.pad(piece, missing, mode="edge")
        )

    def _zoomed(self, piece):
        """The size of the piece in the patch: all of it, unless the image itself is smaller."""
        factor = min(edge / side for edge, side in zip(self.size, piece.shape[:2], strict=True))
        if factor <= self.policy.zoom:
            return self.size
        return tuple(min(edge, side) for edge, side in zip(self.size, piece.shape[:2], strict=True))

    def _coloured(self, x, draw):
        p = self.policy
        if not (p.brightness or p.contrast):
            return x
        gain, offset = 1 + p.contrast * draw.uniform(-1, 1), p.scale * p.brightness * draw.uniform(-1, 1)
        mean = float(x.mean())
        values = np.clip(
            (x.astype("float32") - np.float32(mean)) * np.float32(gain) + np.float32(mean + offset),
            0,
            p.scale,
        )
        return np.rint(values).astype(x.dtype) if x.dtype.kind == "u" else values


def _places(map_, task):
    """For each foreground class in a coded mask: up to `_REMEMBERED` of its pixels, (n, 2)."""
    planes = [map_[..., i] == 1 for i in range(map_.shape[-1])] if map_.ndim == 3 else None
    if planes is None:
        numbers = np.unique(map_)
        first = 1 if task.has_background else 0
        planes = [map_ == number for number in numbers if first <= number != VOID]
    found = [np.argwhere(plane) for plane in planes]
    return [places[:: -(-len(places) // _REMEMBERED)].astype("int32") for places in found if len(places)]


def looks_alike(targets):
    """Whether coded masks hold the same classes in their upper and lower, left and right halves: tissue.

    Both all classes together and each of them by itself, as those of few pixels change the shares little.
    """
    return _are_alike(_halves(targets))


def _are_alike(counts):
    shares = counts.sum(axis=0)
    shares = shares / np.maximum(shares.sum(axis=1, keepdims=True), 1)
    alike = np.abs(shares[[0, 2]] - shares[[1, 3]]).sum(axis=1).max() / 2 < _ALIKE
    return bool(alike) and not _has_a_side(counts[:, :2], _MOSTLY) and not _has_a_side(counts[:, 2:], _MOSTLY)


def _halves(targets):
    """(N, 4, 256) pixels of each class in the upper, lower, left and right half of each map."""
    counts = np.zeros((len(targets), 4, VOID + 1))
    for row, map_ in enumerate(targets):
        flat = map_ if map_.ndim == 2 else map_.argmax(axis=-1).astype("uint8")
        middle = [edge // 2 for edge in flat.shape]
        halves = flat[: middle[0]], flat[middle[0] :], flat[:, : middle[1]], flat[:, middle[1] :]
        counts[row] = [np.bincount(half.ravel(), minlength=VOID + 1) for half in halves]
    return counts


def _has_a_side(counts, most):
    """Whether a class lies in one of two halves, by more than the part `most` and more than chance.

    Args:
        counts: (N, 2, 256) pixels of each class in both halves of each map.
        most: part of a class by which the one half holds more of it, 0 to 1.
    """
    if len(counts) < _ENOUGH:
        return False
    more, all_ = counts[:, 0] - counts[:, 1], counts.sum(axis=(0, 1))
    by_chance = 3 * more.std(axis=0) * np.sqrt(len(counts))  # three standard errors of the sum
    sums = np.abs(more.sum(axis=0))
    return bool((sums > np.maximum(most * all_, by_chance))[:VOID].any())
