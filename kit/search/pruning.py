"""Pruning: stopping trials that fall behind the others, from their number after each epoch."""

import math
import statistics

from kit.errors import unknown

_FIRST = 3  # trials that have ended before any is stopped


class Pruner:
    """Says after each epoch whether a trial goes on.

    Args:
        name: "median" stops a trial whose best number so far is worse than the median of the best
            numbers that the others had after as many epochs; "halving" stops it after 1, 2, 4, 8, ... epochs
            unless it is in the better half; None stops none.
        smaller: whether small numbers are good.
        curves: trial id -> its numbers after each epoch, of trials that have ended.

    Example:
        >>> pruner = Pruner("median", True, {"0": [3, 2], "1": [3, 1], "2": [4, 2]})
        >>> pruner.goes_on("3", 1, 9.0), pruner.goes_on("3", 2, 2.5)
        (True, False)
    """

    def __init__(self, name, smaller, curves=()):
        if name not in _RULES:
            raise unknown("pruning", name, [each for each in _RULES if each])
        self.rule, self.sign = _RULES[name], 1 if smaller else -1
        self.curves = {
            trial: [self._order(value) for value in curve] for trial, curve in dict(curves).items()
        }
        self.running = {}

    def goes_on(self, trial, epoch, value):
        """Whether a trial goes on after an epoch (from 1) with this number."""
        best = min(self.running.get(trial, math.inf), self._order(value))
        self.running[trial] = best
        rivals = [min(curve[:epoch]) for curve in self.curves.values() if len(curve) >= epoch]
        return len(rivals) < _FIRST or self.rule(epoch, best, rivals)

    def ended(self, trial, curve):
        """Remembers the numbers of a trial that has ended."""
        self.running.pop(trial, None)
        self.curves[trial] = [self._order(value) for value in curve]

    def _order(self, value):
        return self.sign * value if math.isfinite(value) else math.inf


def _median(epoch, best, rivals):
    return epoch < 2 or best <= statistics.median(rivals)


def _halving(epoch, best, rivals):
    is_rung = epoch & (epoch - 1) == 0
    return not is_rung or sum(rival < best for rival in rivals) <= len(rivals) / 2


_RULES = {None: lambda *_: True, "median": _median, "halving": _halving}
