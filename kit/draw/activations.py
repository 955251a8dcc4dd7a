"""Activation functions, each with its slope."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, ORANGE, figure, style
from kit.draw.text import readable

_USUAL = ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "gelu", "swish")
_BLANK = {"facecolor": "white", "edgecolor": "none", "pad": 1}
_POINTS = 400  # even: 0, where a corner has no slope, lies between two of them


def activation_curves(functions=_USUAL, low=-4.0, high=4.0, columns=4):
    """Activation functions and their derivatives, a panel each.

    The derivatives are those that the backend trains with, so a step has none.

    Args:
        functions: names of hidden activations in `kit.activations.names()`, or a dict, name to
            function of a tensor.
        low: left end of the axis.
        high: right end, above `low`.
        columns: panels in a row.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        KitError: if there is no activation of a name.

    Example:
        >>> picture = kit.draw.activation_curves(["relu", "leaky_relu(0.2)"])
        >>> [panel.get_title(loc="left") for panel in picture.axes]
        ['relu', 'leaky_relu(0.2)']
    """
    from kit import activations

    if not isinstance(functions, dict):
        functions = {name: activations.get(name) for name in functions}
    columns = min(columns, len(functions))
    rows = -(-len(functions) // columns)
    x = np.linspace(low, high, _POINTS, dtype="float32")
    with style():
        title = "Activation functions (blue) and their slopes (orange, dashed)"
        picture, panels = figure(title, rows=rows, columns=columns, width=2.7 * columns, height=2.1 * rows)
        panels = list(np.ravel(panels))
        for panel, (name, function) in zip(panels, functions.items(), strict=False):
            _one(panel, readable(name), function, x)
        for panel in panels[len(functions) :]:
            panel.remove()
    return picture


def _one(panel, name, function, x):
    import keras
    from keras import ops

    from kit import gradients

    inputs = keras.Input((1,))
    function = keras.Model(inputs, function(inputs))  # its weights are made once
    values = ops.convert_to_numpy(function(ops.convert_to_tensor(x[:, None]))).ravel()
    slopes = gradients.of_function(function, x[:, None]).ravel()
    for place in ("axhline", "axvline"):
        getattr(panel, place)(0, color=GRAY, linewidth=0.8)
    panel.plot(x, values, color=BLUE, linewidth=2.2, label="value")
    panel.plot(x, slopes, "--", color=ORANGE, label="slope")
    panel.set(title=name, xlim=(x[0], x[-1]), ylim=(-1.6, 2.4))
    low, high = slopes.min(), slopes.max()
    label = f"slope {low:.2f} to {high:.2f}" if high - low > 1e-6 else f"slope {high:.2f}"
    panel.text(0.03, 0.96, label, transform=panel.transAxes, va="top", fontsize=9, color=GRAY, bbox=_BLANK)
