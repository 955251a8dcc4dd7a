"""Columns: one column of a table -> numbers, by its kind.

A numeric column is centred by its median and divided by its interquartile range; a missing
value becomes the median, and where the training part had missing values an indicator says
so. A date becomes the day, and its place in the year, week and day as points on a circle. A
category becomes its number; 0 stands for missing, rare and unseen ones.
"""

import dataclasses
from statistics import NormalDist

import numpy as np

from kit.inputs import values as reading
from kit.registry import Registry

COLUMNS = Registry("kind of column")
_ONE_HOT_LEVELS = 9  # above it, levels are embedded and those seen once count as unknown
BINS = 32  # between the quantiles of a number, at most
# of numbers that nothing is known of, in units of their interquartile range: those of a normal distribution
_USUAL = [NormalDist().inv_cdf((i + 0.5) / (BINS + 1)) / 1.349 for i in range(BINS + 1)]


def from_json(stored):
    """The column that `dataclasses.asdict` and its kind described."""
    fields = {name: value for name, value in stored.items() if name != "kind"}
    return COLUMNS.get(stored["kind"])(**fields)


@COLUMNS.register("numeric")
@dataclasses.dataclass(frozen=True)
class Numeric:
    """A column of numbers.

    Args:
        name: its name in the table.
        center: median of the training part.
        spread: interquartile range of the training part; half the range where that is 0.
        missing: whether values are missing in the training part.
        quantiles: at most 33 different quantiles of the training part, evenly spaced from 0 to 1.

    Example:
        >>> column = Numeric("age").fitted(np.array([1.0, 2.0, 3.0, np.nan]))
        >>> column.center, column.spread, column.missing
        (2.0, 1.0, True)
    """

    name: str
    center: float = 0.0
    spread: float = 1.0
    missing: bool = False
    quantiles: tuple = dataclasses.field(default=(), repr=False)

    kind = "numeric"
    categorical = False

    def __post_init__(self):
        object.__setattr__(self, "quantiles", tuple(self.quantiles))

    def encode(self, values):
        """Values -> float32 (N, 1), NaN where missing; and what is wrong with them."""
        numbers, problems = reading.numbers(values)
        return numbers.astype("float32")[:, None], problems

    def fitted(self, values):
        """This column with the statistics of the training part."""
        numbers, _ = self.encode(values)
        center, spread, missing = _robust(numbers[:, 0])
        quantiles = _quantiles(numbers[:, 0])
        return dataclasses.replace(self, center=center, spread=spread, missing=missing, quantiles=quantiles)

    def standards(self):
        """(center, spread, missing) of each number that `encode` gives."""
        return [(self.center, self.spread, self.missing)]

    def edges(self):
        """Rising edges of the bins of each number that `encode` gives, a list each."""
        return [list(self.quantiles) or [self.center + self.spread * edge for edge in _USUAL]]


@COLUMNS.register("boolean")
@dataclasses.dataclass(frozen=True)
class Boolean:
    """A column of True and False (also 1 and 0), coded as 1 and 0.

    Args:
        name: its name in the table.
        missing: whether values are missing in the training part.

    Example:
        >>> Boolean("alone").encode(np.array([True, False, None]))[0][:, 0]
        array([ 1.,  0., nan], dtype=float32)
    """

    name: str
    missing: bool = False

    kind = "boolean"
    categorical = False

    def encode(self, values):
        """Values -> float32 (N, 1), NaN where missing; and what is wrong with them."""
        numbers, problems = reading.booleans(values)
        return numbers.astype("float32")[:, None], problems

    def fitted(self, values):
        """This column with the statistics of the training part."""
        return dataclasses.replace(self, missing=bool(np.isnan(self.encode(values)[0]).any()))

    def standards(self):
        """(center, spread, missing) of each number that `encode` gives."""
        return [(0.5, 0.5, self.missing)]

    def edges(self):
        """Rising edges of the bins of each number that `encode` gives, a list each."""
        return [[0.0, 1.0]]


