"""A loss surface over two weights, and the paths of optimizers on it."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, GREEN, ORANGE, PURPLE, RED, figure, style
from kit.draw.text import number, readable

_POINTS, _LEVELS = 161, 22
_LINES = ((BLUE, "-"), (RED, "-"), (GREEN, "-"), (PURPLE, "-"), (ORANGE, "-"))


def loss_surface(surface, paths=None, *, x, y, minimum=None, title=None, names=("weight 1", "weight 2")):
    """Lines of equal loss over two weights, with the way that each optimizer takes.

    Args:
        surface: NumPy function of two arrays -> array: the loss.
        paths: dict, name to (steps + 1, 2) points, as of `kit.gradients.path`; None for none.
        x: (low, high) of the first weight.
        y: (low, high) of the second.
        minimum: (2,) point to mark with a star, or None.
        title: of the figure; None for a usual one.
        names: of the two weights.

    Returns:
        A `matplotlib.figure.Figure`; the loss at the end of each path stands in the legend, with the
        number of its steps unless it is the same for all.

    Example:
        >>> way = np.array([[2.0, 1.0], [1.0, 0.5], [0.5, 0.25]])
        >>> picture = kit.draw.loss_surface(lambda u, v: u**2 + v**2, {"halves": way}, x=(-3, 3), y=(-3, 3))
        >>> picture.legends[0].get_texts()[0].get_text()
        'halves: 0.3125'
    """
    with style():
        picture, panel = figure(title or "The loss over two weights, and the way down", width=7.4, height=4.6)
        contours(panel, surface, x, y)
        lengths = {len(way) - 1 for way in (paths or {}).values()}
        equal = len(lengths) == 1
        for (name, way), (color, line) in zip((paths or {}).items(), _LINES * 9, strict=False):
            end = float(surface(*way[-1]))
            label = f"{readable(name)}: {number(end)}" + ("" if equal else f" after {len(way) - 1}")
            trace(panel, way, color, line, label)
        if minimum is not None:
            panel.plot(*minimum, "*", color="black", markersize=13, zorder=5)
        panel.set(xlim=x, ylim=y, xlabel=names[0], ylabel=names[1])
        if paths:
            heading = f"loss after {lengths.pop()} steps" if equal else "loss after steps"
            columns = 2 if max(len(line.get_label()) for line in panel.lines) > 24 else 4
            place = {"loc": "outside lower left", "alignment": "left", "ncols": columns}
            picture.legend(title=heading, title_fontsize=9, **place)
    return picture


def contours(panel, surface, x, y):
    """Lines of equal loss, dark where it is high; as many points lie between any two lines.

    Args:
        panel: a Matplotlib `Axes`.
        surface: NumPy function of two arrays -> array.
        x: (low, high) of the first weight.
        y: (low, high) of the second.
    """
    from matplotlib.colors import LinearSegmentedColormap

    grid = np.meshgrid(np.linspace(*x, _POINTS), np.linspace(*y, _POINTS))
    height = np.broadcast_to(surface(*grid), grid[0].shape)
    levels = np.unique(np.quantile(height, np.linspace(0, 1, _LEVELS) ** 1.5))
    if len(levels) > 1:
        colors = LinearSegmentedColormap.from_list("height", ["#FBFCFE", "#C3D3E6", "#8FA6C4"])
        shades = np.interp(np.arange(len(levels) - 1), (0, len(levels) - 1), (0, 1))
        panel.contourf(*grid, height, levels=levels, colors=[colors(shade) for shade in shades])
        panel.contour(*grid, height, levels=levels, colors="white", linewidths=0.7, linestyles="solid")
    panel.grid(visible=False)


def trace(panel, way, color, line="-", label=None):
    """A path: a line through its points, a ring at its start and a dot at its end.

    Args:
        panel: a Matplotlib `Axes`.
        way: (steps + 1, 2) points.
        color: of all of it.
        line: style of the line.
        label: for the legend.
    """
    way = np.asarray(way)
    panel.plot(*way.T, line, color=color, label=label, linewidth=1.5, marker=".", markersize=4)
    panel.plot(*way[0], "o", color="white", markeredgecolor=GRAY, markeredgewidth=1.5, markersize=8, zorder=4)
    panel.plot(*way[-1], "o", color=color, markeredgecolor="white", markersize=8, zorder=4)
