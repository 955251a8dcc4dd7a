"""Labels <-> targets. Labels are what the user has (names, numbers); targets are coded labels.

Every code is invertible and needs NumPy only. All faults of all rows come in one `DataError`.
"""

import dataclasses
import difflib
from collections.abc import Callable, Mapping

import numpy as np

from kit import maps, objects
from kit.errors import DataError, Fault
from kit.plain import scalar
from kit.registry import Registry

CODECS = Registry("label code")
_ROW_SUM = 1e-3  # how far the sum of a distribution may be from 1
_SHOWN = 10  # names listed in a message


@dataclasses.dataclass(frozen=True)
class Codec:
    """One way of coding labels as numbers.

    Args:
        name: its name in `kit.codecs.names()`.
        dtype: of the targets.
        layout: shape of the targets in words, such as "(N, C - 1)".
        shape: function of the names; the shape of one sample's targets.
        to_targets: function (labels, names, bounds, where) -> targets.
        to_labels: function (targets, names) -> list of labels.
    """

    name: str
    dtype: str
    layout: str
    shape: Callable
    to_targets: Callable
    to_labels: Callable

    def encode(self, labels, names, bounds=None, where=None):
        """Labels -> targets.

        Args:
            labels: one entry for each sample: a class name; a collection of label names; a
                number, or a row of numbers for several targets. Lists, arrays, pandas.
            names: tuple of classes, labels or targets.
            bounds: (low, high), or one such pair for each target; code "bounded" only.
            where: a name for each sample, for messages. Default: "row 0", "row 1", ...

        Returns:
            Array of `dtype`, (samples, *shape(names)); of maps of different sizes an object array of them.

        Raises:
            DataError: lists every label that cannot be coded, with its row.

        Example:
            >>> kit.codecs.get("cumulative").encode(["low", "high"], ("low", "mid", "high"))
            array([[0., 0.],
                   [1., 1.]], dtype=float32)
        """
        targets = self.to_targets(labels, tuple(names), bounds, where)
        return targets if targets.dtype == object else targets.astype(self.dtype)

    def decode(self, targets, names):
        """Targets -> list of labels: `encode` undone.

        Soft targets give their most probable name; several numeric targets give tuples.

        Example:
            >>> kit.codecs.get("sign").decode(np.array([[-1.0], [1.0]]), ("cat", "dog"))
            ['cat', 'dog']
        """
        return self.to_labels(np.asarray(targets), tuple(names))


def get(name):
    """The `Codec` called `name`.

    Raises:
        KitError: if there is none.
    """
    return CODECS.get(name)


def names():
    """Names of all codes, sorted."""
    return CODECS.names()


def _add(name, dtype, layout, shape, to_targets, to_labels):
    CODECS.register(name)(Codec(name, dtype, layout, shape, to_targets, to_labels))


# --- one class for each sample ---------------------------------------------------------------


def _indices(labels, names, where):
    """Index of each label among the names, int64 (N,)."""
    index = {name: position for position, name in enumerate(names)}
    labels = _as_list(labels)
    found = np.fromiter((_lookup(index, label) for label in labels), "int64", len(labels))
    wrong = np.flatnonzero(found < 0)
    if len(wrong):
        raise DataError([_stranger(labels[row], names, _at(where, row)) for row in wrong])
    return found


def _one_of_two(scale, shift):
    def to_targets(labels, names, bounds, where):
        if len(names) != 2:
            raise DataError([Fault("classes", f"{len(names)} of them", "two", f"Given: {_few(names)}")])
        return _indices(labels, names, where)[:, None] * scale + shift

    return to_targets


def _named(choose):
    def to_labels(targets, names):
        return [names[int(index)] for index in choose(targets)]

    return to_labels


def _integers(labels, names, bounds, where):
    return _indices(labels, names, where)


def _one_hot(labels, names, bounds, where):
    if not _is_table(labels):
        return np.eye(len(names))[_indices(labels, names, where)]
    rows = _numbers(labels, names, where)
    right = np.isin(rows, (0, 1)).all(axis=1) & (rows.sum(axis=1) == 1)
    _refuse_rows(right, rows, where, "one 1 and else 0", "Use loss 'kl' for soft labels.")
    return rows


