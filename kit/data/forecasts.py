"""Forecasts: from a table of values in time order to windows and what follows them."""

import dataclasses

import numpy as np

from kit.data import tables
from kit.data.raw import PARTS, Raw
from kit.data.spacing import season_of, uneven
from kit.errors import DataError, Fault, KitError
from kit.inputs import values as reading
from kit.inputs.findings import in_rows
from kit.inputs.series import Series
from kit.tasks.forecasting import Forecasting

SHARES = (0.7, 0.15, 0.15)  # of the steps of each series, in time order
_SHORTEST = 16  # steps of a window that nobody asked for
_MOST = 100_000  # windows of one series; of longer ones not every step begins one
_TIMES = ("time", "date", "datetime", "timestamp", "month", "day", "hour", "step", "t")


def windowed(raw, request):
    """Samples of a table whose rows are steps: windows, each with the values that follow it.

    A window belongs to the part in which all values lie that are to be forecast from it. What it sees may
    reach back into the part before, as it does when the model is used; no value is forecast in two parts.

    Args:
        raw: a `Raw` of a table.
        request: what the user asked for; its task is a `Forecasting` or the name of it.

    Returns:
        (`Raw` of series with labels and parts, the request with the task and the input that fit).

    Raises:
        KitError: if a column is unknown, or the one to forecast is not said and not plain.
        DataError: if times are missing or there twice, or there are too few steps.
    """
    if not raw.is_table:
        raise KitError(
            f"{raw.name} is no table of values in time order. Forecasting reads tables and arrays."
        )
    task = request.task if isinstance(request.task, Forecasting) else Forecasting()
    asked = request.input or Series()
    if not isinstance(asked, Series):
        raise KitError(f"A forecast is made from a Series; {raw.name} cannot be read as {asked.describe()}.")
    table = read(raw, request, task, asked.columns)
    task = dataclasses.replace(task, targets=table.columns[:1], season=_season(task, table, raw.notes))
    longest = max(len(each.values) for each in table.series)
    input = _input(asked, task, table, longest)
    found = _windows(table, input.length, task.horizon, raw)
    if task.naive_error is None:
        task = dataclasses.replace(task, naive_error=_naive_error(table, task.season))
    plain = {"target": None, "groups": None, "time": None, "ignore": ()}
    return found, dataclasses.replace(request, task=task, input=input, **plain)


@dataclasses.dataclass(frozen=True)
class Steps:
    """One series in time order.

    Args:
        name: what it is called; empty where there is one.
        values: (steps, channels), the column to forecast first, NaN where missing.
        times: what each step is called.
        parts: (steps,) number of the part of each step; None if the source has no parts.
        days: (steps,) moments as numbers, in days where they are dates; None if there is no time.
    """

    name: str
    values: np.ndarray
    times: list
    parts: np.ndarray | None
    days: np.ndarray | None


@dataclasses.dataclass(frozen=True)
class Found:
    """The series of a table.

    Args:
        columns: names of the channels, the one to forecast first.
        series: a list of `Steps`.
        dated: whether times are dates.
    """

    columns: tuple
    series: list
    dated: bool


def read(raw, request, task=None, columns=()):
    """The series of a table in time order.

    Args:
        raw: a `Raw` of a table; notes and issues are added to it.
        request: names the columns that are known.
        task: the `Forecasting`, whose target counts where the request names none.
        columns: names of the channels where they are known; the first is to be forecast.

    Returns:
        `Found`.

    Raises:
        KitError, DataError: as `windowed`.
    """
    frame, ignored = raw.inputs, [tables.column(name, raw.inputs) for name in tables.as_list(request.ignore)]
    by = None if request.groups is None else tables.column(request.groups, frame)
    time = _time(frame, request, raw, {*ignored, by})
    left = [name for name in frame.columns if name not in {*ignored, by, time}]
    columns = tuple(columns) or _channels(raw, request, task, left)
    lost = [name for name in columns if name not in frame.columns]
    if lost:
        found = ", ".join(map(repr, frame.columns))
        raise DataError([Fault(f"column {name!r}", "missing", cure=f"There are: {found}.") for name in lost])
    values = _values(frame, columns, raw)
    moments = None if time is None else tables.moments(frame[time].to_numpy(), raw.names)
    names = np.full(len(frame), "") if by is None else frame[by].astype(str).to_numpy()
    labels = raw.names if time is None else frame[time].astype(str).tolist()
    parts = _part_of(raw)
    series = [
        _steps(name, np.flatnonzero(names == name), values, moments, labels, parts)
        for name in dict.fromkeys(names.tolist())
    ]
    _check_times(series, raw)
    return Found(columns, series, time is not None and _is_dated(frame[time]))


