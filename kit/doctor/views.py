"""Views of inputs: the same samples as a table, as images, as one row of numbers each."""

import numpy as np

_MOST_COLUMNS = 2000  # of a table: wider arrays are signals or features, whose columns have no meaning alone
_MOST_NUMBERS = 4096  # a sample, for methods that compare samples


def first(x):
    """The first array of inputs of any structure.

    Example:
        >>> first({"a": [np.ones(3)]}).shape
        (3,)
    """
    while isinstance(x, dict | list | tuple):
        x = next(iter(x.values() if isinstance(x, dict) else x))
    return x


def as_frames(parts):
    """DataFrames by part, for inputs of rank 2 or dicts of one column a name; else None.

    Example:
        >>> frames = as_frames({"train": (np.ones((3, 2)), np.ones(3))})
        >>> list(frames["train"].columns)
        ['x0', 'x1']
    """
    found = {name: _as_frame(x) for name, (x, _) in parts.items()}
    return found if found and all(frame is not None for frame in found.values()) else None


def as_images(x):
    """float32 (N, H, W, C) of inputs that are images alone, else None.

    Example:
        >>> as_images(np.zeros((2, 8, 8), "uint8")).shape, as_images(np.zeros((2, 3)))
        ((2, 8, 8, 1), None)
    """
    x = only(x)
    if x is None or x.ndim not in (3, 4) or x.dtype.kind not in "uifb":
        return None
    if x.ndim == 3 and x.dtype != np.uint8:  # a series
        return None
    x = x[..., None] if x.ndim == 3 else x
    return x.astype("float32") if x.shape[-1] in (1, 3, 4) else None


def as_matrix(x, table):
    """float32 (N, F) without gaps of the inputs, or None where they are too wide or no numbers.

    Args:
        x: inputs of the model.
        table: the same as a DataFrame, or None; its text becomes numbers of categories.

    Example:
        >>> as_matrix(np.ones((3, 4, 4, 1)), None).shape
        (3, 16)
    """
    if table is not None:
        return np.nan_to_num(np.stack([as_numbers(table[name]) for name in table.columns], axis=1))
    x = only(x)
    if x is None or x.dtype.kind not in "uifb" or not len(x) or np.prod(x.shape[1:]) > _MOST_NUMBERS:
        return None
    return np.nan_to_num(x.reshape(len(x), -1).astype("float32"))


def as_numbers(column):
    """A column as float32 (N,): numbers as they are, anything else as the number of its category.

    Example:
        >>> as_numbers(pd.Series(["b", "a", "b"])).tolist()
        [0.0, 1.0, 0.0]
    """
    import pandas as pd

    if column.dtype.kind in "uifb":
        return column.to_numpy().astype("float32")
    return pd.factorize(column.astype(str))[0].astype("float32")


def only(x):
    """The one array that the inputs are, or None where they are several."""
    if isinstance(x, dict | list | tuple):
        arrays = list(x.values() if isinstance(x, dict) else x)
        return only(arrays[0]) if len(arrays) == 1 else None
    return x


def _as_frame(x):
    import pandas as pd

    if isinstance(x, dict) and len(x) > 1 and all(np.ndim(each) <= 2 for each in x.values()):
        columns = {name: np.reshape(each, (len(each), -1)) for name, each in x.items()}
        if any(each.shape[1] > 1 for each in columns.values()):
            return None
        return pd.DataFrame({name: each[:, 0] for name, each in columns.items()})
    x = only(x)
    if x is None or np.ndim(x) != 2 or x.shape[1] > _MOST_COLUMNS:
        return None
    return pd.DataFrame(x, columns=[f"x{i}" for i in range(x.shape[1])])
