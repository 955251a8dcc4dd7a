"""Columns that only name the rows."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_FEWEST = 20  # rows


@rule("identifier_columns", severity="warning", needs=["table"])
def identifier_columns(patient):
    """Text or whole numbers of which no two rows share one: numbers of customers, names, hashes.

    Whole numbers count where they lie densely or rise from row to row.
    Source: Kaufman et al. 2012, Leakage in Data Mining.
    """
    table = patient.table
    for name in table.columns:
        column = table[name]
        if len(column) < _FEWEST or column.nunique() < len(column) or not _names(column.to_numpy()):
            continue
        evidence = f"{len(column)} different values in {len(column)} rows, such as {column.iloc[0]!r}"
        yield f"column {name!r}", evidence, "Leave it out: it names rows and is learnt by heart."


def _names(values):
    if values.dtype.kind not in "uifb":
        return all(isinstance(value, str) for value in values.tolist())
    if values.dtype.kind == "f" and not np.array_equal(values, np.round(values)):
        return False
    steps = np.diff(values.astype("float64"))
    return bool((steps > 0).all()) or (values.max() - values.min()) < 2 * len(values)


def failing():
    """A running number and a name."""
    import pandas as pd

    x = toys.numbers()
    yield Case("running number", (np.column_stack([np.arange(64), x]), toys.classes(2)))
    names = pd.DataFrame({"name": [f"customer {i}" for i in range(64)], "x": x[:, 0]})
    yield Case("names", (names, toys.classes(2)))


def passing():
    """Measurements, which differ as well."""
    yield Case("measurements", (toys.numbers(), toys.classes(2)))
