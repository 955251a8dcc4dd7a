"""Loss against learning rate."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, GREEN, ORANGE, RED, figure, style
from kit.draw.text import number

_SHARE = 0.1  # of the largest fall that may be missing where a rate still counts as right


def loss_against_rate(rates, losses, *, start=None, suggestion=None, title=None):
    """Which learning rates are too small, right and too large.

    Args:
        rates: (S,) learning rates, rising.
        losses: (S,) loss of each; where it is not finite, training has blown up.
        start: loss before training. With it the zones are drawn: right is every rate around the best one
            whose loss has fallen by 90 % of the largest fall or more.
        suggestion: a rate to mark, or None.
        title: of the figure; None for a usual one.

    Returns:
        A `matplotlib.figure.Figure`.

    Example:
        >>> picture = kit.draw.loss_against_rate([0.01, 0.1, 1.0], [0.9, 0.1, np.nan], start=1.0)
        >>> [text.get_text() for text in picture.axes[0].texts]
        ['too small', 'right', 'too large', ' loss before training']
    """
    rates, losses = np.asarray(rates, "float64"), np.asarray(losses, "float64")
    with style():
        usual = (
            "The loss after equal training, at each learning rate" if start else "Loss against learning rate"
        )
        picture, panel = figure(title or usual, width=6.8, height=3.8)
        panel.plot(rates, losses, color=BLUE, marker="." if start is not None else None)
        panel.set(xlabel="learning rate", ylabel="training loss", xscale="log")
        if start is not None:
            _zones(panel, rates, losses, start)
        if suggestion is not None:
            label = f"suggestion {number(suggestion, 2)}"
            panel.axvline(suggestion, color=RED, linestyle="--", label=label)
            panel.legend()
    return picture


def right_rates(losses, start):
    """(first, last) index of the rates around the best one that have at least 90 % of its fall.

    Args:
        losses: (S,) loss of each rate.
        start: loss before training.

    Example:
        >>> right_rates([1.0, 0.5, 0.1, 0.12, np.inf], 1.0)
        (2, 3)
    """
    losses = np.where(np.isfinite(losses), losses, np.inf)
    best = int(np.argmin(losses))
    good = losses <= losses[best] + _SHARE * (start - losses[best])
    first, last = best, best
    while first > 0 and good[first - 1]:
        first -= 1
    while last + 1 < len(good) and good[last + 1]:
        last += 1
    return first, last


def _zones(panel, rates, losses, start):
    first, last = right_rates(losses, start)
    between = np.sqrt(rates[1:] * rates[:-1])
    low = between[first - 1] if first else rates[0]
    high = between[last] if last + 1 < len(rates) else rates[-1]
    top = 1.6 * max(start, float(np.min(losses[np.isfinite(losses)])))
    bounds = (rates[0], low, high, rates[-1])
    for name, color, left, right in zip(
        ("too small", "right", "too large"), (ORANGE, GREEN, RED), bounds[:-1], bounds[1:], strict=True
    ):
        if right > left:
            panel.axvspan(left, right, color=color, alpha=0.13, linewidth=0)
            middle = np.sqrt(left * right)
            place = {"transform": panel.get_xaxis_transform(), "ha": "center", "va": "bottom"}
            panel.text(middle, 1.01, name, color=color, weight="bold", **place)
    lost = ~np.isfinite(losses) | (losses > top)
    panel.plot(rates[lost], np.full(lost.sum(), 0.86 * top), "x", color=RED, markersize=6)
    panel.axhline(start, color=GRAY, linewidth=1, linestyle=":")
    panel.text(rates[0], start, " loss before training", color=GRAY, fontsize=9, va="bottom")
    panel.set(xlim=(rates[0], rates[-1]), ylim=(0, top))