def _cumulative(labels, names, bounds, where):
    return _indices(labels, names, where)[:, None] > np.arange(len(names) - 1)


def _distribution(labels, names, bounds, where):
    if not _is_table(labels):
        return np.eye(len(names))[_indices(labels, names, where)]
    rows = _numbers(labels, names, where, lambda rows: rows >= 0, "a share of at least 0")
    right = np.abs(rows.sum(axis=1) - 1) <= _ROW_SUM
    _refuse_rows(right, rows, where, "shares that sum to 1", "Divide the row by its sum.")
    return rows / rows.sum(axis=1, keepdims=True)


# --- any number of labels for each sample ----------------------------------------------------


def _multi_hot(labels, names, bounds, where):
    if hasattr(labels, "columns") or (isinstance(labels, np.ndarray) and labels.ndim == 2):
        return _numbers(labels, names, where, lambda rows: np.isin(rows, (0, 1)), "0 or 1")
    index = {name: position for position, name in enumerate(names)}
    targets, faults = np.zeros((len(labels), len(names))), []
    for row, sample in enumerate(_as_list(labels)):
        for label in _collection(sample):
            position = _lookup(index, label)
            if position < 0:
                faults.append(_stranger(label, names, _at(where, row)))
            else:
                targets[row, position] = 1
    if faults:
        raise DataError(faults)
    return targets


def _sets(targets, names):
    return [[name for name, has in zip(names, row, strict=True) if has > 0.5] for row in targets]


def _collection(sample):
    """One label alone, text or number, is a collection of one."""
    if isinstance(sample, (list, tuple, set, frozenset, np.ndarray)):
        return list(sample)
    return [sample]


# --- numbers ---------------------------------------------------------------------------------


def _values(accepts=None, expected=""):
    def to_targets(labels, names, bounds, where):
        return _numbers(labels, names, where, accepts, expected)

    return to_targets


def _bounded(labels, names, bounds, where):
    if bounds is None:
        raise DataError([Fault("bounds", "none", "(low, high), or one pair for each target")])
    pairs = np.broadcast_to(np.asarray(bounds, "float64"), (len(names), 2))
    low, high = pairs.T
    expected = "a number from " + " or ".join(f"{a:g} to {b:g}" for a, b in np.unique(pairs, axis=0))
    return _numbers(labels, names, where, lambda rows: (rows >= low) & (rows <= high), expected)


def _rows(targets, names):
    return targets[:, 0].tolist() if len(names) == 1 else [tuple(row) for row in targets.tolist()]


def _numbers(labels, names, where, accepts=None, expected=""):
    """Finite float64 (N, len(names)) in the order of the names, or every fault."""
    rows = _parsed(_in_order(labels, names))
    if rows.ndim == 1 and len(names) == 1:
        rows = rows[:, None]
    if rows.ndim != 2 or rows.shape[1] != len(names):
        expected = f"(samples, {len(names)}) for {_few(names)}"
        raise DataError([Fault("targets", f"shape {rows.shape}", expected)])
    numeric = np.abs(_floats(rows)) <= np.finfo("float32").max  # NaN compares false
    right = numeric & accepts(np.where(numeric, _floats(rows), 0)) if accepts else numeric
    faults = []
    for row, column in np.argwhere(~right):
        place = f", target '{names[column]}'" if len(names) > 1 else ""
        rule = expected if numeric[row, column] else "a finite number"
        faults.append(Fault(f"{_at(where, row)}{place}", repr(scalar(rows[row, column])), rule))
    if faults:
        raise DataError(faults)
    return _floats(rows)


def _in_order(labels, names):
    """Columns of a frame, or keys of a list of dicts, in the order of the names."""
    first = labels[0] if isinstance(labels, (list, tuple)) and len(labels) else None
    if isinstance(first, Mapping):
        return [[row.get(name) for name in names] for row in labels]
    if not hasattr(labels, "columns"):
        return labels
    lost = [name for name in names if name not in labels.columns]
    if lost:
        raise DataError([Fault(f"column '{name}'", "missing", f"columns {_few(names)}") for name in lost])
    return labels[list(names)].to_numpy()


def _parsed(labels):
    """float64 where every entry is a number, else the entries themselves."""
    try:
        return np.asarray(labels, "float64")
    except (TypeError, ValueError):
        return np.array(_as_list(labels), dtype=object)


