"""All hyperparameters of all trials at once, as parallel coordinates."""

import numpy as np

from kit import draw
from kit.errors import counted
from kit.search.plots import FIGURES, looks
from kit.search.scales import scale

_AXES = 14
_NONE = -0.13  # where a line passes that has no value on an axis


@FIGURES.register(
    "parallel",
    at=30,
    fits=lambda board: len(board.scored) > 0 and bool(board.names),
    reading="A line is a trial; it meets each axis at its value and ends at its score: the darker, the "
    "better. The best tenth is drawn thick and in front. Where the dark lines meet in one place, that value "
    "matters; where they spread, it does not.",
)
def parallel(board):
    """An axis a hyperparameter, the scores on the last one, a line a trial."""
    if not len(board.scored):
        return looks.empty(looks.nothing(board))
    rows, best = looks.leaders(board)
    names = board.ranked_names[:_AXES]
    scales = [board.scale(name, rows) for name in names]
    figure, axes = draw.figure(
        _title(board, rows, best, names), width=min(17, max(6.4, 1.6 + 1.35 * len(names))), height=4.4
    )
    scores = np.clip(rows["score"].to_numpy(), *board.limits())
    scales.append(scale(scores, "float"))
    heights = np.stack([_heights(each) for each in scales], axis=1)
    _lines(axes, heights, looks.colors(board.direction)(scales[-1].units), best)
    for place, each in enumerate(scales):
        _axis(axes, place, each)
    _strip(axes, len(names), board.direction)
    _finish(axes, [*names, board.objectives[0]], any(each.is_missing.any() for each in scales))
    return figure


def _heights(scale):
    """Where the lines meet an axis; those of one choice beside each other, not on each other."""
    heights = np.where(scale.is_missing, _NONE, scale.units)
    bundled = scale.is_missing if not scale.choices else np.ones(len(heights), bool)
    return heights + bundled * looks.aside(len(heights), 0.05)


def _lines(axes, heights, colors, best):
    from matplotlib.collections import LineCollection

    count, along = heights.shape
    places = np.broadcast_to(np.arange(along), heights.shape)
    lines = np.stack([places, heights], axis=-1)
    behind = 0.5 if count <= 60 else 0.25
    axes.add_collection(LineCollection(lines[:-best], colors=colors[:-best], linewidths=0.9, alpha=behind))
    width = 2.2 if best <= 10 else 1.3
    axes.add_collection(LineCollection(lines[-best:], colors=colors[-best:], linewidths=width, zorder=3))


def _axis(axes, place, scale):
    axes.vlines(place, 0, 1, color=draw.GRAY, linewidth=1, zorder=2)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.75}
    marks, texts = scale.ticks()
    if scale.is_missing.any():
        marks, texts = [_NONE, *marks], ["none", *texts]
    for mark, text in zip(marks, texts, strict=True):
        style = {"fontsize": 8, "va": "center", "bbox": box, "zorder": 4}
        axes.text(place + 0.04, mark, draw.readable(text, 13), **style)
        axes.plot([place - 0.02, place + 0.02], [mark, mark], color=draw.GRAY, linewidth=1, zorder=4)


def _strip(axes, place, direction):
    """The colours of the scores, along the last axis."""
    ramp = np.linspace(0, 1, 64)[:, None]
    style = {"origin": "lower", "aspect": "auto", "vmin": 0, "vmax": 1, "zorder": 5}
    axes.imshow(ramp, extent=(place - 0.035, place, 0, 1), cmap=looks.colors(direction), **style)


def _finish(axes, names, has_none):
    axes.set(xlim=(-0.15, len(names) - 0.45), ylim=(_NONE - 0.05 if has_none else -0.05, 1.05), yticks=[])
    turned = {"rotation": 20, "ha": "right"} if len(names) > 6 else {}
    axes.set_xticks(range(len(names)), [draw.readable(name, 18) for name in names], **turned)
    axes.tick_params(length=0)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _title(board, rows, best, names):
    name, scores = looks.short(board.objectives[0]), rows["score"].to_numpy()
    ends = " to ".join(dict.fromkeys(draw.number(score) for score in (scores[-best], scores[-1])))
    text = f"the best {best} of {counted(len(rows), 'trial')}" if len(rows) > 1 else "the only trial"
    text += f" ha{'ve' if best > 1 else 's'} {name} {ends}"
    if len(names) < len(board.names):
        text += f" (the first {len(names)} of {len(board.names)} hyperparameters)"
    return text
