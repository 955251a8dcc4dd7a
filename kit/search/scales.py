"""Values of a hyperparameter as places on an axis: numbers, also by magnitude, and choices."""

import dataclasses
import math
import numbers

import numpy as np

from kit.plain import scalar

_LABELLED = 12  # choices of one axis that can be read


@dataclasses.dataclass(frozen=True)
class Scale:
    """An axis with the values of one hyperparameter on it.

    Args:
        numbers: (N,) float: the values, or the places 0, 1, ... of choices; NaN where there is none.
        choices: the choices in order, as text; empty for numbers.
        log: whether distances are ratios.
        is_ordered: whether the values are numbers, so that more and less mean something.
    """

    numbers: np.ndarray
    choices: tuple = ()
    log: bool = False
    is_ordered: bool = True

    @property
    def is_missing(self):
        """(N,) whether a trial has no value, as where a hyperparameter is not active."""
        return np.isnan(self.numbers)

    @property
    def straight(self):
        """(N,) numbers whose differences are distances on the axis."""
        return np.log10(self.numbers) if self.log else self.numbers

    @property
    def units(self):
        """(N,) places from 0 (lowest) to 1 (highest); 0.5 where all are equal, NaN where there is none."""
        return self._unit(self.straight)

    def ticks(self):
        """(places from 0 to 1, texts) of marks along the axis."""
        if self.is_missing.all():
            return [], []
        if self.choices:
            every = -(-len(self.choices) // _LABELLED)
            places = np.arange(0, len(self.choices), every)
            return self._unit(places).tolist(), [self.choices[place] for place in places]
        marks = self.marks()
        places = self._unit(np.log10(marks) if self.log else marks)
        return places.tolist(), [text(float(mark)) for mark in marks]

    def marks(self):
        """Round numbers between the lowest and the highest, or these two where there are none."""
        return np.asarray(_marks(np.nanmin(self.numbers), np.nanmax(self.numbers), self.log), float)

    def _unit(self, straight):
        if self.is_missing.all():
            return np.asarray(straight, float)
        low, high = (0, len(self.choices) - 1) if self.choices else self._straight_ends()
        return (straight - low) / (high - low) if high > low else np.asarray(straight, float) * 0 + 0.5

    def _straight_ends(self):
        return np.nanmin(self.straight), np.nanmax(self.straight)


def scale(values, kind=None, log=False):
    """The axis of some values.

    Args:
        values: numbers, texts, booleans, lists; None or NaN where there is no value.
        kind: "float", "int", "choice" or "boolean"; None goes by the values.
        log: whether it was searched by magnitude; passed over where a value is not above 0.

    Returns:
        A `Scale`.

    Example:
        >>> scale([0.01, None, 0.1], "float", log=True).units.tolist()
        [0.0, nan, 1.0]
        >>> scale(["relu", "gelu", "relu"]).numbers.tolist()
        [1.0, 0.0, 1.0]
    """
    values = [scalar(value) for value in values]
    known = [value for value in values if not is_missing(value)]
    ordered = all(map(_is_number, known))
    if kind in (None, "float", "int") and ordered:
        found = np.array([math.nan if is_missing(value) else float(value) for value in values], float)
        return Scale(found, log=bool(log) and bool(known) and min(known) > 0)
    choices = sorted({text(value): value for value in known}.items(), key=_order)
    places = {name: place for place, (name, _) in enumerate(choices)}
    found = [math.nan if is_missing(value) else places[text(value)] for value in values]
    return Scale(np.array(found, float), tuple(places), is_ordered=ordered)


def whole(values):
    """Values of which a gap made 16.0 out of 16, as they were; others as they are.

    Args:
        values: a Series.

    Example:
        >>> whole(pd.Series([16, None])).tolist()[0], whole(pd.Series([0.5, 2.0])).tolist()
        (16, [0.5, 2.0])
    """
    known = [value for value in values if not is_missing(value)]
    if not known or not all(isinstance(value, float) and value.is_integer() for value in known):
        return values
    found = values.astype(object)
    found[:] = [value if is_missing(value) else int(value) for value in values]
    return found


def is_missing(value):
    """Whether a cell of a table holds nothing.

    Example:
        >>> is_missing(None), is_missing(float("nan")), is_missing(0), is_missing([])
        (True, True, False, False)
    """
    return value is None or type(value).__name__ == "NAType" or (isinstance(value, float) and value != value)


def text(value):
    """A value as people write it, numbers with four digits.

    Example:
        >>> text(16.0), text(0.00012345678), text(True), text([64, 32])
        ('16', '0.0001235', 'True', '[64, 32]')
    """
    if is_missing(value):
        return ""
    if not isinstance(value, float):
        return str(value)
    return f"{value:.0f}" if value.is_integer() and abs(value) < 1e9 else f"{value:.4g}"


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def _order(pair):
    """Numbers by size, all else by its text."""
    name, value = pair
    return (0, value, name) if isinstance(value, numbers.Real) else (1, 0, name)


def _marks(low, high, log):
    """Round numbers from low to high, or the two ends where there are none."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    locator = LogLocator(subs=(1.0,) if high / low > 50 else (1.0, 2.0, 5.0)) if log else MaxNLocator(5)
    marks = [mark for mark in locator.tick_values(low, high) if low <= mark <= high]
    return marks if len(marks) > 1 else sorted({low, high})
