"""Inputs or targets that are not numbers."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("missing_numbers", severity="error", needs=["x"])
def missing_numbers(patient):
    """NaN or infinite values in arrays that go to `fit` as they are; a `kit.Table` fills its own gaps.

    Source: measured, Keras 3.15.1: behind a ReLU the loss stays finite (0.98), because ReLU turns NaN into 0;
    a linear model ends in NaN.
    """
    for part, (x, y) in patient.parts.items():
        for kind, values in (("inputs", None if patient.fills else x), ("targets", y)):
            for name, array in _arrays(values):
                bad = _bad(array)
                if bad.any():
                    column = "" if array.ndim != 2 else f" (columns {_columns(array)})"
                    evidence = (
                        f"{int(bad.sum())} of {len(array)} not finite{column}, the first: row {bad.argmax()}"
                    )
                    yield (
                        f"{kind}{name} of {part}",
                        evidence,
                        "Fill them in or leave them out: np.isfinite finds them.",
                    )


def _bad(array):
    if array.dtype.kind != "f":
        return np.zeros(len(array), bool)
    return ~np.isfinite(array.reshape(len(array), -1)).all(axis=1)


def _columns(array):
    columns = np.flatnonzero(~np.isfinite(array).all(axis=0))
    return ", ".join(map(str, columns[:5])) + (", ..." if len(columns) > 5 else "")


def _arrays(values):
    if isinstance(values, dict):
        return [(f" '{name}'", np.asarray(each)) for name, each in values.items()]
    if isinstance(values, list):
        return [(f" {i}", np.asarray(each)) for i, each in enumerate(values)]
    return [] if values is None else [("", np.asarray(values))]


def failing():
    """A gap, an infinite value, a target that is missing."""
    x, y = toys.numbers(), toys.numbers(64, 1, 1)
    gap, infinite, target = x.copy(), x.copy(), y.copy()
    gap[3, 1], infinite[5, 2], target[7] = np.nan, np.inf, np.nan
    for title, data in (("gap", (gap, y)), ("infinite", (infinite, y)), ("target", (x, target))):
        yield Case(title, data)


def passing():
    """Numbers alone; a table whose gaps the network fills."""
    yield Case("finite", (toys.numbers(), toys.numbers(64, 1, 1)))
    yield Case("a table of kit", _table_with_a_gap())


def _table_with_a_gap():
    import pandas as pd

    from kit.data import load_data

    frame = pd.DataFrame(toys.numbers(), columns=list("abcd"))
    frame.loc[3, "b"] = np.nan
    return load_data((frame, toys.classes(2)))
