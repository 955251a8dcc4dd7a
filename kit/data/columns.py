"""Columns: what kind each column of a frame is, and which ones a model has no use for."""

import dataclasses
import datetime
import numbers
import re

import numpy as np

from kit.errors import Fault
from kit.inputs import columns as kinds
from kit.inputs import values as reading
from kit.inputs.findings import Finding, in_rows

_SCALARS = (str, numbers.Number, np.generic, datetime.date)
_MOST_LEVELS = 10_000
_IDENTIFYING = 0.5  # share of distinct texts from which a column names its rows
_SPACES = 2  # in the mean, of texts that are sentences
_LEARN = "input=kit.Texts({}) learns from them instead."
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
        declared = kinds.Category if frame[name].dtype.name == "category" else None
        _add(guessed, name, frame[name].to_numpy(), declared, names)
    return guessed


def _add(guessed, name, values, declared, names):
    there = reading.present(values)
    present = values[there]
    odd = _odd_values(present)
    why = None if odd else _useless(name, present, len(values))
    if why:
        guessed.notes.append(f"Column {name!r} is left out: {why}.")
        return
    kind, wrong = (kinds.Category, odd) if odd else (declared, None) if declared else _kind(present)
    if wrong:
        rows = np.flatnonzero(there)[wrong.rows]
        cure = f"Mend these rows or leave the column out: ignore {name!r}."
        fault = Fault(f"column {name!r}, {in_rows(rows, names)}", wrong.found, wrong.expected, cure)
        guessed.findings.append(Finding(fault, tuple(rows.tolist())))
    distinct = len(set(present.tolist())) if kind is kinds.Category and not odd else 0
    if distinct > _FEW and (distinct >= _IDENTIFYING * len(present) or distinct > _MOST_LEVELS):
        if is_text(values):
            guessed.notes.append(f"Column {name!r} is left out: it holds texts. {_LEARN.format(repr(name))}")
        else:
            _leave_out_identifier(guessed, name, distinct, len(present))
    else:
        guessed.columns.append(kind(name))


def _leave_out_identifier(guessed, name, distinct, count):
    found = f"{distinct} different texts in {count} rows: it looks like an identifier and is left out"
    guessed.issues.append(Fault(f"column {name!r}", found))
    guessed.notes.append(
        f"Column {name!r} is left out: {distinct} different texts in {count} rows look like an identifier."
    )


def is_text(values):
    """Whether a column holds sentences: texts, most of them different, of several words in the mean.

    Example:
        >>> is_text(np.array(["see you at nine", "are you there ?", "no"], object))
        True
    """
    present = values[reading.present(values)]
    texts = [value for value in present.tolist() if isinstance(value, str)]
    if len(texts) < len(present) or len(set(texts)) < _IDENTIFYING * max(2, len(texts)):
        return False
    return sum(text.count(" ") for text in texts) >= _SPACES * len(texts)


def _useless(name, present, count):
    """Why a model has no use for the column; None if it has."""
    if not len(present):
        return "it is empty"
    if len(present) == count and (present == present[0]).all():
        return "it is the same in every row"
    whole = present.dtype.kind in "iu" and len(present) == count > 1
    if whole and _ROW_NUMBER.fullmatch(name) and (np.diff(np.sort(present)) == 1).all():
        return "it numbers the rows"
    return None


def _kind(present):
    """(class of the column, the `Problem` of values that do not fit or None)."""
    if present.dtype.kind == "M":
        return kinds.Date, None
    if present.dtype.kind == "b" or all(isinstance(value, bool) for value in present.tolist()):
        return kinds.Boolean, None
    if present.dtype.kind != "O" or not reading.numbers(present)[1]:
        return kinds.Numeric, None
    if not reading.days(present)[1]:
        return kinds.Date, None
    return _kind_of_texts(present.tolist())


def _kind_of_texts(values):
    texts = [i for i, value in enumerate(values) if isinstance(value, str)]
    words = [i for i in texts if not _like_number(values[i])]
    distinct = {values[i] for i in words}
    if len(words) <= 0.05 * len(values) or (len(words) <= 0.2 * len(values) and len(distinct) <= 3):
        shown = ", ".join(sorted(map(repr, distinct))[:3]) or "numbers written as text"
        return kinds.Numeric, reading.Problem(np.array(words or texts), shown, "numbers")
    if len(texts) == len(values):
        return kinds.Category, None
    others = sorted(set(range(len(values))) - set(texts))
    found = f"{values[others[0]]!r} among texts"
    return kinds.Category, reading.Problem(np.array(others), found, "texts or numbers, not both")


def _odd_values(present):
    """The `Problem` of values that are no text, number, boolean or date; None if there are none."""
    if present.dtype.kind != "O":
        return None
    odd = [i for i, value in enumerate(present.tolist()) if not isinstance(value, _SCALARS)]
    if not odd:
        return None
    found = f"a {type(present[odd[0]]).__name__}"
    return reading.Problem(np.array(odd), found, "text, numbers, booleans or dates")


def _like_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True