def _steps(name, rows, values, moments, labels, parts):
    order = rows if moments is None else rows[np.argsort(moments[rows], kind="stable")]
    return Steps(
        name,
        values[order],
        [labels[row] for row in order],
        None if parts is None else parts[order],
        None if moments is None else moments[order],
    )


def _time(frame, request, raw, taken):
    """The column of times: as asked, else the only one of dates, or one that is called so."""
    if request.time is not None:
        return tables.column(request.time, frame)
    free = [name for name in frame.columns if name not in taken]
    found = [name for name in free if _is_dated(frame[name])] or [
        name for name in free if name.lower() in _TIMES and frame[name].dtype.kind in "iuf"
    ]
    if not found:
        raw.notes.append("No column of times was found: rows are taken for steps in time order.")
        return None
    raw.notes.append(f"Column {found[0]!r} holds the times; rows are put in its order.")
    return found[0]


def _is_dated(column):
    values = column.to_numpy()
    if values.dtype.kind == "M":
        return True
    there = values[reading.present(values)] if values.dtype.kind == "O" else values[:0]
    return bool(len(there)) and not reading.days(there)[1]


def _channels(raw, request, task, left):
    """Names of the channels, the one to forecast first."""
    frame = raw.inputs
    numeric = [name for name in left if frame[name].dtype.kind in "iuf"]
    if request.target is not None:
        target = tables.column(request.target, frame)
    elif task is not None and task.targets[0] in left:
        target = task.targets[0]
    elif len(numeric) == 1:
        target = numeric[0]
    else:
        target = tables.target_of(raw, request)[0][0]
    others = [name for name in numeric if name != target]
    words = [name for name in left if name not in {target, *numeric}]
    raw.notes.append(f"Column {target!r} is forecast{_from(others)}.")
    raw.notes += [f"Column {name!r} is left out: it holds no numbers." for name in words]
    return (target, *others)


def _from(others):
    return (
        f" from its own past and that of {', '.join(map(repr, others))}" if others else " from its own past"
    )


def _values(frame, columns, raw):
    """float64 (rows, channels), NaN where missing.

    Raises:
        DataError: names the rows that hold no finite number.
    """
    found, faults = [], []
    for name in columns:
        numbers, problems = reading.numbers(frame[name].to_numpy())
        faults += [
            Fault(f"column {name!r}, {in_rows(p.rows, raw.names)}", p.found, p.expected) for p in problems
        ]
        found.append(numbers)
    if faults:
        raise DataError(faults)
    return np.stack(found, axis=1)


def _part_of(raw):
    """(rows,) number of the part of each row, -1 for none; None if the source has no parts."""
    if raw.parts is None:
        return None
    found = np.full(len(raw), -1)
    for number, part in enumerate(PARTS):
        found[raw.parts.get(part, [])] = number
    return found


def _check_times(series, raw):
    """Refuses a time that is there twice in a series; says where steps are uneven."""
    faults = []
    for each in series:
        if each.days is None:
            continue
        again = np.flatnonzero(np.diff(each.days) == 0)
        if len(again):
            place = f"{each.name}, " * bool(each.name) + f"time {each.times[again[0]]}"
            cure = "Name the column that tells series apart: groups (--groups NAME)."
            faults.append(
                Fault(place, f"there twice, as are {len(again) - 1} others", "each time once", cure)
            )
        elif (gaps := uneven(each.days)) is not None:
            raw.issues.append(Fault(each.name or "times", gaps, "even steps", "They are taken for even."))
    if faults:
        raise DataError(faults)


