"""Series: from arrays, files and frames as they were found to samples of numbers step after step."""

import dataclasses
import hashlib

import numpy as np

from kit.data import tables
from kit.data.raw import rows_of
from kit.data.readers import Request
from kit.errors import DataError, Fault, KitError
from kit.inputs.findings import Finding, in_rows, raise_if_any
from kit.inputs.series import Series
from kit.inputs.values import is_missing
from kit.plain import scalar


def fits(raw, request):
    """Whether what was found is series, or a table that the user wants to be read as series."""
    return raw.series or (raw.is_table and isinstance(request.input, Series))


def take_out(raw, request):
    """Brings `raw` to one array (steps, channels) a series, with groups and times of series, in place.

    Raises:
        KitError: if a column is named of a source that has none, or is unknown.
        DataError: if the rows of one series have several labels.
    """
    if raw.is_table:
        _from_frame(raw, request)
        return
    named = {"target": request.target, "groups": request.groups, "time": request.time}
    wrong = [name for name, value in named.items() if isinstance(value, str)] + ["ignore"] * bool(
        request.ignore
    )
    if wrong:
        raise KitError(f"{wrong[0]} names a column of a table, and {raw.name} holds series. Leave it out.")
    raw.groups, raw.times = (None if v is None else np.asarray(v) for v in (request.groups, request.time))


def to_predict(raw, series, settings):
    """(names, series) of what was found, for a model that takes `series`; labels are left aside.

    Args:
        raw: a `Raw` of series or of a table.
        series: the `Series` that the model takes.
        settings: of the training: "target", "groups", "time" and "ignore" name columns, where they are there.

    Returns:
        (a name each, or "" for the one series of a file; a list of arrays (steps, channels)).

    Raises:
        KitError: if the source holds neither.
    """
    if raw.series:
        return raw.names, list(raw.inputs)
    if not raw.is_table:
        raise KitError(f"{raw.name} holds no series, and the model takes {series.describe()}.")
    said = {name: settings.get(name) for name in ("groups", "time")}
    if series.tail:
        from kit.data import forecasts

        found = forecasts.read(raw, Request(raw.name, **said), None, series.columns).series
        return [each.name for each in found], [each.values for each in found]
    columns = list(raw.inputs.columns)
    aside = [
        name for name in (settings.get("target"), *(settings.get("ignore") or ())) if str(name) in columns
    ]
    raw.labels = np.zeros(len(raw))
    _from_frame(raw, Request(raw.name, input=series, ignore=tuple(aside), **said))
    raise_if_any(raw.findings)
    return raw.names, list(raw.inputs)


def described(raw, request):
    """The `Series` that fit, not fitted; `raw` gets what was found in them.

    Raises:
        KitError: if the input that the user gave is not for series.
    """
    asked = request.input or raw.input or Series()
    if not isinstance(asked, Series):
        raise KitError(f"{raw.name} holds series and cannot be read as {asked.describe()}.")
    series = asked if asked.is_fitted else _sized(asked, raw)
    raw.findings += series.encoded(raw.inputs, raw.names)[1]
    return series


def fitted(series, raw, rows):
    """The series with the statistics of these rows."""
    return series.fitted(rows_of(raw.inputs, rows))


def divided(raw, rows):
    """(series of these rows, None: they are encoded when asked for)."""
    return rows_of(raw.inputs, rows), None


def keys(raw):
    """One number (uint64) a series, equal where all values are."""
    digests = [
        hashlib.sha256(f"{np.shape(one)}".encode() + np.ascontiguousarray(one).tobytes())
        for one in raw.inputs
    ]
    return np.array([int.from_bytes(digest.digest()[:8], "little") for digest in digests], "uint64")


def ragged(arrays):
    """Arrays of several lengths as an object array (N,) of them.

    Example:
        >>> ragged([np.zeros((2, 1)), np.zeros((3, 1))]).shape
        (2,)
    """
    found = np.empty(len(arrays), object)
    for place, array in enumerate(arrays):
        found[place] = array
    return found


def _sized(asked, raw):
    """The series with the length and the channels of all parts: they decide shapes, and tell nothing else."""
    lengths = [len(one) for one in raw.inputs]
    widths = [one.shape[1] for one in raw.inputs]
    longest, shortest = max(lengths, default=1), min((n for n in lengths if n), default=1)
    length = asked.length or longest
    channels = asked.channels or len(asked.columns) or max(set(widths), key=widths.count, default=1)
    if asked.length is None and shortest < longest:
        raw.notes.append(
            f"Series have {shortest} to {longest} steps; shorter ones are padded at their end, and a mask "
            "keeps the padding out of every layer."
        )
    variable = asked.variable or (not asked.tail and shortest < length)
    return dataclasses.replace(asked, length=length, channels=channels, variable=variable)


