"""Augmentation: images changed a little in each epoch, in ways that leave their label as it is.

What puts two images together, and so changes labels too, is `kit.data.mix`; its shares stand in the policy.

What happens to an image depends on (seed, epoch, index of the image) and on nothing else: not
on the batch that it is in, its place there, or on what was drawn before.
"""

import dataclasses
import re

import numpy as np

from kit.data import operations
from kit.data.draws import Draws

_SIDES = ("left", "right")  # mirrored, such a class would be the other one
_SMALL = 16  # pixels: below it, half an image is a stroke, and a hole is half of it
_MIRROR, _DOWN, _ACROSS, _BRIGHT, _CONTRAST, _HOLE_Y, _HOLE_X = range(7)  # streams of random numbers
_ERASE, _AREA, _SHAPE, _ERASE_Y, _ERASE_X, _GRAIN = range(7, 13)
_ERASED, _SLIMMEST = (0.02, 0.4), 0.3  # share of the image that is erased; the shorter side to the longer
_SHARE = {"most": 1}  # of what `policies.chosen` checks


@dataclasses.dataclass(frozen=True)
class Policy:
    """By how much images are changed.

    Args:
        mirror: whether they are flipped left to right in every other pass, half of them in the first one;
            so two passes show both sides of each (Jordan 2024, arXiv:2404.00498).
        shift: largest shift in pixels, in both directions; the edge is repeated.
        brightness: largest part of the scale that is added or taken away.
        contrast: largest part by which distances from the image's mean grow or shrink.
        hole: side in pixels of a square that is filled with the image's mean.
        scale: the value of white.
        erase: share of the images in which a rectangle of 2 to 40 % is filled with random values
            (Zhong et al. 2020, Random Erasing, arXiv:1708.04896).
        randaugment: operations that each image gets, drawn from the list in `kit.data.operations`.
        strength: of these operations, 0 to 1.
        mixup: share of the images that are blended with another one; see `kit.data.mix`.
        cutmix: share of the images into which a part of another one is pasted; see `kit.data.mix`.
    """

    mirror: bool = False
    shift: int = 0
    brightness: float = 0.0
    contrast: float = 0.0
    hole: int = 0
    scale: float = 255.0
    erase: float = dataclasses.field(default=0.0, metadata=_SHARE)
    randaugment: int = 0
    strength: float = dataclasses.field(default=0.5, metadata=_SHARE)
    mixup: float = dataclasses.field(default=0.0, metadata=_SHARE)
    cutmix: float = dataclasses.field(default=0.0, metadata=_SHARE)

    @property
    def mixes(self):
        """Names of the asked changes that put two images together."""
        return [name for name in ("mixup", "cutmix") if getattr(self, name)]


def policy(input, task):
    """The default changes for this kind of images and task.

    Shifts by 8 % of the shorter side, brightness and contrast by 10 %; from 16 pixels on a hole
    of a quarter of it. Mirrored are images of classes, but neither symbols (classes that are
    numbers or single characters), nor classes named left and right, nor tiny gray images.

    Args:
        input: an `Images`.
        task: what is predicted of them.

    Example:
        >>> policy(kit.Images((32, 32)), kit.Classification(("cat", "dog"))).mirror
        True
        >>> policy(kit.Images((28, 28), 1), kit.Classification(10)).mirror
        False
    """
    side = min(input.size)
    tiny = side < _SMALL
    return Policy(
        mirror=task.is_classification and not _is_symbol(task.names) and not (tiny and input.channels == 1),
        shift=max(1, round(0.08 * side)),
        brightness=0.1,
        contrast=0.1,
        hole=0 if tiny else side // 4,
        scale=input.scale,
    )


def augment(images, indices, *, seed, epoch, policy):
    """Images, changed as `policy` allows; the same for the same seed, epoch and index.

    Args:
        images: (N, height, width, channels), uint8 or float32 in 0 to `policy.scale`.
        indices: (N,) index of each image in its part of the data.
        seed: of the training run.
        epoch: number of the pass over the data.
        policy: a `Policy`.

    Returns:
        a new array of the same shape and type, in 0 to `policy.scale`.

    Example:
        >>> images = np.arange(9, dtype="uint8").reshape(1, 3, 3, 1)
        >>> augment(images, [0], seed=0, epoch=0, policy=Policy()).tolist() == images.tolist()
        True
    """
    draw = Draws(seed, epoch, indices)
    sides = Draws(seed, 0, indices).uniform(_MIRROR) < 0.5
    images = _moved(images, draw, policy, mirrored=policy.mirror & (sides ^ (epoch % 2 == 1)))
    if policy.randaugment:
        how = {"count": policy.randaugment, "strength": policy.strength, "scale": policy.scale}
        images = operations.operated(images, draw, **how)
    if policy.brightness or policy.contrast or policy.hole:
        images = _lit(images, draw, policy)
    return _erased(images, draw, policy) if policy.erase else images


