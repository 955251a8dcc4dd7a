"""Pictures of a search: how it went, what was tried, and what mattered."""

import numpy as np

from kit import draw
from kit.search import trial as trials
from kit.search.pareto import front

_COLORS = {trials.COMPLETED: draw.BLUE, trials.PRUNED: draw.ORANGE}
_FRONT, _CURVES = 0.1, 10  # share of the trials that stand in front; curves that have a colour


def history(board, objective, default=None):
    """The score of each trial in the order of the trials, and the best so far as a line."""
    scored = _scored(board).sort_values("trial")
    numbers = np.arange(1, len(scored) + 1)
    best = (
        np.minimum.accumulate(scored["score"])
        if objective.direction == "min"
        else np.maximum.accumulate(scored["score"])
    )
    first = int(np.argmax(best.to_numpy() == best.iloc[-1])) + 1
    reached = f"reached in trial {first} of {len(scored)}"
    figure, axes = draw.figure(f"best {objective.name} {draw.number(best.iloc[-1], 4)}, {reached}")
    axes.step(numbers, best, where="post", color=draw.GREEN, label="best so far")
    for status, color in _COLORS.items():
        chosen = (scored["status"] == status).to_numpy()
        if chosen.any():
            axes.plot(numbers[chosen], scored["score"][chosen], "o", color=color, markersize=5, label=status)
    if default is not None:
        axes.axhline(default, color=draw.GRAY, linestyle="--", label="default settings")
    axes.set(xlabel="trial", ylabel=objective.name)
    axes.legend()
    return figure


def parallel(board, facts, objective):
    """Each trial as a line through its hyperparameters; the best ones stand in front."""
    scored = _scored(board)
    names = [name for name in facts if name in scored]
    most = min(len(scored), max(3, round(_FRONT * len(scored))))
    figure, axes = draw.figure(
        f"the best {most} of {len(scored)} trials (colour) and the others (grey)",
        width=max(6.4, 1.5 * (len(names) + 1)),
    )
    columns = [_axis(scored[name], facts[name]) for name in names] + [
        _axis(scored["score"], {"kind": "float"})
    ]
    heights = np.stack([places for places, _ in columns], axis=1)
    for row in reversed(range(len(scored))):
        color = draw.PALETTE[row % len(draw.PALETTE)] if row < most else "#C8C8C8"
        axes.plot(range(len(columns)), heights[row], color=color, linewidth=2.2 if row < most else 0.8)
    for place, (_, ticks) in enumerate(columns):
        axes.axvline(place, color=draw.GRAY, linewidth=0.8)
        for height, text in ticks:
            axes.text(place, height, f" {draw.readable(text, 14)}", fontsize=8, va="center", color="#333333")
    axes.set_xticks(range(len(columns)), [draw.readable(name, 18) for name in (*names, objective.name)])
    axes.set_yticks([])
    axes.set_xlim(-0.1, len(columns) - 0.5)
    axes.grid(visible=False)
    return figure


def importances(found):
    """How much of the spread of the scores each hyperparameter explains."""
    first = found.iloc[0]
    figure, axes = draw.figure(
        f"{first['name']} explains {100 * first['importance']:.0f} % of what can be foretold of the score",
        height=1.2 + 0.4 * len(found),
    )
    turned = found.iloc[::-1]
    spread = np.clip([turned["importance"] - turned["low"], turned["high"] - turned["importance"]], 0, None)
    axes.barh(range(len(turned)), turned["importance"], xerr=spread, color=draw.BLUE, ecolor=draw.GRAY)
    axes.set_yticks(range(len(turned)), [draw.readable(name, 24) for name in turned["name"]])
    axes.set_xlabel("share of the spread (bars: over seeds of the forest)")
    return figure


