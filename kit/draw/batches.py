"""What the batch size does to the way down."""

import numpy as np

from kit.draw.figures import PALETTE, figure, style
from kit.draw.surface import contours, trace


def batch_paths(surface, paths, *, samples, x, y, names=("weight 1", "weight 2")):
    """The paths of several batch sizes on the loss of all samples, and the loss against samples seen.

    Args:
        surface: NumPy function of two arrays -> array: the loss of all samples.
        paths: dict, batch size to (steps + 1, 2) weights.
        samples: number of samples, for the axis in epochs.
        x: (low, high) of the first weight.
        y: (low, high) of the second.
        names: of the two weights.

    Returns:
        A `matplotlib.figure.Figure`: a panel for each batch size, and one for the losses.

    Example:
        >>> way = np.array([[2.0, 1.0], [1.0, 0.5]])
        >>> bowl = lambda u, v: u**2 + v**2
        >>> picture = kit.draw.batch_paths(bowl, {8: way}, samples=8, x=(-3, 3), y=(-3, 3))
        >>> picture.axes[1].lines[0].get_xydata().tolist()  # after one batch of 8: one epoch
        [[0.0, 5.0], [1.0, 1.25]]
    """
    with style():
        title = "Small batches: many noisy steps an epoch. Large batches: few straight ones."
        width = 3.0 * (len(paths) + 1)
        picture, panels = figure(title, columns=len(paths) + 1, width=width, height=3.1)
        for panel, color, (size, way) in zip(panels[:-1], PALETTE, paths.items(), strict=False):
            way = np.asarray(way)
            contours(panel, surface, x, y)
            trace(panel, way, color)
            steps = f"{len(way) - 1} steps" if len(way) != 2 else "1 step"
            panel.set(xlim=x, ylim=y, xlabel=names[0], title=f"batch of {size}: {steps}")
            epochs = _epochs(np.arange(len(way)), size, samples)
            panels[-1].plot(epochs, surface(*way.T), color=color, label=f"batch of {size}")
        panels[0].set_ylabel(names[1])
        panels[-1].set(xlabel="epochs", title="loss of all samples", yscale="log")
        panels[-1].legend()
    return picture


def _epochs(steps, size, samples):
    """How many epochs so many steps are; the last batch of an epoch is what is left."""
    each = -(-samples // size)
    return steps // each + np.minimum(steps % each * size, samples) / samples
