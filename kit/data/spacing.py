"""Spacing: how far apart the steps of a series are, and what that says about its season."""

import numpy as np

_LOOSE = 0.2  # share by which a step may differ from the usual one: months have 28 to 31 days
_SEASONS = (  # days between steps: least, most, steps of a season, in words
    (0.9 / 24, 1.1 / 24, 24, "steps are hours"),
    (0.9, 1.1, 7, "steps are days"),
    (6.9, 7.1, 52, "steps are weeks"),
    (27.5, 31.5, 12, "steps are months"),
    (89, 93, 4, "steps are quarters"),
)


def season_of(days):
    """(steps of a season, why) for moments in days; (1, "") where none is usual.

    Example:
        >>> season_of(np.arange(10.0)), season_of(np.array([0.0, 31.0, 59.0, 90.0]))
        ((7, 'steps are days'), (12, 'steps are months'))
    """
    usual = float(np.median(np.diff(days))) if len(days) > 1 else 0.0
    return next(((season, why) for low, high, season, why in _SEASONS if low <= usual <= high), (1, ""))


def uneven(days):
    """How many steps are longer or shorter than usual, as text; None where all are about alike.

    Example:
        >>> uneven(np.array([0.0, 1.0, 2.0, 5.0]))
        '1 of 3 steps are longer or shorter than usual'
    """
    steps = np.diff(days)
    usual = np.median(steps) if len(steps) else 0.0
    odd = int((np.abs(steps - usual) > _LOOSE * usual).sum())
    return f"{odd} of {len(steps)} steps are longer or shorter than usual" if odd else None
