"""Columns: what kind each column of a frame is, and which ones a model has no use for."""

import dataclasses
import re

import numpy as np

from kit.errors import Fault
from kit.inputs import columns as kinds
from kit.inputs import values as reading
from kit.inputs.findings import Finding, in_rows

_MOST_LEVELS = 10_000
_IDENTIFYING = 0.5  # share of distinct texts from which a column names its rows
_FEW = 10  # so many distinct texts are no identifiers, in however small a table
_ROW_NUMBER = re.compile(r"(?i)unnamed: \d+|index|id|row(_?(id|names?|number))?|.*[_ ]id|\w*[a-z]Id|no\.?")


@dataclasses.dataclass
class Guessed:
    """The columns that a model gets, and what is said of them and of the others."""

    columns: list = dataclasses.field(default_factory=list)
    notes: list = dataclasses.field(default_factory=list)
    issues: list = dataclasses.field(default_factory=list)
    findings: list = dataclasses.field(default_factory=list)


def guess_columns(frame, names=None):
    """The kind of each column; constant ones and identifiers are left out, which is said.

    Args:
        frame: DataFrame of the inputs.
        names: what rows are called in messages; None for their numbers.

    Returns:
        `Guessed`, with the columns not fitted yet.

    Example:
        >>> frame = pd.DataFrame({"age": [1, 2], "sex": ["m", "f"], "planet": ["earth", "earth"]})
        >>> guessed = guess_columns(frame)
        >>> [column.kind for column in guessed.columns], guessed.notes
        (['numeric', 'category'], ["Column 'planet' is left out: it is the same in every row."])
    """
    guessed = Guessed()
    for name in frame.columns:
        _add(guessed, name, frame[name].to_numpy(), names)
    return guessed


def _add(guessed, name, values, names):
    there = ~np.array([reading.is_missing(value) for value in values.tolist()], bool)
    present = values[there]
    why = _useless(name, present, len(values))
    if why:
        guessed.notes.append(f"Column {name!r} is left out: {why}.")
        return
    kind, rows, found, expected = _kind(present)
    if rows is not None:
        wrong = np.flatnonzero(there)[rows]
        cure = f"Mend these rows or leave the column out: ignore={name!r}."
        fault = Fault(f"column {name!r}, {in_rows(wrong, names)}", found, expected, cure)
        guessed.findings.append(Finding(fault, tuple(wrong.tolist()), schema=False))
    distinct = len(set(present.tolist())) if kind is kinds.Category else 0
    if distinct > _FEW and (distinct >= _IDENTIFYING * len(present) or distinct > _MOST_LEVELS):
        _leave_out_identifier(guessed, name, distinct, len(present))
        return
    guessed.columns.append(kind(name))


def _leave_out_identifier(guessed, name, distinct, count):
    found = f"{distinct} different texts in {count} rows: it looks like an identifier and is left out"
    guessed.issues.append(Fault(f"column {name!r}", found))
    guessed.notes.append(
        f"Column {name!r} is left out: {distinct} different texts in {count} rows look like an identifier."
    )


def _useless(name, present, count):
    """Why a model has no use for the column; None if it has."""
    if not len(present):
        return "it is empty"
    if len(present) == count and (present == present[0]).all():
        return "it is the same in every row"
    if _ROW_NUMBER.fullmatch(name) and present.dtype.kind in "iu" and len(present) == count > 1:
        if (np.sort(present) == np.arange(present.min(), present.min() + count)).all():
            return "it numbers the rows"
    return None


def _kind(present):
    """(class of the column, rows that do not fit or None, what they hold, what was expected)."""
    if present.dtype.kind == "M":
        return kinds.Date, None, "", ""
    for kind, convert in ((kinds.Boolean, _booleans), (kinds.Numeric, reading.numbers)):
        if not convert(present)[1]:
            return kind, None, "", ""
    if present.dtype.kind != "O":  # numbers that are not finite
        return kinds.Numeric, None, "", ""
    if not reading.days(present)[1]:
        return kinds.Date, None, "", ""
    return _kind_of_objects(present)


def _kind_of_objects(present):
    others = [i for i, value in enumerate(present.tolist()) if not isinstance(value, _SCALARS)]
    if others:
        what = type(present[others[0]]).__name__
        return kinds.Category, np.array(others), f"a {what}", "text, numbers, booleans or dates"
    bad = [i for i, value in enumerate(present.tolist()) if not _like_number(value)]
    if len(bad) <= 0.2 * len(present):  # numbers, but for a few
        shown = ", ".join(repr(present[i]) for i in bad[:3])
        return kinds.Numeric, np.array(bad or range(len(present))), shown or "numbers as text", "numbers"
    text = [i for i, value in enumerate(present.tolist()) if isinstance(value, str)]
    if 0 < len(text) < len(present):
        rows = text if len(text) * 2 < len(present) else sorted(set(range(len(present))) - set(text))
        return kinds.Category, np.array(rows), f"{present[rows[0]]!r} among other types", "one type"
    return kinds.Category, None, "", ""


_SCALARS = (str, bool, int, float, np.generic)


def _booleans(present):
    """As `values.booleans`, but numbers 0 and 1 stay numbers."""
    if present.dtype.kind == "b":
        return present, []
    if present.dtype.kind == "O" and all(isinstance(value, bool | np.bool_) for value in present.tolist()):
        return present, []
    return present, [True]


def _like_number(value):
    try:
        float(value)
    except ValueError:
        return False
    return True
