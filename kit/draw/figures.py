"""Empty figures in kit's look, and figures as bytes."""

import contextlib
import io

import numpy as np

from kit.draw.text import fonts, wrapped

# Okabe and Ito 2008, "Color universal design": told apart with every kind of colour blindness.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
GRAY = "#767676"  # 4.5:1 on white, so also readable as text

_TITLE = 11  # points
_STYLE = {
    "axes.axisbelow": True,
    "axes.edgecolor": GRAY,
    "axes.grid": True,
    "axes.labelsize": 10,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": _TITLE,
    "figure.dpi": 110,
    "figure.facecolor": "white",
    "font.size": 10,
    "grid.color": "#E3E3E3",
    "legend.fontsize": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "savefig.facecolor": "white",
    "text.usetex": False,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
}


@contextlib.contextmanager
def style():
    """kit's look for the figures drawn inside the block, whatever the user has set."""
    import matplotlib

    defaults = {name: value for name, value in matplotlib.rcParamsDefault.items() if name != "backend"}
    with matplotlib.rc_context({**defaults, **_STYLE, "font.family": list(fonts())}):
        yield


def figure(title, *, rows=1, columns=1, width=6.4, height=4.4):
    """An empty figure with its axes; call it inside `style()`.

    Args:
        title: what the figure shows, as a sentence; broken into lines that fit.
        rows: number of axes from top to bottom.
        columns: number of axes from left to right.
        width: inches.
        height: inches, without the title.

    Returns:
        The figure and its axes: one `Axes`, or a flat list of them if there are several.

    Example:
        >>> with style():
        ...     picture, axes = figure("two panels", columns=2)
        >>> len(axes)
        2
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = wrapped(title, width - 0.2, _TITLE)
    picture = Figure(figsize=(width, height + 0.2 * len(lines)), layout="constrained")
    FigureCanvasAgg(picture)
    picture.suptitle("\n".join(lines), x=0.01, ha="left", fontsize=_TITLE)
    axes = np.ravel(picture.subplots(rows, columns))
    return picture, axes[0] if len(axes) == 1 else list(axes)


def png(picture):
    """A figure as the bytes of a PNG file.

    Example:
        >>> with style():
        ...     picture, axes = figure("empty")
        >>> png(picture)[:4]
        b'\\x89PNG'
    """
    buffer = io.BytesIO()
    with style():
        picture.savefig(buffer, format="png")
    return buffer.getvalue()


def class_colors(count):
    """(count, 3) colours in 0 to 1, told apart: kit's palette, then even steps around the circle of hues.

    Example:
        >>> class_colors(2).round(1).tolist()
        [[0.0, 0.4, 0.7], [0.9, 0.6, 0.0]]
    """
    from matplotlib.colors import hsv_to_rgb, to_rgb

    first = [to_rgb(color) for color in PALETTE[:count]]
    more = max(0, count - len(first))
    steps = np.arange(more) / max(1, more)
    rest = [hsv_to_rgb((step, 0.75, 0.95 if place % 2 else 0.6)) for place, step in enumerate(steps)]
    return np.array([*first, *rest])
