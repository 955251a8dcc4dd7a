"""Split: which sample goes to which part.

Identical samples and samples of one group stay together. Each class (or group of them) is
spread over the parts in the same shares; in time order the parts follow one another.
"""

import numpy as np

from kit.data.raw import PARTS
from kit.errors import DataError

SHARES = (0.7, 0.15, 0.15)
CURE = "add data, or keep them in one part: divide=False, of kit evaluate --split all"
_LARGE = 0.1  # a group with more than this share of its class is placed first: in the training part


def split(count, *, keys=None, classes=None, groups=None, shares=SHARES, seed=0):
    """Indices of the training, validation and test part.

    Args:
        count: number of samples.
        keys: (count,) array; samples of equal key stay in one part. None: none are equal.
        classes: (count,) array; each class is spread in these shares. None: one class.
        groups: (count,) array; samples of one group stay in one part. None: no groups.
        shares: share of each part; a part of share 0 is empty.
        seed: the same seed gives the same parts.

    Returns:
        dict of rising index arrays by name of part; a part of share 0 is absent.

    Raises:
        DataError: if there are fewer independent samples (or groups) than parts.

    Example:
        >>> parts = split(20, seed=1)
        >>> [len(rows) for rows in parts.values()]
        [14, 3, 3]
    """
    units = _units(count, keys, groups)
    wanted = [share / sum(shares) for share in shares]
    sizes = np.bincount(units)
    if len(sizes) < sum(share > 0 for share in wanted):
        what = "groups" if groups is not None else "different samples"
        wanted = sum(share > 0 for share in wanted)
        raise DataError(f"{len(sizes)} {what} cannot be split into {wanted} parts; {CURE}")
    part_of = _cut(sizes, _class_of_unit(units, classes), wanted, np.random.default_rng(seed))
    part_of = _none_empty(part_of, sizes, wanted)[units]
    return {name: np.flatnonzero(part_of == i) for i, name in enumerate(PARTS) if wanted[i] > 0}


def split_in_time(times, shares=SHARES):
    """Indices of the parts in time order: the training part is the earliest.

    Args:
        times: (count,) sortable array; equal times stay in one part.
        shares: share of each part.

    Raises:
        DataError: if there are too few different times.

    Example:
        >>> split_in_time(np.array([3, 1, 2]), (1 / 3, 1 / 3, 1 / 3))["test"]
        array([0])
    """
    moments, moment_of = np.unique(times, return_inverse=True)
    before = np.cumsum(np.bincount(moment_of)) / len(times)  # share of samples up to each moment
    borders = [np.searchsorted(before, edge - 1e-9) + 1 for edge in np.cumsum(shares)[:-1]]
    part_of = np.searchsorted(borders, moment_of, side="right")
    parts = {name: np.flatnonzero(part_of == i) for i, name in enumerate(PARTS)}
    if not all(len(rows) for rows in parts.values()):
        raise DataError(f"{len(moments)} different times cannot be split into 3 parts in order; {CURE}")
    return parts


def must_repeat(columns):
    """Whether there are more rows than different ones are possible, so that equal rows are no copies.

    Args:
        columns: (N,) arrays, one for each number or name of a row.

    Example:
        >>> sex, married = np.array([0, 1, 0, 1, 1]), np.array([0, 0, 1, 1, 1])
        >>> must_repeat([sex, married]), must_repeat([sex, married, np.array([3, 1, 4, 1, 5])])
        (True, False)
    """
    import pandas as pd

    possible = 1
    for column in columns:
        possible *= max(1, len(pd.unique(column)))
        if possible >= len(column):
            return False
    return True


def arrays_must_repeat(arrays):
    """The same of the rows of encoded samples, (N, columns) each; False where one is no table.

    Example:
        >>> arrays_must_repeat([np.zeros((2, 3))]), arrays_must_repeat([np.zeros((2, 3, 4))])
        (True, False)
    """
    return all(each.ndim == 2 for each in arrays) and must_repeat([c for each in arrays for c in each.T])


def folds(count, folds, *, keys=None, classes=None, seed=0):
    """Rising indices of each of `folds` parts of about equal size; see `split` for the other arguments.

    Raises:
        DataError: if there are fewer independent samples than folds.

    Example:
        >>> [len(rows) for rows in folds(10, 3)]
        [3, 4, 3]
    """
    units = _units(count, keys, None)
    sizes = np.bincount(units)
    if len(sizes) < folds:
        raise DataError(f"{len(sizes)} different samples cannot be cut into {folds} folds; add data")
    shares = [1 / folds] * folds
    part_of = _cut(sizes, _class_of_unit(units, classes), shares, np.random.default_rng(seed))
    part_of = _none_empty(part_of, sizes, shares)[units]
    return [np.flatnonzero(part_of == part) for part in range(folds)]


def _units(count, keys, groups):
    """The number of the unit that each sample belongs to; a unit is never divided."""
    if groups is None:
        labels = np.arange(count) if keys is None else keys
        return np.unique(labels, return_inverse=True)[1]
    units = _numbered(groups)
    return units if keys is None else _joined(units, np.unique(keys, return_inverse=True)[1])


def _numbered(groups):
    """The number of each sample's group; names of groups may be of several types."""
    numbers = {}
    return np.array([numbers.setdefault(group, len(numbers)) for group in np.asarray(groups).tolist()])


def _joined(units, keys):
    """Units that share a key become one (connected components of a bipartite graph)."""
    while True:
        smallest = np.full(keys.max() + 1, len(units))
        np.minimum.at(smallest, keys, units)
        by_key = smallest[keys]
        smallest = np.full(units.max() + 1, len(units))
        np.minimum.at(smallest, units, by_key)
        joined = smallest[units]
        if (joined == units).all():
            return np.unique(units, return_inverse=True)[1]
        units = joined


def _class_of_unit(units, classes):
    """The class of each unit: that of its first sample."""
    if classes is None:
        return np.zeros(units.max() + 1, int)
    first = np.unique(units, return_index=True)[1]
    return np.unique(classes, return_inverse=True)[1][first]


def _cut(sizes, class_of, shares, random):
    """The part of each unit: in each class, units in random order fill one part after the other."""
    totals = np.bincount(class_of, weights=sizes)
    small = sizes <= np.maximum(_LARGE * totals[class_of], 1)
    order = np.lexsort((random.random(len(sizes)), small, class_of))
    middles = np.cumsum(sizes[order]) - sizes[order] / 2
    before = np.concatenate([[0], np.cumsum(totals)[:-1]])
    place = (middles - before[class_of[order]]) / totals[class_of[order]]  # within its class, 0 to 1
    part_of = np.empty(len(sizes), int)
    part_of[order] = np.searchsorted(np.cumsum(shares)[:-1], place, side="right")
    return part_of


def _none_empty(part_of, sizes, shares):
    """Gives each empty part the smallest unit of the part with the most units."""
    for part, share in enumerate(shares):
        if share > 0 and not (part_of == part).any():
            richest = np.bincount(part_of).argmax()
            candidates = np.flatnonzero(part_of == richest)
            part_of[candidates[sizes[candidates].argmin()]] = part
    return part_of
