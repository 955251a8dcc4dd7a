"""Frames: where an image lies in what a network of one size sees, and how boxes get there and back."""

import typing

import numpy as np


class Frame(typing.NamedTuple):
    """Where an image lies in a frame of another size: pixels there = pixels of the image * factor + corner.

    Args:
        factor: (4,) for (x, y, x, y).
        corner: (4,) pixels of the frame.
    """

    factor: np.ndarray
    corner: np.ndarray

    @classmethod
    def of(cls, size, target, letterbox=False):
        """The frame of `target` (height, width) for an image of `size`: stretched to it, or kept in shape.

        Example:
            >>> frame = Frame.of((10, 20), (40, 40), letterbox=True)
            >>> frame.inward(np.array([[0.0, 0, 20, 10]])).tolist()
            [[0.0, 10.0, 40.0, 30.0]]
        """
        top, left, height, width = inner(size, target) if letterbox else (0, 0, *target)
        factor = np.array((width / size[1], height / size[0]) * 2, "float32")
        return cls(factor, np.array((left, top) * 2, "float32"))

    def inward(self, boxes):
        """Boxes in pixels of the image -> in pixels of the frame."""
        return boxes * self.factor + self.corner

    def outward(self, boxes):
        """Boxes in pixels of the frame -> in pixels of the image; the inverse of `inward`."""
        return (boxes - self.corner) / self.factor


def inner(size, target):
    """(top, left, height, width) of an image of `size` (height, width) kept in shape in a frame of `target`.

    Example:
        >>> inner((10, 20), (32, 32))
        (8, 0, 16, 32)
    """
    factor = min(new / old for new, old in zip(target, size, strict=True))
    height, width = (max(1, round(side * factor)) for side in size)
    return (target[0] - height) // 2, (target[1] - width) // 2, height, width