def _floats(rows):
    return rows if rows.dtype == "float64" else np.vectorize(_float, otypes=["float64"])(rows)


def _float(value):
    try:
        return float(value)
    except (TypeError, ValueError):
        return np.nan


# --- shared ----------------------------------------------------------------------------------


def _as_list(labels):
    """Python values, one for each sample; a single column is flattened."""
    if hasattr(labels, "to_numpy"):
        labels = labels.to_numpy()
    if isinstance(labels, np.ndarray):
        return (labels[:, 0] if labels.ndim == 2 and labels.shape[1] == 1 else labels).tolist()
    return list(labels)


def _is_table(labels):
    """Is each label a row of numbers, not a name?"""
    if hasattr(labels, "columns"):
        return len(labels.columns) > 1
    if isinstance(labels, np.ndarray):
        return labels.ndim == 2 and labels.shape[1] > 1
    return len(labels) > 0 and isinstance(labels[0], (list, tuple, np.ndarray, Mapping))


def _lookup(index, label):
    try:
        return index.get(label, -1)
    except TypeError:  # not hashable, so not a name
        return -1


def _stranger(label, names, place):
    """The fault of a label that is not among the names."""
    if _missing(label):
        return Fault(place, "no label", _few(names), "Label the sample or leave it out.")
    near = difflib.get_close_matches(str(label), map(str, names[:1000]), n=1)
    return Fault(place, f"label {label!r}", _few(names), f"Did you mean '{near[0]}'?" if near else "")


def _missing(label):
    kind = type(label).__name__
    return label is None or kind in ("NAType", "NaTType") or (isinstance(label, float) and label != label)


def _refuse_rows(right, rows, where, expected, cure):
    wrong = np.flatnonzero(~right)
    if len(wrong):
        shown = [" ".join(f"{value:g}" for value in rows[row, :_SHOWN]) for row in wrong]
        places = [_at(where, row) for row in wrong]
        raise DataError(
            [Fault(place, found, expected, cure) for place, found in zip(places, shown, strict=True)]
        )


def _few(names):
    more = f", ... ({len(names)} names)" if len(names) > _SHOWN else ""
    return ", ".join(map(str, names[:_SHOWN])) + more


def _at(where, row):
    return f"row {row}" if where is None else str(where[row])


def _argmax(targets):
    return targets.argmax(axis=-1)


def _one(names):
    return (1,)


def _each(names):
    return (len(names),)


def _whole(rows):
    return (rows >= 0) & (rows == np.round(rows))


_add("indicator", "float32", "(N, 1)", _one, _one_of_two(1, 0), _named(lambda targets: targets[:, 0] > 0.5))
_add("sign", "float32", "(N, 1)", _one, _one_of_two(2, -1), _named(lambda targets: targets[:, 0] > 0))
_add("integer", "int32", "(N,)", lambda names: (), _integers, _named(lambda targets: targets))
_add("one_hot", "float32", "(N, C)", _each, _one_hot, _named(_argmax))
_add("distribution", "float32", "(N, C)", _each, _distribution, _named(_argmax))
_add(
    "cumulative",
    "float32",
    "(N, C - 1)",
    lambda names: (len(names) - 1,),
    _cumulative,
    _named(lambda targets: (targets > 0.5).sum(axis=-1)),
)
_add("index_map", "uint8", "(N, H, W)", lambda names: (None, None), maps.index_maps, maps.as_list)
_add("masks", "uint8", "(N, H, W, L)", lambda names: (None, None, len(names)), maps.label_maps, maps.as_list)
_add("image", "float32", "(N, H, W, C)", lambda names: (None, None, None), maps.pictures, maps.as_list)
_add("boxes", "float32", "(N, M, 5)", lambda names: (None, 5), objects.targets, objects.labels)
_add("multi_hot", "float32", "(N, L)", _each, _multi_hot, _sets)
_add("values", "float32", "(N, T)", _each, _values(), _rows)
_add("counts", "float32", "(N, T)", _each, _values(_whole, "a whole number of at least 0"), _rows)
_add("positive", "float32", "(N, T)", _each, _values(lambda rows: rows >= 0, "a number of at least 0"), _rows)
_add("bounded", "float32", "(N, T)", _each, _bounded, _rows)
