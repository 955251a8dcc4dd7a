"""Columns that say nothing."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("constant_columns", severity="note", needs=["table"])
def constant_columns(patient):
    """Columns with one value in all rows.

    Source: none needed.
    """
    table = patient.table
    constant = [str(name) for name in table.columns if table[name].nunique(dropna=False) <= 1]
    if constant and len(table) > 1:
        shown = ", ".join(constant[:6]) + (", ..." if len(constant) > 6 else "")
        yield f"columns {shown}", f"{len(constant)} of {table.shape[1]} hold one value", "Leave them out."


def failing():
    """A column of sevens."""
    x = toys.numbers()
    x[:, 2] = 7
    yield Case("sevens", (x, toys.classes(2)))


def passing():
    """Columns that vary."""
    yield Case("varying", (toys.numbers(), toys.classes(2)))
