"""The watched number of the trials, epoch by epoch."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search.board import robust
from kit.search.plots import FIGURES, looks

_BEST = 10
_LABELLED = 3


def _known(board):
    """Trials with a curve, the best last: (trial, numbers, whether it has a score)."""
    curves = board.facts.get("curves") or {}
    rows, _ = looks.leaders(board)
    scored = set(rows["trial"])
    others = [trial for trial in board.trials["trial"] if trial not in scored]
    numbers = {trial: np.asarray(curves.get(trial, ()), float) for trial in (*others, *rows["trial"])}
    return [(trial, each, trial in scored) for trial, each in numbers.items() if np.isfinite(each).any()]


@FIGURES.register(
    "curves",
    at=50,
    fits=lambda board: bool(_known(board)),
    reading="A line is the training of a trial: the best ten in colour, the darker the better, the others in "
    "grey. Watched is the objective on the validation part where it is logged each epoch, else the "
    "validation loss. Curves that still get better at their end ask for more epochs.",
)
def curves(board):
    """Learning curves of the best ten trials in front of all others."""
    known = _known(board)
    if not known:
        return looks.empty("no trial has ended an epoch")
    scored = sum(each[2] for each in known)
    best = min(_BEST, scored)
    behind, front = known[: len(known) - best], known[len(known) - best :]
    figure, axes = draw.figure(_title(board, behind, front), width=8.4, height=4.0)
    _grey(axes, [numbers for _, numbers, _ in behind])
    colors = looks.colors(board.direction)(_ramp(best, board.direction))
    for place, ((trial, numbers, _), color) in enumerate(zip(front, colors, strict=True)):
        rank = best - place
        label = f"trial {draw.readable(trial, 10)}{' (best)' * (rank == 1)}" if rank <= _LABELLED else None
        _line(axes, numbers, color, label, 2.4 if rank == 1 else 1.4)
    ends = np.concatenate([numbers[np.isfinite(numbers)] for _, numbers, _ in known])
    axes.set_ylim(robust(ends, "max")[0], robust(ends, "min")[1])
    _finish(axes, board, behind, max(len(numbers) for _, numbers, _ in known))
    return figure


def _line(axes, numbers, color, label, width):
    epochs = np.arange(1, len(numbers) + 1)
    marker = "o" if len(numbers) < 12 else None
    style = {"linewidth": width, "marker": marker, "markersize": 3.5, "zorder": 3}
    axes.plot(epochs, numbers, color=color, label=label, **style)


def _grey(axes, curves):
    from matplotlib.collections import LineCollection

    lines = [np.stack([np.arange(1, len(numbers) + 1), numbers], axis=1) for numbers in curves]
    axes.add_collection(LineCollection(lines, colors=looks.PALE, linewidths=0.8, zorder=1))
    ends = np.array([line[-1] for line in lines]).reshape(-1, 2)
    axes.scatter(*ends.T, s=7, color=looks.PALE, zorder=1, linewidths=0)


def _ramp(count, direction):
    """Places on the colour map from the worst of the best to the best."""
    ramp = np.linspace(0.75, 0.0, count) if count > 1 else np.zeros(count)
    return ramp if direction == "min" else 1 - ramp


def _finish(axes, board, behind, epochs):
    axes.set_xlim(1 - 0.02 * epochs, epochs + 0.02 * epochs)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.set_xlabel("epoch")
    axes.set_ylabel(draw.readable(board.facts.get("watched") or "watched number"))
    if behind:
        axes.plot([], [], color=looks.PALE, label=counted(len(behind), "other"))
    handles, labels = axes.get_legend_handles_labels()
    if handles:
        order = [*range(len(handles) - bool(behind))][::-1] + [len(handles) - 1] * bool(behind)
        axes.legend([handles[place] for place in order], [labels[place] for place in order])


def _title(board, behind, front):
    def middle(curves):
        return draw.number(np.median([numbers[np.isfinite(numbers)][-1] for _, numbers, _ in curves]), 3)

    if not front:
        return f"{counted(len(behind), 'trial')} without a score, up to where they stopped"
    if len(front) == 1:
        name, curve = front[0][:2]
        text = f"trial {looks.short(name)} ends at {middle(front)} after {counted(len(curve), 'epoch')}"
    else:
        text = f"the best {len(front)} trials end at a median of {middle(front)}"
    return text + (f", the {counted(len(behind), 'other')} at {middle(behind)}" if behind else "")
