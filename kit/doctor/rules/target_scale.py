"""Targets of a regression far from the size of the outputs."""

import numpy as np

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_FAR = 50  # times the size of an untrained output, which is about 1


@rule("target_scale", severity="warning", needs=["outputs", "y"])
def target_scale(patient):
    """Targets in the tens of thousands and outputs near 0: each step moves an output by the learning rate.

    Source: LeCun et al. 1998, Efficient BackProp, section 4.3; measured, Keras 3.15.1: targets of 2e5 are at
    99.9 % of their first loss after 15 epochs.
    """
    for output in patient.taught:
        if output.loss.name not in compiled.ERROR_LOSSES or not output.loss.is_keras or not _is_plain(output):
            continue
        y = output.y[np.isfinite(output.y)]
        mean, spread = (float(y.mean()), float(y.std())) if y.size else (0.0, 0.0)
        if max(abs(mean), spread) > _FAR:
            evidence = f"targets of {mean:.4g} +- {spread:.4g}; untrained outputs are near 0"
            scaling = f"({spread:.4g}, {mean:.4g})"
            cure = f"Learn (y - {mean:.4g}) / {spread:.4g}, then end the model with Rescaling{scaling}."
            yield f"targets of '{output.name}'", evidence, cure


def _is_plain(output):
    """Whether the outputs are those of a layer, not scaled by another one."""
    known = output.head is None or not any(type(layer).__name__ == "Rescaling" for layer in output.head.after)
    return known and output.y.dtype.kind in "iuf"


def failing():
    """House prices."""
    x = toys.numbers()
    for loss in ("mse", "mae", "huber"):
        yield Case(f"prices, {loss}", toys.model(1, None, loss), (x, 2e5 + 1e5 * x[:, :1]))


def passing():
    """Standardised, by hand or by the model."""
    import keras

    x = toys.numbers()
    yield Case("standardised", toys.model(1), (x, x[:, :1]))
    inside = toys.model(1, tail=[keras.layers.Rescaling(1e5, 2e5)])
    yield Case("in the model", inside, (x, 2e5 + 1e5 * x[:, :1]))
