"""Values as JSON and UTF-8 can hold them."""

import math

import numpy as np

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a cell that begins so is run by spreadsheets


def scalar(value):
    """A NumPy scalar as Python's own value; anything else as it is.

    Example:
        >>> scalar(np.float32(0.5)), scalar("cat")
        (0.5, 'cat')
    """
    return value.item() if isinstance(value, np.generic) else value


def plain(value):
    """Any value as JSON knows it: what is not finite as None, keys as text, what has no form as text.

    Example:
        >>> plain({"rate": np.float32(0.5), "loss": float("nan"), "size": (8, 8), 3: None})
        {'rate': 0.5, 'loss': None, 'size': [8, 8], '3': None}
    """
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int) else writable(str(value))


def writable(text):
    """Text that UTF-8 can write: names of files may hold bytes that it cannot, which become '?'."""
    return text.encode("utf-8", "replace").decode("utf-8")


def inert(value):
    """Text that a spreadsheet would run as a formula with a leading '; anything else as it is.

    Example:
        >>> inert("=1+1"), inert("cat"), inert(-1)
        ("'=1+1", 'cat', -1)
    """
    if not isinstance(value, str):
        return value
    lines = value.replace("\r\n", "\n").replace("\r", "\n")  # a lone \r would not be quoted
    return f"'{lines}" if value.startswith(_FORMULA) else lines
