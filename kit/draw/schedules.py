"""Learning rate schedules."""

import numpy as np

from kit.draw.figures import PALETTE, figure, style
from kit.draw.text import readable

_DASHES = ("-", "--", "-.", (0, (5, 1, 1, 1)), ":")
_USUAL = ("constant", "step", "exponential", "cosine", "one_cycle")


def schedule_curves(names=_USUAL, peak=1.0, steps=200, warmup=0.05):
    """The learning rate over a run, for each schedule.

    Args:
        names: names in `kit.schedules.names()`.
        peak: largest learning rate, above 0.
        steps: number of steps of the run.
        warmup: share of the steps in which the rate rises first, 0 to below 1.

    Returns:
        A `matplotlib.figure.Figure`: the rates on a linear axis, and on a logarithmic one.

    Raises:
        KitError: if there is no schedule of a name.

    Example:
        >>> picture = kit.draw.schedule_curves(["cosine"], peak=0.1, steps=50)
        >>> float(picture.axes[0].lines[0].get_ydata().max())
        0.1
    """
    from kit import schedules

    with style():
        title = "Learning rate schedules: large steps to get there, small ones to settle"
        picture, (left, right) = figure(title, columns=2, width=9.4, height=3.4)
        for place, name in enumerate(names):
            rates = np.array(schedules.table(name, peak, steps, warmup))
            line = {"color": PALETTE[place % len(PALETTE)], "linestyle": _DASHES[place % len(_DASHES)]}
            for panel in (left, right):
                panel.plot(np.arange(steps), rates, label=readable(name), **line)
        left.set(xlabel="step", ylabel="learning rate", ylim=(0, 1.05 * peak))
        right.set(xlabel="step", yscale="log", ylim=(peak / 500, 1.5 * peak))
        left.legend()
    return picture
