"""Training curves: what was learnt, epoch by epoch."""

import numpy as np

from kit import draw
from kit.evaluation.plots import FIGURES

_READING = (
    "Where the two lines part, the network starts to learn its training samples by heart; "
    "where both still fall at the end, more epochs would help."
)


@FIGURES.register("training", at=10, fits=lambda report: bool(report.history.get("loss")), reading=_READING)
def training(report):
    """Loss and one metric over the epochs, of the training and the validation part."""
    history = report.history
    shown = ["loss", *_metrics(history)[:1]]
    figure, axes = draw.figure(_title(history), columns=len(shown), width=4.6 * len(shown) + 1.0, height=3.4)
    for panel, name in zip(np.ravel(axes), shown, strict=True):
        _curve(panel, history, name)
    return figure


def _metrics(history):
    """Metrics that were also taken on the validation part, best known first."""
    known = ["accuracy", "mae", "rmse"]
    both = [name for name in history if f"val_{name}" in history and name != "loss"]
    return sorted(both, key=lambda name: known.index(name) if name in known else len(known))


def _title(history):
    name = "val_loss" if history.get("val_loss") else "loss"
    values = np.asarray(history[name], float)
    if not np.isfinite(values).any():
        return "the loss was never finite"
    best = int(np.nanargmin(values))
    kind = {"val_loss": "validation", "loss": "training"}[name]
    return f"lowest {kind} loss {draw.number(values[best], 3)} in epoch {best + 1} of {len(values)}"


def _curve(panel, history, name):
    lines = {name: ("training", draw.BLUE, "-"), f"val_{name}": ("validation", draw.ORANGE, "--")}
    for key, (label, colour, dashes) in lines.items():
        if history.get(key):
            epochs = np.arange(1, len(history[key]) + 1)
            marker = "o" if len(epochs) < 12 else None
            panel.plot(epochs, history[key], dashes, color=colour, label=label, marker=marker, markersize=4)
    panel.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    panel.set_xlabel("epoch")
    panel.set_ylabel(draw.readable(name))
    panel.legend()
