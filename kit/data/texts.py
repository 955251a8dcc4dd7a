"""Texts: the column of a frame that holds sentences, and what is said of the others."""

import numpy as np

from kit.data import tables
from kit.data.columns import guess_columns, is_text
from kit.errors import DataError, Fault
from kit.inputs.texts import Texts

_LEFT_OVER = 0.05  # share of rows below which a column besides the texts does not count

keys, divided, fitted, take_out = tables.keys, tables.divided, tables.fitted, tables.take_out


def fits(raw, request):
    """Whether the frame is to be read as texts: the user says so, or nothing else is in it.

    Args:
        raw: a `Raw` whose target has been taken out of the frame.
        request: what the user asked for.
    """
    if request.input is not None:
        return isinstance(request.input, Texts)
    if (column := _fullest(raw.inputs)) is None:
        return False
    others = [name for name in raw.inputs.columns if name != column and not _is_left_over(raw.inputs[name])]
    return not guess_columns(raw.inputs[others]).columns


def _fullest(frame):
    """The column of texts with the most of them, or None."""
    there = [name for name in frame.columns if is_text(frame[name].to_numpy())]
    return max(there, key=lambda name: frame[name].notna().sum(), default=None)


def _is_left_over(column):
    """Whether a column is so empty that it is what unquoted commas made of a few texts."""
    return column.notna().mean() < _LEFT_OVER or is_text(column.to_numpy())


def described(raw, request):
    """The `Texts` that fit, not fitted; `raw` keeps the column of texts alone.

    Raises:
        DataError: if the column that the user named is not there.
    """
    texts = request.input or Texts()
    columns = list(raw.inputs.columns)
    column = texts.column or _fullest(raw.inputs)
    if column not in columns:
        found = f"columns {', '.join(map(repr, columns))}"
        raise DataError([Fault(raw.name, found, "one column of texts", "Name it: input=kit.Texts('...').")])
    texts = Texts(column, texts.length, texts.words)
    others = [name for name in columns if name != column]
    raw.notes.append(f"Column {column!r} holds texts; they are read as words.")
    raw.notes += [f"Column {name!r} is left out: the texts are learnt from." for name in others]
    raw.inputs = raw.inputs[[column]]
    raw.findings += texts.encoded(raw.inputs, raw.names)[1]
    short = int(np.sum([isinstance(each, str) and not each.strip() for each in raw.inputs[column]]))
    if short:
        raw.issues.append(Fault(f"column {column!r}", f"{short} texts are empty", "words"))
    return texts