@COLUMNS.register("date")
@dataclasses.dataclass(frozen=True)
class Date:
    """A column of dates, with or without the time of day: ISO 8601 text, datetimes or datetime64.

    Args:
        name: its name in the table.
        center: median day of the training part, in days since 1970-01-01.
        spread: interquartile range of the days.
        missing: whether dates are missing in the training part.

    Example:
        >>> numbers, _ = Date("day").encode(np.array(["1970-01-02"], object))
        >>> numbers.shape, float(numbers[0, 0])  # the day; sine and cosine of year, week and day
        ((1, 7), 1.0)
    """

    name: str
    center: float = 0.0
    spread: float = 1.0
    missing: bool = False

    kind = "date"
    categorical = False

    def encode(self, values):
        """Values -> float32 (N, 7), NaN where missing; and what is wrong with them."""
        days, problems = reading.days(values)
        whole = np.floor(days)
        years = whole / 365.2425  # of the mean year: leap days move the phase by less than a day
        turns = [years, whole / 7, days - whole]
        circles = [function(2 * np.pi * turn) for turn in turns for function in (np.sin, np.cos)]
        return np.stack([days, *circles], axis=1).astype("float32"), problems

    def fitted(self, values):
        """This column with the statistics of the training part."""
        numbers, _ = self.encode(values)
        center, spread, missing = _robust(numbers[:, 0])
        return dataclasses.replace(self, center=center, spread=spread, missing=missing)

    def standards(self):
        """(center, spread, missing) of each number that `encode` gives."""
        return [(self.center, self.spread, self.missing), *[(0.0, 1.0, False)] * 6]

    def edges(self):
        """Rising edges of the bins of each number that `encode` gives, a list each."""
        days = [self.center + self.spread * edge for edge in _USUAL]
        return [days, *[[-1.0, -0.5, 0.0, 0.5, 1.0]] * 6]


@COLUMNS.register("category")
@dataclasses.dataclass(frozen=True)
class Category:
    """A column of names.

    Args:
        name: its name in the table.
        levels: names seen in the training part, sorted; of more than 9, those seen twice.
        missing: whether the training part holds values that are not among the levels.

    Example:
        >>> column = Category("sex").fitted(np.array(["male", "female"], object))
        >>> column.encode(np.array(["female", "male", "x", None], object))[0].tolist()
        [1, 2, 0, 0]
    """

    name: str
    levels: tuple = ()
    missing: bool = False

    kind = "category"
    categorical = True

    def __post_init__(self):
        object.__setattr__(self, "levels", tuple(self.levels))

    @property
    def embedded(self):
        """Numbers that stand for one level: 0 for one-hot, else the length of its embedding."""
        if len(self.levels) <= _ONE_HOT_LEVELS:
            return 0
        return min(50, round(1.6 * len(self.levels) ** 0.56))  # fastai's rule of thumb

    def encode(self, values):
        """Values -> int32 (N,), 0 where missing or unknown; and what is wrong with them."""
        names, problems = reading.names(values, self.levels)
        index = {level: i for i, level in enumerate(self.levels, start=1)}
        return np.fromiter((index.get(name, 0) for name in names), "int32", len(names)), problems

    def unseen(self, values):
        """The names among `values` that are neither missing nor a level, with their counts."""
        names, _ = reading.names(values, self.levels)
        counts = reading.counts(name for name in names if name is not None)
        return {name: count for name, count in counts.items() if name not in set(self.levels)}

    def fitted(self, values):
        """This column with the levels of the training part."""
        names, _ = reading.names(values, ())
        counts = reading.counts(name for name in names if name is not None)
        least = 2 if len(counts) > _ONE_HOT_LEVELS else 1
        levels = sorted((n for n, count in counts.items() if count >= least), key=_sorting)
        known = sum(counts[level] for level in levels)
        return dataclasses.replace(self, levels=tuple(levels), missing=known < len(names))


def _robust(numbers):
    """(median, interquartile range or what can replace it, whether any is missing)."""
    present = numbers[np.isfinite(numbers)].astype("float64")
    missing = len(present) < len(numbers)
    if not len(present):
        return 0.0, 1.0, missing
    low, first, center, third, high = np.quantile(present, [0, 0.25, 0.5, 0.75, 1])
    spread = (third - first) or (high - low) / 2 or 1.0
    return float(center), float(spread), missing


def _quantiles(numbers):
    """Different quantiles, evenly spaced in what they are shares of."""
    present = numbers[np.isfinite(numbers)].astype("float64")
    if not len(present):
        return ()
    return tuple(np.unique(np.quantile(present, np.linspace(0, 1, BINS + 1))).tolist())


def _sorting(level):
    return type(level).__name__, level
