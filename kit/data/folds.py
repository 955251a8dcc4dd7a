"""Folds: training and validation samples that take turns as the validation part."""

import dataclasses
import hashlib

import numpy as np

from kit.data import split
from kit.data.samples import Samples
from kit.errors import DataError


def folded(data, fold, folds, seed=0):
    """The data whose validation part is one of `folds` equal parts; the test part stays out of it.

    Classes are spread over the folds in equal shares, identical samples stay together, and what the
    input and the task know of the training part is measured anew on that of the fold.

    Args:
        data: a `Data` whose samples are independent: groups and times are not known here.
        fold: which one, from 0.
        folds: how many, at least 2.
        seed: the same seed gives the same folds.

    Raises:
        DataError: if there are fewer different samples than folds.

    Example:
        >>> data = kit.load_data("wine")
        >>> parts = [folded(data, fold, 5).validation for fold in range(5)]
        >>> sum(map(len, parts)) == len(data.train) + len(data.validation)
        True
    """
    every, rows = _cut(data, folds, seed)
    train = every.subset(np.concatenate([rows[other] for other in range(folds) if other != fold]))
    return _renewed(data, train, every.subset(rows[fold]), data.test)


def rotated(data, folds, seed=0):
    """For each fold in turn (the data of which it is the test part, the places of its samples).

    The next fold is the validation part, and the others are the training part; places count through the
    training and then the validation samples of `data`.

    Args:
        data, folds, seed: as in `folded`; at least 3 folds.

    Example:
        >>> data = kit.load_data("wine")
        >>> [len(each.test) == len(rows) for each, rows in rotated(data, 4)]
        [True, True, True, True]
    """
    every, rows = _cut(data, folds, seed)
    for fold in range(folds):
        held, after = rows[fold], rows[(fold + 1) % folds]
        others = [each for each in rows if each is not held and each is not after]
        parts = (every.subset(places) for places in (np.concatenate(others), after, held))
        yield _renewed(data, *parts), held


def _cut(data, folds, seed):
    """(training and validation samples as one, the places of each fold in it)."""
    every = joined([part for part in (data.train, data.validation) if part is not None])
    keys, classes = _keys(every.encoded), _classes(every)
    return every, split.folds(len(every), folds, keys=keys, classes=classes, seed=seed)


def _renewed(data, train, validation, test):
    """The data in these parts, with what input and task know of the training part."""
    is_picture = data.input.rank == 4
    input = _pictured(data.input, train) if is_picture else data.input.fitted(train.inputs)
    fields = {"input": input, "task": data.task.fitted(train.labels)}
    stale = {} if is_picture else {"encoded": None}
    parts = {"train": train, "validation": validation, "test": test}
    renewed = {name: part and dataclasses.replace(part, **fields, **stale) for name, part in parts.items()}
    return dataclasses.replace(data, **fields, **renewed)


def joined(parts):
    """The samples of several parts as one.

    Args:
        parts: `Samples` of one input and task, at least one.
    """
    first = parts[0]
    fields = {name: _rows([getattr(part, name) for part in parts]) for name in ("inputs", "labels", "names")}
    for part in parts:
        part.arrays()  # decoded once, before the folds share it
    encoded = _rows([part.encoded for part in parts])
    sizes = None if first.sizes is None else _rows([part.sizes for part in parts])
    ignored = None if first.ignored is None else _rows([part.ignored for part in parts])
    known = {"encoded": encoded, "sizes": sizes, "ignored": ignored}
    return Samples(**fields, input=first.input, task=first.task, **known)


def _rows(pieces):
    """DataFrames, arrays, dicts of arrays or lists, one after the other."""
    first = pieces[0]
    if hasattr(first, "iloc"):
        import pandas as pd

        return pd.concat(pieces, ignore_index=True)
    if isinstance(first, dict):
        return {name: np.concatenate([piece[name] for piece in pieces]) for name in first}
    if isinstance(first, np.ndarray):
        return np.concatenate(pieces)
    return [row for piece in pieces for row in piece]


def _pictured(input, train):
    """Images with the statistics of the training part of the fold, as far as they know any."""
    return input.with_statistics(train.encoded) if input.is_fitted else input


def _keys(encoded):
    """(N,) numbers that are equal where encoded samples are."""
    columns = list(encoded.values()) if isinstance(encoded, dict) else [encoded]
    rows = range(len(columns[0]))
    if split.arrays_must_repeat(columns):
        return np.arange(len(rows))
    digests = [
        hashlib.sha256(b"".join(np.asarray(each[row]).tobytes() for each in columns)).digest() for row in rows
    ]
    return np.unique(np.array(digests, "S32"), return_inverse=True)[1]


def _classes(samples):
    """(N,) class of each sample, or None where it has not just one."""
    single = samples.task.form in ("binary", "multiclass") and np.ndim(samples.labels) == 1
    return np.asarray(samples.labels).astype(str) if single else None


def check(data, folds):
    """Raises a DataError unless the data can be cut into so many folds."""
    if folds > 1 and hasattr(data.task, "naive"):
        raise DataError(
            "Folds would train on what comes after the values that are forecast. Use folds=1, which keeps "
            f"the order of time, for a {data.task.describe()}."
        )
    if folds > 1 and data.task.is_dense:
        raise DataError(
            f"Folds are for independent samples, not for maps. Use folds=1 for {data.task.describe()}."
        )
    count = len(data.train) + len(data.validation or ())
    if folds > count:
        raise DataError(f"{count} samples cannot be cut into {folds} folds.")
