"""Tables: from a frame as it was read to the columns that go in and the labels that come out."""

import numpy as np

from kit.data import split
from kit.data.columns import guess_columns
from kit.data.guess import present
from kit.data.raw import rows_of
from kit.errors import DataError, Fault, KitError, unknown
from kit.inputs import values as reading
from kit.inputs.findings import in_rows
from kit.inputs.table import Table

_USUAL_TARGETS = ("target", "label", "y")


def take_out(raw, request):
    """Takes the target, the ignored columns, groups and times out of the frame of `raw`, in place.

    Raises:
        KitError: if a column is unknown, or the target is not said and not plain, or said twice.
    """
    frame = raw.inputs
    if getattr(request.input, "rank", None) == 4:
        raise KitError(f"{raw.name} is a table and cannot be read as {request.input.describe()}.")
    if raw.labels is not None and request.target is not None:
        raise KitError(
            "The labels were given beside the inputs; target names a column of a table. Leave one out."
        )
    ignored = [column(name, frame) for name in as_list(request.ignore)]
    raw.groups, raw.times = (_values(value, frame) for value in (request.groups, request.time))
    used = [column(value, frame) for value in (request.groups, request.time) if isinstance(value, str | int)]
    if raw.labels is None:
        raw.target, why = target_of(raw, request)
        columns = frame[list(raw.target)]
        raw.labels = columns.to_numpy() if len(raw.target) > 1 else columns.iloc[:, 0].to_numpy()
        if getattr(columns.iloc[:, 0].dtype, "ordered", False):
            raw.classes = tuple(columns.iloc[:, 0].dtype.categories.tolist())
        raw.notes.append(why)
        used += raw.target
    raw.notes += [f"Column {name!r} is ignored, as you said." for name in ignored]
    drop = dict.fromkeys([*ignored, *used])
    raw.inputs = frame.drop(columns=list(drop))
    for what, value in (("says which rows stay together", request.groups), ("orders the rows", request.time)):
        if isinstance(value, str | int):
            raw.notes.append(f"Column {value!r} {what}; it is not an input.")


def column(name, frame):
    """The name of a column: as given, or by position (0, 1, ... or -1, -2, ... from the end).

    Raises:
        KitError: if there is none; names the nearest.

    Example:
        >>> column("-1", pd.DataFrame({"a": [1], "b": [2]}))
        'b'
    """
    names = list(frame.columns)
    if str(name) in names:
        return str(name)
    try:
        return names[int(name)]
    except (ValueError, IndexError):
        raise unknown("column", name, names) from None


def described(raw, request):
    """The `Table` of what is left in the frame, not fitted; `raw` gets what was found on the way.

    Raises:
        KitError: if the input that the user gave is no table.
        DataError: if no column is left.
    """
    if request.input is not None:
        return _as_asked(raw, request.input)
    guessed = guess_columns(raw.inputs, raw.names)
    raw.notes += guessed.notes
    raw.issues += guessed.issues
    if not guessed.columns:
        raise DataError([Fault(raw.name, "no column is left to learn from", cure=" ".join(guessed.notes))])
    table = Table(tuple(guessed.columns))
    raw.inputs = _numbers_as_numbers(raw.inputs, guessed.columns)
    told = {finding.fault.where for finding in guessed.findings}
    findings = table.encoded(raw.inputs, raw.names)[1]
    raw.findings += [*guessed.findings, *(f for f in findings if f.fault.where not in told)]
    return table


def fitted(table, raw, rows):
    """The table with the statistics of these rows."""
    return table.fitted(rows_of(raw.inputs, rows))


def divided(raw, rows):
    """(inputs of these rows, None: rows of a table are encoded when asked for)."""
    return rows_of(raw.inputs, rows), None


def keys(raw):
    """One number (uint64) a row, equal where all inputs are."""
    import pandas as pd

    return pd.util.hash_pandas_object(raw.inputs, index=False).to_numpy()


def must_repeat(raw):
    """Whether the table has more rows than different ones are possible."""
    return split.must_repeat([raw.inputs[name].to_numpy() for name in raw.inputs.columns])


