"""Inputs: what comes in. Raw values -> arrays, and the layers that stand first in the model.

An input is a frozen dataclass, so it can be compared, stored as JSON and read back. What is
numeric lies in the model; only files, text and dates are read outside of it.
"""

from kit.errors import KitError
from kit.registry import Registry

INPUTS = Registry("input", "kit.inputs")

_HOMES = {"Images": "images", "Series": "series", "Table": "table", "Texts": "texts"}


def from_json(stored):
    """The input that `input.to_json()` described.

    Raises:
        KitError: if the kind of input is unknown.

    Example:
        >>> images = kit.Images((28, 28), channels=1)
        >>> from_json(images.to_json()) == images
        True
    """
    return INPUTS.get(stored["kind"]).from_json(stored)


def names():
    """Names of all inputs."""
    return INPUTS.names()


def as_input(shape_or_input):
    """An input as it is; a shape as the input it stands for.

    Args:
        shape_or_input: an input; or (height, width, channels) of images in 0 to 255, (None, None,
            channels) where each keeps its own size; (length, channels) of series, (None, channels) where
            they may have any length; or (n,) for a table of the numbers x0, x1, ...

    Raises:
        KitError: if no input has this shape.

    Example:
        >>> as_input((28, 28, 1)).scale
        255.0
        >>> [column.name for column in as_input((2,)).columns]
        ['x0', 'x1']
        >>> as_input((150, 3)).describe()
        'series of 150 steps, 3 channels'
    """
    if hasattr(shape_or_input, "layers"):
        return shape_or_input
    if not isinstance(shape_or_input, list | tuple):
        raise KitError(
            "An input is a kit.Images, a kit.Series, a kit.Table, a kit.Texts or a shape. "
            f"Received: {type(shape_or_input).__name__}."
        )
    return _for_shape(tuple(shape_or_input))


def _for_shape(shape):
    free = {2: (None,), 3: (None, None)}.get(len(shape))  # axes that may be of any size
    sizes = shape[len(free) :] if free and shape[: len(free)] == free else shape
    if not all(isinstance(size, int) and size > 0 for size in sizes) or len(shape) not in (1, 2, 3):
        raise KitError(
            f"There is no input for shape {shape}. Give (height, width, channels) for images, "
            "(length, channels) for series or (n,) for a table of n numbers."
        )
    if len(shape) == 3:
        return __getattr__("Images")(shape[:2], shape[2])
    if len(shape) == 2:
        return __getattr__("Series")(*shape)
    return __getattr__("Table").of_numbers(shape[0])


def __getattr__(name):
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(f"kit.inputs.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'kit.inputs' has no attribute '{name}'")
