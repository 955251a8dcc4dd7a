"""Losses as functions of one output, each with its slope."""

import numpy as np

from kit.draw.figures import GRAY, PALETTE, figure, style
from kit.draw.text import readable
from kit.errors import unknown

_POINTS = 400  # even: corners lie between two of them
_DASHES = ("-", "--", "-.", ":")
_AXES = {  # of what: form of the target, the axis' name, its ends
    "error": ("numeric", "error: output - target", (-3.0, 3.0)),
    "probability": ("binary", "probability of the true class", (0.01, 0.99)),
    "score": ("binary", "score of the true class: output before the activation", (-4.0, 4.0)),
}


def loss_curves(names=("mse", "mae", "huber"), of="error", ends=None):
    """What an output costs, and how hard the loss pulls at it.

    Args:
        names: losses of the match table whose targets are numbers, or two classes with one unit.
        of: "error" for numbers; "score" or "probability" for two classes. A loss whose output
            is no probability has none: hinge is a function of the score.
        ends: (low, high) of the axis; None for the usual ones.

    Returns:
        A `matplotlib.figure.Figure`, the losses on the left, their derivatives on the right.

    Raises:
        MatchError: if there is no such loss for this form of target.
        KitError: if `of` is something else.

    Example:
        >>> picture = kit.draw.loss_curves(["crossentropy", "hinge"], of="score")
        >>> [panel.get_ylabel() for panel in picture.axes]
        ['loss', 'slope of the loss']
    """
    if of not in _AXES:
        raise unknown("axis of a loss", of, _AXES)
    form, label, usual = _AXES[of]
    x = np.linspace(*(ends or usual), _POINTS, dtype="float32")
    with style():
        title = f"Losses as functions of the {of}: what it costs, and how hard it pulls"
        picture, (left, right) = figure(title, columns=2, width=9.4, height=3.6)
        if of == "score":
            left.step(x, x < 0, color=GRAY, linewidth=1.2, label="wrong or right")
        for place, name in enumerate(names):
            values, slopes = _curve(form, name, of, x)
            line = {"color": PALETTE[place % len(PALETTE)], "linestyle": _DASHES[place % len(_DASHES)]}
            left.plot(x, values, label=readable(name), **line)
            right.plot(x, slopes, label=readable(name), **line)
        for panel, what in ((left, "loss"), (right, "slope of the loss")):
            panel.axhline(0, color=GRAY, linewidth=0.8)
            panel.set(xlabel=label, ylabel=what, xlim=(x[0], x[-1]))
        left.legend()
    return picture


def _curve(form, name, of, x):
    """Loss of each sample and its derivative by x, both (N,)."""
    from keras import ops

    from kit import gradients

    function = _loss_of(form, name, of)
    x = x[:, None]
    return ops.convert_to_numpy(function(ops.convert_to_tensor(x))), gradients.of_function(
        function, x
    ).ravel()


def _loss_of(form, name, of):
    """Function (N, 1) -> (N,): the loss of an output for target 0, or for the second of two classes."""
    from keras import activations, ops

    from kit import codecs, match

    row = match.resolve(form, name)
    loss = match.make_loss(row)
    truth = ["b"] if form == "binary" else [0.0]
    target = codecs.get(row.code).encode(truth, ("a", "b") if form == "binary" else ("y",))
    activate = activations.get(row.activation) if of == "score" else lambda x: x
    return lambda x: loss.call(ops.ones_like(x) * np.asarray(target, "float32"), activate(x))
