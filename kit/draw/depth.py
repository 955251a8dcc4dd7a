"""Gradient norms over the depth of networks."""

import numpy as np

from kit.draw.figures import PALETTE, figure, style
from kit.draw.text import readable

_MARKS = ("o", "s", "^", "D", "v", "P")


def gradient_norms(norms, title=None):
    """How large the gradient of each layer is, from the first layer to the last.

    Args:
        norms: dict, name of a network to (layers,) norms of its gradients, the first layer first.
        title: of the figure; None for a usual one.

    Returns:
        A `matplotlib.figure.Figure` with a logarithmic axis; norms of 0 are drawn as crosses at its foot.

    Example:
        >>> picture = kit.draw.gradient_norms({"sigmoid": [1e-9, 1e-6, 1e-3], "relu": [0.5, 0.6, 1.0]})
        >>> picture.axes[0].get_yscale()
        'log'
    """
    every = np.concatenate([np.ravel(values) for values in norms.values()])
    above = every[np.isfinite(every) & (every > 0)]
    foot = above.min() / 10 if len(above) else 0.1
    with style():
        usual = "The gradient on its way back from the loss (right) to the first layer (left)"
        picture, panel = figure(title or usual, width=7.4, height=4.0)
        for place, (name, values) in enumerate(norms.items()):
            values, color = np.asarray(values, "float64"), PALETTE[place % len(PALETTE)]
            layers = np.arange(1, len(values) + 1)
            there = values > 0
            mark = _MARKS[place % len(_MARKS)]
            line = {"marker": mark, "markersize": 4.5, "color": color}
            if there.any():
                panel.plot(layers[there], values[there], label=readable(name), **line)
            dead = f"{readable(name)}: 0" if not there.any() else None
            panel.plot(layers[~there], np.full((~there).sum(), foot), "x", color=color, label=dead)
        panel.set(xlabel="layer", ylabel="norm of the gradient", yscale="log")
        panel.xaxis.get_major_locator().set_params(integer=True)
        panel.legend()
    return picture