def _season(task, table, notes):
    """The season that is asked for, else that of the usual distance between dates, else 1."""
    if task.season is not None:
        return task.season
    days = next((each.days for each in table.series if each.days is not None), None)
    season, why = season_of(days) if table.dated and days is not None else (1, "")
    notes.append(
        f"The season is {season} steps, as {why}; season=... says otherwise."
        if season > 1
        else "No season is assumed; season=... says otherwise."
    )
    return season


def _input(asked, task, table, longest):
    """The `Series` of one window."""
    usual = max(_SHORTEST, 2 * task.season, 2 * task.horizon)
    length = asked.length or max(1, min(usual, longest // 4))
    return dataclasses.replace(
        asked, length=length, channels=len(table.columns), columns=table.columns, variable=False, tail=True
    )


def _windows(table, length, horizon, raw):
    """The windows of all series as a `Raw`, those without a full target left out."""
    windows, labels, parts, names = [], [], [], []
    for each in table.series:
        if len(each.values) < length + horizon:
            continue
        part_of = _in_order(each, raw)
        starts = np.arange(length, len(each.values) - horizon + 1)
        starts = starts[(part_of[starts] >= 0) & (part_of[starts] == part_of[starts + horizon - 1])]
        starts = starts[:: -(-len(starts) // _MOST) or 1]
        ahead = np.stack([each.values[starts + step, 0] for step in range(horizon)], axis=1)
        seen = np.lib.stride_tricks.sliding_window_view(each.values, length, axis=0).transpose(0, 2, 1)
        good = ~np.isnan(ahead).any(axis=1)
        good &= ~np.isnan(seen[starts - length][:, :, 0]).all(axis=1)
        starts = starts[good]
        windows.append(seen[starts - length])
        labels.append(ahead[good])
        parts.append(part_of[starts])
        names += [f"{each.name}, " * bool(each.name) + each.times[start] for start in starts]
    numbers = np.concatenate(parts or [np.zeros(0, int)])
    _check_parts(numbers, table, length, horizon, raw)
    notes = [
        *raw.notes,
        f"Windows of {length} steps, each with the {horizon} after it: {len(numbers)}. A window belongs "
        "to the part in which all lies that is to be forecast from it: no value is forecast in two parts.",
    ]
    found = Raw(raw.name, np.concatenate(windows), np.concatenate(labels), names, notes=notes)
    found.parts = {part: np.flatnonzero(numbers == number) for number, part in enumerate(PARTS)}
    found.series, found.issues, found.target = True, raw.issues, table.columns[:1]
    return found


def _in_order(each, raw):
    """(steps,) number of the part of each step: the source's own if they follow in time, else by shares."""
    count = len(each.values)
    if each.parts is not None and (np.diff(each.parts[each.parts >= 0]) >= 0).all():
        return each.parts
    if each.parts is not None:
        raw.notes.append("The parts of the source do not follow one another in time, so they are not used.")
    return np.searchsorted(np.cumsum(SHARES)[:-1] * count, np.arange(count), side="right")


def _check_parts(numbers, table, length, horizon, raw):
    """Refuses series that leave a part without a window."""
    empty = [part for number, part in enumerate(PARTS) if not (numbers == number).any()]
    if empty:
        steps = sum(len(each.values) for each in table.series)
        raise DataError(
            [
                Fault(
                    f"{raw.name}, {empty[0]} part",
                    f"no window of {length} steps with {horizon} after it in {steps} steps",
                    "at least 1",
                    "Give more steps, or a smaller horizon or length.",
                )
            ]
        )


def _naive_error(table, season):
    """Mean absolute error of the value a season ago on the training part; None where it is 0 or unknown."""
    errors = []
    for each in table.series:
        count = int(SHARES[0] * len(each.values)) if each.parts is None else int((each.parts == 0).sum())
        first = each.values[:count, 0]
        errors.append(np.abs(first[season:] - first[:-season]))
    errors = np.concatenate(errors)
    errors = errors[~np.isnan(errors)]
    return float(errors.mean()) if len(errors) and errors.mean() > 0 else None
