"""The score against each hyperparameter, a panel each."""

import numpy as np

from kit import draw
from kit.search import scales
from kit.search.plots import FIGURES, looks

_PANELS, _COLUMNS = 16, 4
_MEDIAN = "#333333"
_LABELLED = 6  # choices of one panel that can be read


@FIGURES.register(
    "values",
    at=40,
    fits=lambda board: len(board.scored) > 0 and bool(board.names),
    reading="A point is a trial, the star is the winner, dark bars are the medians of choices. Where the "
    "best points stand at the end of a range, a wider range may hold better ones.",
)
def values(board):
    """Scores over the values, one panel a hyperparameter, the most important first."""
    if not len(board.scored):
        return looks.empty(looks.nothing(board))
    names = board.ranked_names[:_PANELS]
    columns = min(_COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure, axes = draw.figure(
        _title(board, names), rows=rows, columns=columns, width=max(5.0, 3.1 * columns), height=2.7 * rows
    )
    panels = [axes] if rows * columns == 1 else axes
    for extra in panels[len(names) :]:
        extra.set_axis_off()
    for place, (panel, name) in enumerate(zip(panels, names, strict=False)):
        _panel(panel, board, name)
        if place % columns:
            panel.set(ylabel="", yticklabels=[])
    return figure


def _panel(axes, board, name):
    rows = board.scored
    scale, scores = board.scale(name, rows), rows["score"].to_numpy()
    shown = np.clip(scores, *looks.scored_axis(axes, board))
    places = scale.numbers + (looks.aside(len(rows), 0.36) if scale.choices else 0)
    point = {"s": 16, "alpha": 0.6 if len(rows) < 150 else 0.3, "linewidths": 0, "clip_on": False}
    for status in rows["status"].unique():
        chosen = (rows["status"] == status).to_numpy()
        color, marker = looks.look(status)
        axes.scatter(places[chosen], shown[chosen], color=color, marker=marker, **point)
    winner = (rows["trial"] == board.best["trial"]).to_numpy()
    star = {"s": 110, "marker": "*", "color": draw.RED, "edgecolor": "white", "zorder": 4, "clip_on": False}
    axes.scatter(places[winner], shown[winner], **star)
    _along(axes, scale, scores)
    missing = int(scale.is_missing.sum())
    active = f" (active in {len(rows) - missing} of {len(rows)})" if missing else ""
    axes.set_xlabel(draw.readable(name, 26) + active)


def _along(axes, scale, scores):
    """The axis of the values; the median score of each choice."""
    if scale.is_missing.all():
        axes.set_xticks([])
    elif scale.choices:
        every = -(-len(scale.choices) // _LABELLED)
        marks = range(0, len(scale.choices), every)
        length = 12 if len(marks) <= 3 else 7
        axes.set_xticks(marks, [draw.readable(scale.choices[mark], length) for mark in marks])
        axes.set_xlim(-0.6, len(scale.choices) - 0.4)
        for place in range(len(scale.choices)):
            found = scores[scale.numbers == place]
            if len(found) > 2:
                axes.hlines(np.median(found), place - 0.3, place + 0.3, color=_MEDIAN, linewidth=2)
    elif scale.log:
        _by_magnitude(axes, scale)
    else:
        axes.locator_params(axis="x", nbins=5)
        axes.ticklabel_format(useOffset=False, axis="x")


def _by_magnitude(axes, scale):
    from matplotlib.ticker import NullFormatter, NullLocator

    axes.set_xscale("log")
    marks = scale.marks()
    axes.set_xticks(marks, [scales.text(float(mark)) for mark in marks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _title(board, names):
    best = board.best
    active = [name for name in names if not scales.is_missing(best[name])][:4]
    found = [f"{looks.short(name)} {looks.short(scales.text(best[name]), 24)}" for name in active]
    text = f"{looks.short(board.objectives[0])} against each hyperparameter"
    if found:
        text = f"the best {looks.short(board.objectives[0])} was found at {', '.join(found)}"
    if len(names) < len(board.names):
        text += f" (the first {len(names)} of {len(board.names)} hyperparameters)"
    return text