def _lit(images, draw, policy):
    """Brighter or darker, with more or less contrast, and with a square of the mean."""
    values = images.astype("float32")
    means = (
        values.reshape(len(values), -1).mean(axis=1, dtype="float64").astype("float32")[:, None, None, None]
    )
    gain = 1 + policy.contrast * draw.symmetric(_CONTRAST)
    offset = policy.scale * policy.brightness * draw.symmetric(_BRIGHT)
    values = (values - means) * gain + (means + offset)
    values = np.where(_holes(images.shape, draw, policy), means, values)
    values = np.clip(values, 0, policy.scale)
    return np.rint(values).astype(images.dtype) if images.dtype.kind in "ui" else values.astype(images.dtype)


def _moved(images, draw, policy, mirrored):
    """Mirrored and shifted, by picking each pixel from where it comes."""
    count, height, width = images.shape[:3]
    down, across = (draw.integers(stream, -policy.shift, policy.shift) for stream in (_DOWN, _ACROSS))
    rows = np.clip(np.arange(height) - down[:, None], 0, height - 1)
    columns = np.clip(np.arange(width) - across[:, None], 0, width - 1)
    columns = np.where(mirrored[:, None], width - 1 - columns, columns)
    return images[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _erased(images, draw, policy):
    """The images, in some of them a rectangle of noise; one that is too long is cut at the image's sides."""
    chosen = np.flatnonzero(draw.uniform(_ERASE) < policy.erase)
    draw = draw.at(chosen)
    height, width, channels = images.shape[1:]
    low, high = _ERASED
    area = height * width * (low + (high - low) * draw.uniform(_AREA))
    shape = _SLIMMEST ** (2 * draw.uniform(_SHAPE) - 1)
    inside = []
    for side, length, stream in (
        (height, np.sqrt(area * shape), _ERASE_Y),
        (width, np.sqrt(area / shape), _ERASE_X),
    ):
        length = np.clip(np.rint(length), 1, side)
        start = np.floor(draw.uniform(stream) * (side - length + 1))[:, None]
        inside.append((np.arange(side) >= start) & (np.arange(side) < start + length[:, None]))
    where = (inside[0][:, :, None] & inside[1][:, None, :])[..., None]
    grain = draw.bytes(_GRAIN, height * width * channels).reshape(-1, height, width, channels)
    if images.dtype.kind not in "ui" or policy.scale != 255:
        grain = (grain * (policy.scale / 255)).astype(images.dtype)
    images = images.copy()
    images[chosen] = np.where(where, grain, images[chosen])
    return images


def _holes(shape, draw, policy):
    """(N, height, width, 1): where the square lies; all of it inside the image."""
    height, width = shape[1:3]
    top = draw.integers(_HOLE_Y, 0, max(0, height - policy.hole))[:, None]
    left = draw.integers(_HOLE_X, 0, max(0, width - policy.hole))[:, None]
    rows, columns = np.arange(height), np.arange(width)
    in_rows = (rows >= top) & (rows < top + policy.hole)
    in_columns = (columns >= left) & (columns < left + policy.hole)
    return (in_rows[:, :, None] & in_columns[:, None, :])[..., None]


def has_sides(names):
    """Whether a class is named left or right, so that its mirror image is another one.

    Example:
        >>> has_sides(["arrow_left", "arrow_right"]), has_sides(["Left turn"]), has_sides(["cat", "leftover"])
        (True, True, False)
    """
    words = {word for name in names for word in re.split(r"[\W_]+", str(name).lower())}
    return not words.isdisjoint(_SIDES)


def _is_symbol(names):
    texts = [str(name).strip().lower() for name in names]
    return has_sides(names) or all(len(text) == 1 or text.isdigit() for text in texts)
