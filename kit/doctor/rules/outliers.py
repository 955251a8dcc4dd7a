"""Numbers far from all others of their column."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_FAR = 50  # widths of the middle half, from the middle
_SHARE = 0.01  # of rows: more are a long tail


@rule("outliers", severity="warning", needs=["table"])
def outliers(patient):
    """Values more than 50 widths of the middle half away from it, in at most one row of a hundred.

    Such values are often units, typing errors or codes for "missing", such as 99999.
    Source: Tukey 1977, Exploratory Data Analysis, with a far wider fence.
    """
    table = patient.table
    for name in table.columns:
        values = table[name].to_numpy()
        if values.dtype.kind not in "uif" or len(values) < 20:
            continue
        low, middle, high = np.nanquantile(values, (0.25, 0.5, 0.75))
        far = np.abs(values - middle) > _FAR * (high - low)
        if high > low and far.any() and far.mean() <= _SHARE:
            row = int(np.nanargmax(np.where(far, np.abs(values - middle), -1)))
            usual = f"{low:.4g} to {high:.4g}"
            evidence = f"{int(far.sum())} values far from {usual}, such as {values[row]:.6g} (row {row})"
            yield f"column {name!r}", evidence, "Mend them, or mark them as missing."


def failing():
    """A code for missing, and a wrong unit."""
    for title, value in (("99999", 99_999.0), ("wrong unit", -1000.0)):
        x = toys.numbers(200)
        x[7, 1] = value
        yield Case(title, (x, toys.classes(2, 200)))


def passing():
    """Normal and heavy tails."""
    yield Case("normal", (toys.numbers(200), toys.classes(2, 200)))
    tail = np.random.default_rng(0).standard_t(3, (200, 2))
    yield Case("heavy tails", (tail, toys.classes(2, 200)))
