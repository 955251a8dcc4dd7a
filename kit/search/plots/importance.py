"""How much of the spread of the scores each hyperparameter explains, as bars."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search import scales
from kit.search.plots import FIGURES, looks

_BARS = 16
_LITTLE = 0.05


@FIGURES.register(
    "importance",
    at=20,
    fits=lambda board: len(board.importance) > 0,
    reading="Share of the spread of the scores that goes when the values of one hyperparameter are exchanged "
    "between trials, by forests of decision trees on trials that they did not see; the lines are 95 % "
    "intervals. What is missing to 100 % is chance, or more than these trials can tell.",
)
def importance(board):
    """A bar a hyperparameter, the most important one above."""
    found = board.importance
    if not len(found):
        return looks.empty(found.attrs["reason"])
    shown = found.head(_BARS).iloc[::-1]
    figure, axes = draw.figure(_title(board), width=7.2, height=0.9 + 0.36 * len(shown))
    shares, places = 100 * shown["importance"], np.arange(len(shown))
    axes.barh(places, shares, color=draw.BLUE, height=0.62)
    axes.hlines(places, 100 * shown["low"], 100 * shown["high"], color="black", linewidth=1.4)
    for place, row in zip(places, shown.itertuples(), strict=True):
        axes.text(100 * row.high, place, f"  {100 * row.importance:.0f} %", va="center", fontsize=9)
    axes.set_yticks(places, [_named(row) for row in shown.itertuples()])
    axes.set_xlim(0, max(10, 112 * shown["high"].max()))
    axes.grid(visible=False, axis="y")
    axes.set_xlabel(f"% of the spread of {draw.readable(board.objectives[0])} that it explains")
    return figure


def _named(row):
    best = scales.text(row.best)
    return draw.readable(row.name, 24) + f"\nbest: {draw.readable(best, 24) or 'not active'}"


def _title(board):
    found, name = board.importance, looks.short(board.objectives[0])
    first, rest = found.iloc[0], found.iloc[1:]
    if first["high"] < _LITTLE:
        return f"no hyperparameter explains much of the differences in {name}"
    share = f"{100 * first['importance']:.0f} %"
    text = f"{looks.short(first['name'])} explains {share} of the differences in {name}"
    little = int((rest["importance"] < _LITTLE).sum())
    if little:
        text += f"; {counted(little, 'other')} less than {100 * _LITTLE:.0f} %{' each' * (little > 1)}"
    if len(found) > _BARS:
        text += f" (the first {_BARS} of {len(found)})"
    return text