def slices(board, facts, objective):
    """The score against each hyperparameter."""
    scored = _scored(board)
    names = [name for name in facts if name in scored]
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, panels = draw.figure(
        f"{objective.name} against each hyperparameter",
        rows=rows, columns=columns, width=max(6.4, 3.2 * columns), height=2.8 * rows,
    )  # fmt: skip
    panels = panels if isinstance(panels, list) else [panels]
    for axes, name in zip(panels, names, strict=False):
        places, ticks = _axis(scored[name], facts[name])
        axes.plot(places, scored["score"], "o", color=draw.BLUE, markersize=4, alpha=0.7)
        axes.set_xticks([height for height, _ in ticks], [draw.readable(text, 10) for _, text in ticks])
        axes.set_xlabel(draw.readable(name, 24))
    for axes in panels[len(names) :]:
        axes.set_axis_off()
    panels[0].set_ylabel(objective.name)
    return figure


def trade_off(board, objectives):
    """Two objectives against each other; the trials that none beats in both are joined."""
    one, other = objectives[:2]
    scored = _scored(board)
    scored = scored[scored[other.name].notna()]
    values = scored[["score", other.name]].to_numpy(float)
    best = front(values, [one.direction, other.direction])
    figure, axes = draw.figure(
        f"{int(best.sum())} of {len(scored)} trials are beaten by none in both objectives"
    )
    axes.plot(
        values[~best, 1], values[~best, 0], "o", color="#B0B0B0", markersize=5, label="beaten by another"
    )
    order = np.argsort(values[best, 1])
    axes.plot(
        values[best, 1][order],
        values[best, 0][order],
        "o-",
        color=draw.BLUE,
        markersize=6,
        label="Pareto front",
    )
    axes.set(xlabel=other.name, ylabel=one.name)
    axes.legend()
    return figure


def curves(board, watched):
    """What was watched after each epoch: the best trials in colour, the others in grey."""
    figure, axes = draw.figure(f"the {min(_CURVES, len(board))} best trials while they trained")
    for row, trial in reversed(list(enumerate(board["trial"]))):
        curve = watched.get(trial) or ()
        color = draw.PALETTE[row % len(draw.PALETTE)] if row < _CURVES else "#D0D0D0"
        label = f"trial {trial}" if row < 3 else None
        axes.plot(
            range(1, len(curve) + 1), curve, color=color, linewidth=1.6 if row < _CURVES else 0.8, label=label
        )
    axes.set(xlabel="epoch", ylabel="watched number")
    axes.legend()
    return figure


def _scored(board):
    return board[board["score"].notna()].reset_index(drop=True)


def _axis(values, facts):
    """((N,) heights in 0 to 1, [(height, text) of the ticks]) of one hyperparameter."""
    if facts["kind"] in ("float", "int"):
        numbers = values.astype(float).to_numpy()
        if np.isnan(numbers).all():
            return np.full(len(numbers), -0.08), []
        scaled = np.log10(numbers) if facts.get("log") else numbers
        low, high = np.nanmin(scaled), np.nanmax(scaled)
        heights = (scaled - low) / ((high - low) or 1)
        middle = 10 ** ((low + high) / 2) if facts.get("log") else (low + high) / 2
        ends = (
            [(0, np.nanmin(numbers)), (0.5, middle), (1, np.nanmax(numbers))]
            if high > low
            else [(0, numbers[0])]
        )
        return np.nan_to_num(heights, nan=-0.08), [(height, draw.number(value, 3)) for height, value in ends]
    found = [value for value in values.dropna().tolist() if value is not None]
    known = sorted(set(map(_comparable, found)), key=lambda value: (isinstance(value, str), value))
    known = list(map(str, known))
    step = 1 / max(1, len(known) - 1)
    places = {text: place * step for place, text in enumerate(known)}
    heights = np.array([places.get(str(_comparable(value)), -0.08) for value in values])
    return heights, [(height, text) for text, height in places.items()]


def _comparable(value):
    """A number as it is, all else as text, so that choices have an order."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
