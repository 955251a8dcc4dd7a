"""Two objectives against each other, and the trials that no other beats in both."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search import pareto
from kit.search.plots import FIGURES, looks

_ROOM = np.array([0.08, 0.05])  # shares of the axes that a name takes


@FIGURES.register(
    "front",
    at=15,
    fits=lambda board: len(board.objectives) > 1 and len(board.scored) > 0,
    reading="A point is a trial. On the line, one objective can only be bettered at the cost of the other; "
    "all other trials are beaten by one on the line. The arrows point to what is better.",
)
def front(board):
    """The first two objectives; the Pareto front as a line."""
    if len(board.objectives) < 2:
        return looks.empty("the search has one objective")
    one, other = board.objectives[:2]
    values = np.stack([board.values(other), board.values(one)], axis=1)
    directions = board.directions[1], board.directions[0]
    best = pareto.front(values, directions)
    if not best.any():
        return looks.empty(looks.nothing(board))
    figure, axes = draw.figure(_title(board, values, best), width=7.2, height=4.6)
    known = ~np.isnan(values).any(axis=1)
    if (known & ~best).any():
        beaten = values[known & ~best]
        axes.scatter(*beaten.T, s=18, color=looks.PALE, label="beaten by another", linewidths=0)
    order = np.lexsort((values[best, 1], values[best, 0]))
    line = values[best][order]
    step = "steps-post" if directions[0] == "min" else "steps-pre"
    looks_like = {"color": draw.BLUE, "linewidth": 1.2, "markersize": 5, "drawstyle": step, "zorder": 3}
    axes.plot(*line.T, "o-", label="Pareto front", **looks_like)
    _scale(axes, values[known], directions, board)
    _name(axes, line, board.frame["trial"].to_numpy()[best][order])
    axes.legend()
    return figure


def _name(axes, line, trials):
    """Names of the trials on the front, as far as there is room for them."""
    places = axes.transAxes.inverted().transform(axes.transData.transform(line))
    last = np.array([-1.0, -1.0])
    for point, place, trial in zip(line, places, trials, strict=True):
        if (np.abs(place - last) > _ROOM).any():
            last, name = place, draw.readable(trial, 10)
            axes.annotate(name, point, (5, -3), textcoords="offset points", fontsize=8, va="top", zorder=4)


def _scale(axes, known, directions, board):
    """Axes by magnitude where the numbers span some; what is far worse than most is left outside."""
    from kit.search.board import robust

    for which, column, direction in zip("xy", (0, 1), directions, strict=True):
        numbers, name = known[:, column], board.objectives[1 - column]
        arrow = {"x": {"min": "←", "max": "→"}, "y": {"min": "↓", "max": "↑"}}[which][direction]
        axes.set(**{f"{which}label": f"{draw.readable(name)}  {arrow} better"})
        if numbers.min() > 0 and numbers.max() / numbers.min() > 30:
            axes.set(**{f"{which}scale": "log"})
        else:
            axes.set(**{f"{which}lim": robust(numbers, direction)})


def _title(board, values, best):
    one, other = map(looks.short, board.objectives[:2])
    known = int((~np.isnan(values).any(axis=1)).sum())
    text = f"{best.sum()} of {counted(known, 'trial')} {'is' if best.sum() == 1 else 'are'}"
    text += f" beaten by none in both {one} and {other}"
    more = len(board.objectives) - 2
    return text + (f" ({counted(more, 'further objective')} not shown)" if more else "")
