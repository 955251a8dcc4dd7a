"""What the figures of a search share: colours of scores, looks of a status, axes that hold few numbers."""

import numpy as np

from kit import draw

# status -> colour and marker: told apart without the colour, too
LOOKS = {
    "completed": (draw.BLUE, "o"),
    "pruned": (draw.ORANGE, "^"),
    "failed": (draw.RED, "x"),
    "infeasible": (draw.PURPLE, "+"),
    "running": (draw.GRAY, "s"),
}
PALE = "#C4C4C4"  # what stands behind


def look(status):
    """(colour, marker) of a status."""
    return LOOKS.get(status, (draw.GRAY, "d"))


def colors(direction):
    """The colour map of scores: the better, the darker; also told apart by the colour-blind, and in print."""
    import matplotlib
    from matplotlib.colors import ListedColormap

    steps = matplotlib.colormaps["viridis"](np.linspace(0, 0.9, 256))
    return ListedColormap(steps if direction == "min" else steps[::-1])


def leaders(board, share=0.1, least=1):
    """Trials with a score, as rows from the last in rank to the first, and how many of these are the best.

    Args:
        board: a `Board`.
        share: of the trials that count as the best.
        least: that count as the best.
    """
    ranked = board.frame[board.frame["trial"].isin(board.scored["trial"])]
    order = np.argsort(-board.better(ranked["score"].to_numpy()), kind="stable")
    best = min(len(ranked), max(least, int(np.ceil(share * len(ranked)))))
    return ranked.iloc[order[::-1]], best


def empty(title):
    """A figure without content that says why there is none."""
    figure, axes = draw.figure(title, height=1.2)
    axes.set_axis_off()
    return figure


def nothing(board):
    """Why there is nothing to draw, as a sentence."""
    trials = board.trials
    if not len(trials):
        return "no trial was begun"
    states = ", ".join(f"{count} {status}" for status, count in trials["status"].value_counts().items())
    return f"no trial has a score yet ({states})"


def scored_axis(axes, board, which="y"):
    """Names an axis of scores and shows the part of it where most of them are; -> (low, high)."""
    low, high = board.limits()
    axes.set(**{f"{which}lim": (low, high), f"{which}label": draw.readable(board.objectives[0])})
    return low, high


def aside(count, width):
    """(count,) steps to both sides, at most half of `width`, so that equal values do not hide each other."""
    return width * ((np.arange(count) * 0.618034) % 1 - 0.5)


def short(text, limit=40):
    """The beginning of a text that is too long.

    Example:
        >>> short("abcdef", 4)
        'abc…'
    """
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
