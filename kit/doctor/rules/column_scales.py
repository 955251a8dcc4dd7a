"""Columns of very different sizes."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_RATIO = 1000


@rule("column_scales", severity="note", needs=["table"])
def column_scales(patient):
    """One column spreads a thousand times wider than another: it decides distances and gradients alone.

    Source: LeCun et al. 1998, Efficient BackProp, section 4.3.
    """
    table = patient.table
    spreads = {
        name: float(np.nanstd(table[name])) for name in table.columns if table[name].dtype.kind in "uif"
    }
    spreads = {name: spread for name, spread in spreads.items() if np.isfinite(spread) and spread > 0}
    if len(spreads) > 1 and max(spreads.values()) > _RATIO * min(spreads.values()):
        large, small = max(spreads, key=spreads.get), min(spreads, key=spreads.get)
        evidence = f"{large!r} spreads by {spreads[large]:.3g}, {small!r} by {spreads[small]:.3g}"
        yield "columns", evidence, "Standardise them inside the model: a Normalization layer, or kit.Table."


def failing():
    """Incomes beside shares."""
    x = toys.numbers()
    x[:, 0] = 30_000 * x[:, 0]
    yield Case("incomes", (x, toys.classes(2)))


def passing():
    """Alike."""
    yield Case("alike", (toys.numbers(), toys.classes(2)))
