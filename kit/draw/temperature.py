"""Softmax at several temperatures."""

import numpy as np

from kit.draw.figures import GRAY, PALETTE, class_colors, figure, style
from kit.draw.text import readable


def softmax_temperature(scores=(3.0, 2.0, 1.0, 0.0), temperatures=(0.3, 1.0, 3.0), names=None):
    """How the temperature of a softmax spreads probability over classes: softmax(scores / temperature).

    Args:
        scores: (C,) one number for each class, before the softmax.
        temperatures: those that are shown as bars, each above 0.
        names: C names of the classes; None for their scores.

    Returns:
        A `matplotlib.figure.Figure`: bars for each temperature, and every class over all temperatures.

    Raises:
        ValueError: if a temperature is not above 0.

    Source: Hinton et al. 2015, Distilling the Knowledge in a Neural Network (arXiv:1503.02531).

    Example:
        >>> left, right = kit.draw.softmax_temperature((1.0, 0.0), temperatures=(1.0,)).axes
        >>> [round(float(bar.get_height()), 3) for bar in left.patches]
        [0.731, 0.269]
    """
    scores, temperatures = np.asarray(scores, "float64"), [float(each) for each in temperatures]
    if min(temperatures) <= 0:
        raise ValueError(f"`temperatures` are above 0. Received: {temperatures}")
    names = [readable(f"score {score:g}" if names is None else names[i]) for i, score in enumerate(scores)]
    with style():
        title = "Softmax: a low temperature decides, a high one spreads the probability"
        picture, (left, right) = figure(title, columns=2, width=9.4, height=3.4)
        _bars(left, scores, temperatures, names)
        _lines(right, scores, temperatures, names)
    return picture


def _softmax(scores, temperature):
    powers = np.exp((scores - scores.max()) / temperature)
    return powers / powers.sum()


def _bars(panel, scores, temperatures, names):
    wide = 0.8 / len(temperatures)
    places = np.arange(len(scores)) - 0.4 + wide / 2
    for number, temperature in enumerate(temperatures):
        heights = _softmax(scores, temperature)
        color = PALETTE[number % len(PALETTE)]
        label = f"temperature {temperature:g}"
        panel.bar(places + number * wide, heights, 0.92 * wide, color=color, label=label)
    panel.set(ylabel="probability", ylim=(0, 1), xticks=np.arange(len(scores)))
    panel.set_xticklabels(names)
    panel.grid(visible=False, axis="x")
    panel.legend()


def _lines(panel, scores, temperatures, names):
    low, high = min(*temperatures, 0.1) / 2, max(*temperatures, 10.0) * 2
    all_temperatures = np.geomspace(low, high, 200)
    chances = np.array([_softmax(scores, each) for each in all_temperatures])
    for name, line, color in zip(names, chances.T, class_colors(len(names)), strict=True):
        panel.plot(all_temperatures, line, color=color, label=name)
    for temperature in temperatures:
        panel.axvline(temperature, color=GRAY, linewidth=0.8, linestyle=":")
    panel.axhline(1 / len(scores), color=GRAY, linewidth=1, linestyle="--")
    panel.text(low, 1 / len(scores), f" 1 / {len(scores)}", color=GRAY, fontsize=9, va="bottom")
    panel.set(xscale="log", xlabel="temperature", ylabel="probability", xlim=(low, high), ylim=(0, 1.02))
    panel.legend()