def moments(times, names):
    """Times as sortable numbers: days since 1970 for dates, else the numbers themselves.

    Raises:
        DataError: names the rows whose time is missing or neither date nor number.
    """
    times = np.asarray(times)
    moments, problems = reading.numbers(times) if times.dtype.kind != "M" else reading.days(times)
    if problems:
        moments, problems = reading.days(times)
    faults = [Fault(f"time, {in_rows(p.rows, names)}", p.found, p.expected) for p in problems]
    missing = np.flatnonzero(~present(times))
    if len(missing):
        faults.append(Fault(f"time, {in_rows(missing, names)}", "missing", "a date or a number"))
    if faults:
        raise DataError(faults)
    return moments


def _as_asked(raw, table):
    if not hasattr(table, "columns"):
        raise KitError(f"{raw.name} is a table and cannot be read as {table.describe()}.")
    wanted = {column.name for column in table.columns}
    raw.inputs = raw.inputs[[name for name in raw.inputs.columns if name in wanted]]
    raw.inputs = with_numbers(raw.inputs, table.columns)
    raw.findings += table.encoded(raw.inputs, raw.names)[1]
    return table


def _numbers_as_numbers(frame, columns):
    """Only the given columns; numeric ones with some text (a finding each) as numbers and NaN."""
    import pandas as pd

    frame = frame[[column.name for column in columns]].copy()
    for column in columns:
        if column.kind == "numeric" and frame[column.name].dtype.kind == "O":
            frame[column.name] = pd.to_numeric(frame[column.name], errors="coerce")
    return frame


def with_numbers(frame, columns):
    """The frame whose numeric columns hold numbers again where a single text made them texts in a file.

    Args:
        frame: DataFrame, as it was read.
        columns: of the table that is wanted.

    Example:
        >>> frame = pd.DataFrame({"age": ["31", "4O", None]}, dtype=object)
        >>> with_numbers(frame, [kit.inputs.columns.Numeric("age")])["age"].tolist()
        [31.0, '4O', None]
    """
    import pandas as pd

    mended = {}
    for column in columns:
        values = frame.get(column.name)
        if column.kind == "numeric" and values is not None and values.dtype.kind == "O":
            numbers = pd.to_numeric(values, errors="coerce")
            if numbers.notna().any() and (numbers.isna() & values.notna()).any():
                mended[column.name] = numbers.astype(object).where(numbers.notna(), values)
    return frame.assign(**mended)


def _in_order(found, task):
    """Names of target columns in the order in which a task names them, where it names the same ones."""
    named = tuple(map(str, getattr(task, "names", ())))
    return named if len(found) == len(named) and set(found) == set(named) else found


def target_of(raw, request):
    """(names of the target columns, a sentence that says why).

    Raises:
        KitError: if it is not said and not plain, or there is no such column.
    """
    names = list(raw.inputs.columns)
    if request.target is not None:
        wanted = request.target if isinstance(request.target, list | tuple) else [request.target]
        found = _in_order(tuple(column(name, raw.inputs) for name in wanted), request.task)
        return found, f"The target is {', '.join(map(repr, found))}, as you said."
    if raw.target:
        return tuple(raw.target), f"The target is {', '.join(map(repr, raw.target))}, as the source says."
    usual = [name for name in names if name.lower() in _USUAL_TARGETS]
    if len(usual) == 1:
        return (usual[0],), f"The target is {usual[0]!r}, by its name."
    raise KitError(
        f"Which column of {raw.name} is the target? Say --target NAME (target=NAME in Python), "
        f"for instance --target {names[-1]!r} or --target -1.\nColumns: {', '.join(names)}."
    )


def _values(value, frame):
    if value is None:
        return None
    if isinstance(value, str | int):
        return frame[column(value, frame)].to_numpy()
    return np.asarray(value)


def as_list(names):
    """One name as a list of it; several as they are."""
    return [names] if isinstance(names, str | int) else list(names)
