"""How the search went: the score of each trial, and the best so far."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search.board import DEFAULT
from kit.search.plots import FIGURES, looks

_INTERVALS = 80  # trials whose intervals can be told apart


@FIGURES.register(
    "history",
    at=10,
    fits=lambda board: len(board.trials) > 0,
    reading="A point is a trial, in the order in which they were asked for. Where the green line was flat "
    "for long, more trials of the same kind would change little. Points on the edge lie beyond it; what "
    "has no score is marked at the worse edge.",
)
def history(board):
    """Scores by status in the order of the trials, the best so far as a line, the default dashed."""
    trials = board.trials
    if not len(trials):
        return looks.empty(looks.nothing(board))
    figure, axes = draw.figure(_title(board), width=8.4, height=3.8)
    low, high = looks.scored_axis(axes, board)
    numbers = np.arange(1, len(trials) + 1)
    _intervals(axes, board, numbers)
    _points(axes, board, numbers, low, high)
    _best_so_far(axes, board, numbers)
    if board.default is not None:
        default = np.clip(board.default, low, high)
        axes.axhline(default, linestyle="--", color=draw.GRAY, label="default settings")
    axes.set_xlabel("trial, in the order in which they were asked for")
    axes.set_xlim(0.5 - 0.01 * len(trials), len(trials) + 0.5 + 0.01 * len(trials))
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    figure.legend(loc="outside lower center", ncols=5)
    return figure


def _points(axes, board, numbers, low, high):
    """Points by status; what has no score stands on the worse edge."""
    trials, size = board.trials, 26 if len(numbers) <= 120 else 12
    edge = low if board.direction == "max" else high
    for status in dict.fromkeys([*looks.LOOKS, *trials["status"]]):
        chosen = (trials["status"] == status).to_numpy()
        if not chosen.any():
            continue
        scores = trials["score"].to_numpy()[chosen]
        places = np.clip(np.where(np.isnan(scores), edge, scores), low, high)
        color, marker = looks.look(status)
        axes.scatter(
            numbers[chosen], places, s=size, color=color, marker=marker, zorder=3, clip_on=False,
            label=draw.readable(f"{status} ({chosen.sum()})"),
        )  # fmt: skip


def _best_so_far(axes, board, numbers):
    known = np.fmax.accumulate(board.better(board.trials["score"].to_numpy()))
    if np.isnan(known).all():
        return
    best = board.better(known)  # turned back
    ends = np.append(numbers, numbers[-1] + 0.5)
    axes.step(ends, np.append(best, best[-1]), where="post", color=draw.GREEN, label="best so far", zorder=2)


def _intervals(axes, board, numbers):
    trials = board.trials
    if len(trials) <= _INTERVALS:
        axes.vlines(numbers, trials["low"], trials["high"], color=draw.SKY, alpha=0.45, linewidth=2)


def _title(board):
    best, name, count = board.best, looks.short(board.objectives[0]), len(board.trials)
    if best is None:
        return looks.nothing(board)
    score = draw.number(best["score"])
    if best["trial"] == DEFAULT:
        return f"the default settings have {name} {score}; none of {counted(count, 'trial')} is better"
    place = list(board.trials["trial"]).index(best["trial"]) + 1
    which = (
        f"trial {looks.short(best['trial'])}, {_ordinal(place)} of {count}" if count > 1 else "the only trial"
    )
    text = f"{name} {score} was reached by {which}"
    if board.default is not None:
        text += f"; the default settings have {draw.number(board.default)}"
    return text


def _ordinal(place):
    """A place in words of which English has many.

    Example:
        >>> _ordinal(1), _ordinal(22), _ordinal(13)
        ('the first', 'the 22nd', 'the 13th')
    """
    ending = "th" if place % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(place % 10, "th")
    return "the first" if place == 1 else f"the {place}{ending}"
