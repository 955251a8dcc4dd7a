"""Leaks: single columns that give the target away."""

import shlex

import numpy as np

from kit.errors import Fault
from kit.inputs import values as reading

_ROWS_A_VALUE = 5  # with fewer rows a value, every column tells the rows apart
_STRAIGHT = 1 - 1e-9  # correlation from which one number is another in other units


def give_away(frame, labels, target):
    """Issues: columns of which each value goes with one label, or that are the target in other units.

    Text and booleans are looked at as they are; numbers only where they have no more values than
    the target, as codes of classes do. Columns with few rows a value, such as identifiers, tell
    rows apart and are not meant.

    Args:
        frame: DataFrame of the inputs.
        labels: (N,) class names or numbers.
        target: what the target is called.

    Example:
        >>> alive = ["no", "yes"] * 10
        >>> issue = give_away(pd.DataFrame({"alive": alive}), np.array([0, 1] * 10), "survived")[0]
        >>> print(issue.found)
        gives 'survived' away (each of its 2 values goes with one label)
    """
    codes, names = _codes(labels)
    issues = []
    for name in frame.columns:
        values = frame[name].to_numpy()
        why = _why(values, labels, codes, len(names))
        if why:
            found = f"gives {target!r} away ({why})"
            cure = f"If it is not known before the target is, ignore it: --ignore {shlex.quote(name)}"
            issues.append(Fault(f"column {name!r}", found, cure=cure))
    return issues


def _why(values, labels, codes, count):
    numeric = values.dtype.kind in "uif"
    if numeric and labels.dtype.kind in "uif" and _straight(values, labels):
        return "it is the target in other units"
    own, distinct = _codes(values)
    if len(distinct) < 2 or len(distinct) * _ROWS_A_VALUE > len(values):
        return None
    if numeric and len(distinct) > count:
        return None
    pairs = len(np.unique(own * np.int64(count) + codes))
    return f"each of its {len(distinct)} values goes with one label" if pairs == len(distinct) else None


def _codes(values):
    """(number of the distinct value of each row, the distinct values); missing is one value."""
    cleaned = ["" if reading.is_missing(value) else value for value in values.tolist()]
    distinct = {value: i for i, value in enumerate(dict.fromkeys(cleaned))}
    return np.array([distinct[value] for value in cleaned], "int64"), list(distinct)


def _straight(values, labels):
    values, labels = values.astype("float64"), labels.astype("float64")
    there = np.isfinite(values) & np.isfinite(labels)
    if there.sum() < 2 * _ROWS_A_VALUE or values[there].std() == 0 or labels[there].std() == 0:
        return False
    return abs(np.corrcoef(values[there], labels[there])[0, 1]) > _STRAIGHT
