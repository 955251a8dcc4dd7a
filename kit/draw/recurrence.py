"""A recurrent layer unrolled in time: what comes in, and the state that is handed on."""

import numpy as np

from kit.draw.figures import BLUE, GRAY, figure, style
from kit.draw.text import number, readable

_STEP = 0.72  # inches from one step to the next


def unrolled(inputs, states, masked=None, title=None):
    """Step after step from left to right: the input below, the state above, an arrow to the next state.

    A cell is a unit of the state: red above 0, blue below, white at 0.

    Args:
        inputs: (steps,) words or numbers, or (steps, features), of which the mean is written.
        states: (steps, units), after each step.
        masked: (steps,) of booleans, steps that are skipped; they are drawn in gray. None for none.
        title: of the figure; None for how to read it.

    Returns:
        A `matplotlib.figure.Figure`.

    Raises:
        ValueError: if there are not as many inputs as states.

    Example:
        >>> picture = unrolled(["a", "b"], np.zeros((2, 3)))
        >>> [text.get_text() for text in picture.axes[0].texts if text.get_text()]
        ['a', 'b']
    """
    states = np.asarray(states, "float64")
    steps, units = states.shape
    if len(inputs) != steps:
        raise ValueError(f"{len(inputs)} inputs for {steps} states.")
    skipped = np.zeros(steps, bool) if masked is None else np.asarray(masked, bool)
    with style():
        title = title or "one layer at each step: the state (red above 0, blue below) is handed on"
        height = 0.24 * units + 1.0
        picture, axes = figure(title, width=max(5.0, _STEP * steps + 1.2), height=height)
        most = np.abs(states).max() or 1.0
        for step in range(steps):
            extent = (step - 0.28, step + 0.28, 0, units)
            axes.imshow(states[step][:, None], cmap="RdBu_r", vmin=-most, vmax=most, extent=extent)
            _joined(axes, step, units, skipped[step])
            axes.text(step, -1.6, _said(inputs[step]), ha="center", va="center", fontsize=9)
        axes.set(xlim=(-0.6, steps - 0.1), ylim=(-2.2, units + 0.3), aspect="auto")
        axes.set_yticks([units / 2, -1.6], ["state", "input"])
        axes.set_xticks(range(steps), [str(step + 1) for step in range(steps)])
        axes.set_xlabel("step")
        axes.grid(visible=False)
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(length=0)
    return picture


def _joined(axes, step, units, skipped):
    """The frame of a state, and the arrows to it."""
    from matplotlib.patches import Rectangle

    color = GRAY if skipped else "black"
    frame = Rectangle((step - 0.28, 0), 0.56, units, fill=False, edgecolor=color, linewidth=1)
    axes.add_patch(frame)
    style = {"arrowstyle": "->", "color": GRAY if skipped else BLUE, "linewidth": 1.2}
    if skipped:
        style["linestyle"] = ":"
    else:
        axes.annotate("", (step, 0), (step, -1.1), arrowprops=style)
    if step:
        axes.annotate("", (step - 0.28, units / 2), (step - 0.72, units / 2), arrowprops=style)


def _said(value):
    if isinstance(value, str):
        return readable(value, 8)
    return number(float(np.mean(value)), 2)
