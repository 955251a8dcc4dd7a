"""Text in figures: drawn as it stands, in the fonts that there are, in lines that fit."""

import functools
import itertools
import textwrap
import unicodedata

import numpy as np

_FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK JP",
    "Noto Sans Arabic",
    "Noto Emoji",
    "Arial Unicode MS",
)


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


def wrapped(title, inches, size):
    """A title as lines that are at most so wide.

    Args:
        title: any text.
        inches: width that there is.
        size: of the letters, in points.

    Example:
        >>> lines = wrapped("a title that is too long for its place", 2.0, 11)
        >>> len(lines), " ".join(lines)
        (2, 'a title that is too long for its place')
    """
    for letters in range(int(inches * 14), 19, -3):
        lines = [readable(line, None) for line in textwrap.wrap(title, letters)]
        if all(_inches(line, size) <= inches for line in lines):
            break
    return lines


def _inches(line, size):
    from matplotlib.textpath import TextPath

    return TextPath((0, 0), line, size=size).get_extents().width / 72 if line.strip() else 0.0


def _blank(character):
    return " " if unicodedata.category(character) in ("Cc", "Zl", "Zp") else character


def _numbered(characters):
    return "U+" + "-".join(f"{ord(character):04X}" for character in characters)


@functools.lru_cache(maxsize=4096)
def _has(code):
    return any(font.get_char_index(code) for font in fonts().values())


@functools.cache
def fonts():
    """Name -> font, for those of `_FONTS` that this machine has; DejaVu Sans comes with Matplotlib.

    Example:
        >>> "DejaVu Sans" in fonts()
        True
    """
    from matplotlib import font_manager

    known = set(font_manager.get_font_names())
    return {name: font_manager.get_font(font_manager.findfont(name)) for name in _FONTS if name in known}
