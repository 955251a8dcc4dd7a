"""Steps of gradient descent on a curve."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, ORANGE, RED, figure, style
from kit.draw.text import number, readable

_POINTS = 401


def descent_steps(curve, paths, *, low, high, title=None):
    """The steps of gradient descent on a curve, a panel for each path.

    Args:
        curve: NumPy function of an array -> array: the loss over one weight.
        paths: dict, name to (steps + 1,) or (steps + 1, 1) weights, the start first.
        low: left end of the axis; steps beyond the ends are counted, not drawn.
        high: right end.
        title: of the figure; None for a usual one.

    Returns:
        A `matplotlib.figure.Figure`.

    Example:
        >>> picture = kit.draw.descent_steps(np.square, {"half": [2.0, 1.0, 0.5]}, low=-3, high=3)
        >>> picture.axes[0].lines[1].get_ydata().tolist()
        [4.0, 1.0, 0.25]
    """
    x = np.linspace(low, high, _POINTS)
    with style():
        width = max(4.4, 3.2 * len(paths))
        title = title or "Each step goes downhill, by the slope times the learning rate"
        picture, panels = figure(title, columns=len(paths), width=width, height=3.1)
        panels = list(np.ravel(panels))
        base, top = float(np.min(curve(x))), float(np.max(curve(x)))
        for panel, (name, way) in zip(panels, paths.items(), strict=True):
            panel.plot(x, curve(x), color=GRAY, linewidth=1.4)
            _steps(panel, curve, np.ravel(way), low, high)
            panel.set(title=readable(name, None), xlabel="weight", xlim=(low, high))
            panel.set_ylim(base - 0.05 * (top - base), top + 0.12 * (top - base))
        panels[0].set_ylabel("loss")
    return picture


def _steps(panel, curve, way, low, high):
    heights = curve(way)
    panel.plot(way, heights, "-o", color=ORANGE, markersize=5, linewidth=1.2, zorder=3)
    panel.plot(way[0], heights[0], "o", color="white", markeredgecolor=ORANGE, markersize=9, zorder=4)
    gone = int(np.sum((way < low) | (way > high)))
    color, end = (RED, f"{gone} steps outside") if gone else (BLUE, f"loss {number(float(heights[-1]))}")
    if not gone:
        panel.plot(way[-1], heights[-1], "o", color=BLUE, markersize=8, zorder=5)
    label = f"{len(way) - 1} steps: {end}"
    place = {"transform": panel.transAxes, "ha": "center", "va": "top"}
    blank = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    panel.text(0.5, 0.97, label, fontsize=9, color=color, bbox=blank, zorder=6, **place)
