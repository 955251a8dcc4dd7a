"""Values of one column -> clean NumPy arrays, and what is wrong with them.

Nothing is guessed: text in a column of numbers is a problem, not a number. Missing are None,
NaN, NaT, pandas' NA and empty text.
"""

import collections
import dataclasses
import datetime

import numpy as np

from kit.plain import scalar

LARGEST = float(np.finfo("float32").max)


@dataclasses.dataclass(frozen=True)
class Problem:
    """What is wrong with some values of a column.

    Args:
        rows: 0-based rows.
        found: what is there.
        expected: what would be right.
        schema: whether the values are of another kind than the column's.
    """

    rows: np.ndarray
    found: str
    expected: str
    schema: bool = True


def is_missing(value):
    """Whether a single value stands for no value.

    Example:
        >>> [is_missing(value) for value in (None, float("nan"), pd.NaT, pd.NA, "", 0, False)]
        [True, True, True, True, True, False, False]
    """
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, str):
        return value == ""
    if isinstance(value, np.datetime64):
        return bool(np.isnat(value))
    return isinstance(value, float | np.floating) and value != value


def present(values):
    """(N,) array: whether each value of an (N,) array is there.

    Example:
        >>> present(np.array(["a", None, ""], object))
        array([ True, False, False])
    """
    if values.dtype.kind in "biu":
        return np.ones(len(values), bool)
    if values.dtype.kind in "fM":
        return ~np.isnan(values) if values.dtype.kind == "f" else ~np.isnat(values)
    return ~np.array([is_missing(value) for value in values.tolist()], bool)


def counts(items):
    """How often each item occurs, as a dict."""
    return dict(collections.Counter(items))


def numbers(values):
    """Values -> (float64 (N,), NaN where missing; problems: text, and numbers that are not finite)."""
    if values.dtype.kind in "buif":
        return _finite(values.astype("float64"))
    if values.dtype.kind in "mM":  # their numbers would depend on the unit that they are stored in
        problem = Problem(np.arange(len(values)), f"{values.dtype} values", "numbers")
        return np.full(len(values), np.nan), [problem]
    return _converted(values, _number, "numbers")


def booleans(values):
    """Values -> (float64 (N,) of 1, 0 and NaN where missing; problems: everything else)."""
    array, problems = _converted(values.astype(object), _boolean, "True or False")
    return array, problems


def days(values):
    """Dates -> (float64 (N,) days since 1970-01-01, NaN where missing; problems: no dates)."""
    if values.dtype.kind == "M":
        milliseconds = values.astype("datetime64[ms]")
        numbers = milliseconds.astype("int64") / 86_400_000
        return np.where(np.isnat(milliseconds), np.nan, numbers), []
    return _converted(values.astype(object), _day, "dates such as 2024-12-31")


def names(values, levels):
    """Values -> (list of names, None where missing or at fault; problems: names unlike the levels)."""
    cleaned = [None if is_missing(value) else scalar(value) for value in values.tolist()]
    kinds = {_kind(level) for level in levels} or {"text", "numbers"}
    wrong = [i for i, name in enumerate(cleaned) if name is not None and _kind(name) not in kinds]
    if not wrong:
        return cleaned, []
    expected = " or ".join(sorted(kinds)) + (f" such as {levels[0]!r}" if levels else "")
    problem = Problem(np.array(wrong), _examples(values, wrong), expected)
    for row in wrong:
        cleaned[row] = None
    return cleaned, [problem]


def _kind(value):
    return "text" if isinstance(value, str) else "numbers" if isinstance(value, int | float) else "values"


def _converted(values, convert, expected):
    """Each value by itself: NaN where missing or where `convert` refuses it with a ValueError."""
    array, wrong = np.full(len(values), np.nan), []
    for row, value in enumerate(values.tolist()):
        if is_missing(value):
            continue
        try:
            array[row] = convert(value)
        except (ValueError, TypeError, OverflowError):  # whole numbers and dates that nothing holds
            wrong.append(row)
    array, problems = _finite(array)
    if wrong:
        problems = [Problem(np.array(wrong), _examples(values, wrong), expected), *problems]
    return array, problems


def _finite(array):
    bad = np.flatnonzero(np.abs(array) > LARGEST)
    if not len(bad):
        return array, []
    found = "infinite" if np.isinf(array[bad]).all() else "infinite or beyond 3.4e38"
    array = array.copy()
    array[bad] = np.nan
    return array, [Problem(bad, found, "finite numbers", schema=False)]


def _number(value):
    if isinstance(value, str | bytes | datetime.date):
        raise ValueError
    return float(value)


def _boolean(value):
    if isinstance(value, bool | int | float) and value in (0, 1):
        return float(value)
    raise ValueError


def _day(value):
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        value = value.astimezone(datetime.UTC).replace(tzinfo=None)
    if isinstance(value, str):
        value = _iso(value)
    elif not isinstance(value, datetime.date | np.datetime64):
        raise ValueError
    return np.datetime64(value, "ms").astype("int64") / 86_400_000


def _iso(text):
    """ISO 8601 text, also with / for -, a space for T, and year and month alone."""
    text = text.strip().replace("/", "-")
    if len(text) < 7 or not text[:4].isdigit():
        raise ValueError
    if len(text) == 7:
        return datetime.date.fromisoformat(f"{text}-01")
    date = datetime.datetime.fromisoformat(text)
    return date.astimezone(datetime.UTC).replace(tzinfo=None) if date.tzinfo else date


def _examples(values, rows):
    shown = ", ".join(repr(values[row])[:40] for row in rows[:3])
    return f"{shown}{', ...' if len(rows) > 3 else ''}"
