"""Who looks at whom: the weights of attention."""

import numpy as np

from kit.draw.figures import figure, style
from kit.draw.text import readable

_WRITTEN = 8  # words up to which each cell shows its number


def attention_maps(weights, queries, keys=None, names=None, title=None):
    """One panel a head: a row is what asks, a column what is looked at; the darker, the more weight.

    Args:
        weights: (heads, queries, keys), each row of sum 1.
        queries: words for the rows.
        keys: words for the columns; None for the same.
        names: titles of the panels; None for "head 1", ...
        title: of the figure; None for how to read it.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: if there are not as many words as rows and columns.

    Example:
        >>> picture = attention_maps(np.full((2, 3, 3), 1 / 3), ["a", "b", "c"])
        >>> len(picture.axes)
        2
    """
    weights, queries = np.asarray(weights), list(queries)
    keys = queries if keys is None else list(keys)
    if weights.shape[1:] != (len(queries), len(keys)):
        raise ValueError(
            f"{len(queries)} x {len(keys)} words for weights of {weights.shape}, (heads, rows, columns)."
        )
    cell = 0.5 if len(keys) <= _WRITTEN else 0.3
    with style():
        width = len(weights) * max(2.4, cell * len(keys) + 1.0)
        height = max(1.2, cell * len(queries) + 0.9)
        title = title or "each row asks and shares out a weight of 1; the darker, the more"
        picture, axes = figure(title, columns=len(weights), width=max(4.6, width), height=height)
        for head, panel in enumerate(np.ravel(axes)):
            _head(panel, weights[head], queries, keys)
            panel.set_title(f"head {head + 1}" if names is None else readable(names[head]))
    return picture


def _turn(words):
    """Degrees by which words below a cell are turned, so that they do not meet."""
    return 0 if len(words) <= _WRITTEN and max(len(str(word)) for word in words) <= 5 else 90


def _head(panel, weights, queries, keys):
    panel.imshow(weights, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    panel.set_xticks(range(len(keys)), [readable(key, 12) for key in keys], rotation=_turn(keys))
    panel.set_yticks(range(len(queries)), [readable(query, 12) for query in queries])
    panel.grid(visible=False)
    if max(weights.shape) > _WRITTEN:
        return
    for (row, column), value in np.ndenumerate(weights):
        color = "white" if value > 0.55 else "black"
        panel.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=7, color=color)