def _from_frame(raw, request):
    """A table of series: a row each, or with `groups` a row a step."""
    if raw.parts is not None and request.groups is not None:
        raw.notes.append("The parts of the table are of rows, not of series; they are drawn anew.")
        raw.parts = None
    if request.groups is None:
        _wide(raw, request)
    else:
        _long(raw, request)
    raw.series, raw.groups = True, None


def _wide(raw, request):
    """A row a series: all columns but the target are its steps, in their order."""
    tables.take_out(raw, dataclasses.replace(request, time=None))
    steps = _numbers(raw.inputs, raw)
    raw.notes.append(f"Each row is a series; its {steps.shape[1]} columns are its steps.")
    raw.inputs = ragged([ended(row)[:, None] for row in steps])
    raw.times = None


def _long(raw, request):
    """A row a step: rows of one group are one series, in the order of `time` or as they come."""
    frame, names = raw.inputs, list(raw.inputs.columns)
    by = tables.column(request.groups, frame) if isinstance(request.groups, str | int) else None
    groups = frame[by].to_numpy() if by else np.asarray(request.groups)
    time = None if request.time is None else tables.column(request.time, frame)
    moments = np.arange(len(frame)) if time is None else tables.moments(frame[time].to_numpy(), raw.names)
    target, ignored = _label_columns(raw, request, frame)
    left = [name for name in names if name not in {by, time, *target, *ignored}]
    left = list(request.input.columns) or left
    values = _numbers(frame[left], raw)
    rows = {}
    for row in np.argsort(moments, kind="stable").tolist():
        rows.setdefault(scalar(groups[row]), []).append(row)
    order = sorted(rows, key=lambda name: min(rows[name]))
    raw.labels = _labels(frame, target, rows, order, raw)
    raw.inputs = ragged([values[rows[name]] for name in order])
    raw.names, raw.target = [str(name) for name in order], tuple(target)
    raw.notes.append(f"Rows of one {by or 'group'} are a series; its channels: {', '.join(map(str, left))}.")


def _label_columns(raw, request, frame):
    """(names of the target's columns, names of ignored ones)."""
    ignored = [tables.column(name, frame) for name in tables.as_list(request.ignore)]
    if raw.labels is not None:
        return (), ignored
    found, why = tables.target_of(raw, request)
    raw.notes.append(why)
    return found, ignored


def _labels(frame, target, rows, order, raw):
    """The label of each series, which all of its rows must share.

    Raises:
        DataError: names the series whose rows have several.
    """
    if not target:
        return raw.labels
    columns = frame[list(target)].to_numpy()
    found, faults = [], []
    for name in order:
        each = columns[rows[name]]
        if any(not _same(each[0], other) for other in each[1:]):
            faults.append(
                Fault(f"series {name!r}", f"several values of {target[0]!r}", "the same in each of its rows")
            )
        found.append(each[0])
    if faults:
        raise DataError(faults)
    labels = np.array(found)
    return labels[:, 0] if len(target) == 1 else labels


def _same(one, other):
    return all(a == b or (is_missing(a) and is_missing(b)) for a, b in zip(one, other, strict=True))


def _numbers(frame, raw):
    """The columns of a frame as float64 (rows, columns); text in them is a finding.

    Raises:
        DataError: if no column is left.
    """
    import pandas as pd

    if not len(frame.columns):
        raise DataError([Fault(raw.name, "no column of numbers is left", "the values of the series")])
    columns = []
    for name in frame.columns:
        numbers = pd.to_numeric(frame[name], errors="coerce").to_numpy("float64", na_value=np.nan)
        wrong = np.flatnonzero(
            np.isnan(numbers) & ~np.array([is_missing(v) for v in frame[name].tolist()], bool)
        )
        if len(wrong):
            where = f"column {name!r}, {in_rows(wrong, raw.names)}"
            found = Fault(
                where, repr(frame[name].iloc[wrong[0]])[:40], "a number", "Ignore the column, or mend it."
            )
            raw.findings.append(Finding(found, tuple(wrong.tolist()), schema=True))
        columns.append(numbers)
    return np.stack(columns, axis=1)


def ended(row):
    """A series (steps,) without the missing values after its last one.

    Example:
        >>> ended(np.array([np.nan, 1.0, np.nan]))
        array([nan,  1.])
    """
    there = np.flatnonzero(~np.isnan(row))
    return row[: there[-1] + 1] if len(there) else row[:0]
