"""Figures that look the same everywhere: one palette, one font, no global state of pyplot.

Every figure is a `matplotlib.figure.Figure` drawn by Agg, so that nothing opens a window and
figures can be made on a server and in threads of a test.
"""

import contextlib
import functools
import io
import itertools
import textwrap
import unicodedata

import numpy as np

# Okabe and Ito 2008, "Color universal design": told apart with every kind of colour blindness.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
PALETTE = (BLUE, ORANGE, GREEN, RED, PURPLE, SKY)
GRAY = "#767676"  # 4.5:1 on white, so also readable as text

_FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Emoji",
    "Arial Unicode MS",
)
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
    with matplotlib.rc_context({**defaults, **_STYLE, "font.family": list(_installed())}):
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

    lines = _wrapped(title, width - 0.2)
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


def readable(text, limit=28):
    """Text that Matplotlib draws as it stands: nothing is taken for a formula or left out.

    Characters that no installed font has are written by their numbers, as in U+732B-306E.

    Args:
        text: any value; its `str` is drawn.
        limit: longest result in characters; the middle of a longer text is left out. None for no limit.

    Example:
        >>> readable("costs $5 or $6", None), readable("_hidden"), readable("a" * 20 + "b" * 20, 9)
        ('costs \\\\$5 or \\\\$6', ' _hidden', 'aaaa…bbbb')
    """
    runs = itertools.groupby(map(_blank, str(text)), lambda character: _has(ord(character)))
    text = "".join("".join(run) if known else _numbered(run) for known, run in runs)
    if limit is not None and len(text) > limit:
        text = f"{text[: limit // 2]}…{text[len(text) - (limit - 1) // 2 :]}"
    text = text.replace("$", r"\$")
    return f" {text}" if text.startswith("_") else text  # a legend leaves out names that begin so


def number(value, digits=4):
    """A number as people read it: so many digits, but at most 4 behind the point.

    Example:
        >>> number(0.97222), number(23.456), number(123456.0), number(0.00001), number(0.97222, 2)
        ('0.9722', '23.46', '123456', '1e-05', '0.97')
    """
    size = abs(value)
    if size != 0 and not 1e-3 <= size < 1e9:
        return f"{value:.3g}"
    before = int(np.floor(np.log10(size))) if size > 1 else -1
    return f"{value:.{min(4, max(0, digits - 1 - before))}f}"


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


def overlaid(picture, mask, colors, void=255, opacity=0.55):
    """A picture under its mask, (h, w, 3) in 0 to 1.

    Args:
        picture: (h, w, channels) in 0 to 1.
        mask: (h, w) class numbers, `void` where the picture alone is shown; or (h, w, L) of 0 and 1.
        colors: (classes, 3) in 0 to 1.
        void: the number that is no class.
        opacity: of the mask, 0 to 1.
    """
    gray = np.repeat(picture[..., :3].mean(axis=-1, keepdims=True), 3, axis=-1)
    if mask.ndim == 3:
        shares = (mask == 1) / np.maximum((mask == 1).sum(axis=-1, keepdims=True), 1)
        tint, there = shares @ colors, (mask == 1).any(axis=-1)
    else:
        there = mask != void
        tint = colors[np.where(there, mask, 0)]
    return np.where(there[..., None], (1 - opacity) * gray + opacity * tint, gray)


def boxes_on(axes, picture, boxes, names, colors, scores=None):
    """Shows a picture with boxes around the objects in it, each with its name.

    Args:
        axes: a Matplotlib `Axes`.
        picture: (h, w, channels) in 0 to 1.
        boxes: (M, 4) corners x1, y1, x2, y2 in pixels of the picture.
        names: M names, written on the boxes.
        colors: M colours.
        scores: M numbers, written beside the names; None for no numbers.
    """
    from matplotlib.patches import Rectangle

    shown = picture[..., 0] if picture.shape[-1] == 1 else picture[..., :3]
    axes.imshow(shown, cmap="gray", vmin=0, vmax=1, extent=(0, picture.shape[1], picture.shape[0], 0))
    axes.set_axis_off()
    for place, ((x1, y1, x2, y2), name, color) in enumerate(zip(boxes, names, colors, strict=True)):
        axes.add_patch(Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linewidth=1.2))
        text = readable(name, 16) + ("" if scores is None else f" {scores[place]:.2f}")
        style = {"facecolor": color, "edgecolor": "none", "pad": 0.6}
        axes.text(x1, y1, text, fontsize=6, color="white", va="bottom", bbox=style, clip_on=True)


def with_boxes(picture, boxes, names, colors, scores=None):
    """The bytes of a PNG: a picture in its own size with boxes around the objects in it.

    Args:
        picture: (h, w, channels) in 0 to 1.
        boxes: (M, 4) corners in pixels.
        names: M names.
        colors: name -> colour.
        scores: M numbers, or None.
    """
    from matplotlib.figure import Figure

    height, width = picture.shape[:2]
    dots = max(100, 400 * 100 // max(height, width))  # small pictures are enlarged: text must be readable
    figure = Figure(figsize=(width / 100, height / 100), dpi=dots)
    axes = figure.add_axes((0, 0, 1, 1))
    boxes_on(axes, picture, boxes, names, [colors[name] for name in names], scores)
    return png(figure)


def _wrapped(title, inches):
    """Lines that are at most so wide."""
    for letters in range(int(inches * 14), 19, -3):
        lines = [readable(line, None) for line in textwrap.wrap(title, letters)]
        if all(_inches(line) <= inches for line in lines):
            break
    return lines


def _inches(line):
    from matplotlib.textpath import TextPath

    return TextPath((0, 0), line, size=_TITLE).get_extents().width / 72 if line.strip() else 0.0


def _blank(character):
    return " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character


def _numbered(characters):
    return "U+" + "-".join(f"{ord(character):04X}" for character in characters)


@functools.lru_cache(maxsize=4096)
def _has(code):
    return any(font.get_char_index(code) for font in _installed().values())


@functools.cache
def _installed():
    """Name -> font, for those of `_FONTS` that this machine has; DejaVu Sans comes with Matplotlib."""
    from matplotlib import font_manager

    known = set(font_manager.get_font_names())
    return {name: font_manager.get_font(font_manager.findfont(name)) for name in _FONTS if name in known}
