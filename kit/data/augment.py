"""Augmentation: images changed a little in each epoch, in ways that leave their label as it is.

What happens to an image depends on (seed, epoch, index of the image) and on nothing else: not
on the batch that it is in, its place there, or on what was drawn before.
"""

import dataclasses

import numpy as np

_SIDES = ("left", "right")  # mirrored, such a class would be the other one
_SMALL = 16  # pixels: below it, half an image is a stroke, and a hole is half of it
_MIRROR, _DOWN, _ACROSS, _BRIGHT, _CONTRAST, _HOLE_Y, _HOLE_X = range(7)  # streams of random numbers


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
    """

    mirror: bool = False
    shift: int = 0
    brightness: float = 0.0
    contrast: float = 0.0
    hole: int = 0
    scale: float = 255.0


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
    draw = _Draws(seed, epoch, np.asarray(indices, "uint64"))
    sides = _Draws(seed, 0, np.asarray(indices, "uint64")).uniform(_MIRROR) < 0.5
    moved = _moved(images, draw, policy, mirrored=policy.mirror & (sides ^ (epoch % 2 == 1)))
    if not (policy.brightness or policy.contrast or policy.hole):
        return moved
    values = moved.astype("float32")
    means = (
        values.reshape(len(values), -1).mean(axis=1, dtype="float64").astype("float32")[:, None, None, None]
    )
    gain = 1 + policy.contrast * draw.symmetric(_CONTRAST)
    offset = policy.scale * policy.brightness * draw.symmetric(_BRIGHT)
    values = (values - means) * gain + (means + offset)
    values = np.where(_holes(images.shape, draw, policy), means, values)
    values = np.clip(values, 0, policy.scale)
    return np.rint(values).astype(images.dtype) if images.dtype.kind in "ui" else values.astype(images.dtype)


class _Draws:
    """Random numbers that depend on seed, epoch, index and stream only."""

    def __init__(self, seed, epoch, indices):
        start = np.array([seed % 2**64], "uint64")
        self.keys = _mixed(_mixed(_mixed(start) + np.uint64(epoch)) + indices)

    def uniform(self, stream):
        """(N,) float64 in [0, 1)."""
        return (_mixed(self.keys + np.uint64(stream)) >> np.uint64(11)) * 2.0**-53

    def integers(self, stream, low, high):
        """(N,) integers from low to high, both included."""
        return low + (self.uniform(stream) * (high - low + 1)).astype("int64")

    def symmetric(self, stream):
        """(N, 1, 1, 1) float32 in [-1, 1)."""
        return (2 * self.uniform(stream) - 1).astype("float32")[:, None, None, None]


def _mixed(x):
    """One step of SplitMix64 (Steele et al. 2014): neighbours become unrelated."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def _moved(images, draw, policy, mirrored):
    """Mirrored and shifted, by picking each pixel from where it comes."""
    count, height, width = images.shape[:3]
    down, across = (draw.integers(stream, -policy.shift, policy.shift) for stream in (_DOWN, _ACROSS))
    rows = np.clip(np.arange(height) - down[:, None], 0, height - 1)
    columns = np.clip(np.arange(width) - across[:, None], 0, width - 1)
    columns = np.where(mirrored[:, None], width - 1 - columns, columns)
    return images[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _holes(shape, draw, policy):
    """(N, height, width, 1): where the square lies; all of it inside the image."""
    height, width = shape[1:3]
    top = draw.integers(_HOLE_Y, 0, max(0, height - policy.hole))[:, None]
    left = draw.integers(_HOLE_X, 0, max(0, width - policy.hole))[:, None]
    rows, columns = np.arange(height), np.arange(width)
    in_rows = (rows >= top) & (rows < top + policy.hole)
    in_columns = (columns >= left) & (columns < left + policy.hole)
    return (in_rows[:, :, None] & in_columns[:, None, :])[..., None]


def _is_symbol(names):
    texts = [str(name).strip().lower() for name in names]
    if any(side in text.replace("-", "_").split("_") for side in _SIDES for text in texts):
        return True
    return all(len(text) == 1 or text.isdigit() for text in texts)
