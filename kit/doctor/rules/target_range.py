"""Targets that the output activation cannot reach."""

import numpy as np

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_SHARE = 0.01  # of targets that may lie beyond


@rule("target_range", severity="error", needs=["outputs", "y"])
def target_range(patient):
    """More than one target of a hundred lies beyond what the output's activation can say.

    Source: measured, Keras 3.15.1: ReLU and negative targets stay at 3.58, a sigmoid and 0..100 at 2695.
    """
    for output in patient.taught:
        if not _of_numbers(output.loss) or output.head is None or output.head.range is None:
            continue
        low, high = output.head.range
        y = output.y[np.isfinite(output.y)] if output.y.dtype.kind == "f" else output.y
        if not y.size or y.dtype.kind not in "iuf":
            continue
        slack = 1e-3 * (float(y.max()) - float(y.min()))
        beyond = float(np.mean((y < low - slack) | (y > high + slack)))
        if beyond > _SHARE:
            evidence = (
                f"{beyond:.0%} of the targets ({y.min():.4g} to {y.max():.4g}) lie beyond "
                f"{output.head.activation}'s {low:.4g} to {high:.4g}"
            )
            yield output.head.where, evidence, "Write activation=None, or scale the targets to that range."


def _of_numbers(loss):
    return loss.name in compiled.ERROR_LOSSES or any(row.form in ("numeric", "image") for row in loss.rows)


def failing():
    """ReLU below 0, sigmoid and tanh above 1."""
    x = toys.numbers()
    yield Case("ReLU, negative targets", toys.model(1, "relu"), (x, x[:, :1]))
    for activation in ("sigmoid", "tanh"):
        yield Case(f"{activation}, 0..100", toys.model(1, activation), (x, np.abs(x[:, :1]) * 50))


def passing():
    """A range that fits, by itself or by a Rescaling."""
    import keras

    x = toys.numbers()
    yield Case("linear", toys.model(1), (x, x[:, :1]))
    yield Case("sigmoid, 0..1", toys.model(1, "sigmoid"), (x, (x[:, :1] > 0).astype("float32")))
    scaled = toys.model(1, "sigmoid", tail=[keras.layers.Rescaling(100)])
    yield Case("sigmoid, Rescaling(100)", scaled, (x, np.clip(np.abs(x[:, :1]) * 30, 0, 100)))
