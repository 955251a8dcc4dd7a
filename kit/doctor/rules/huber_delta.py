"""Huber's bend in units in which every error is large."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_FAR = 20  # standard deviations of the targets in one delta, or the other way round


@rule("huber_delta", severity="warning", needs=["outputs", "y"])
def huber_delta(patient):
    """delta is a size of error in the targets' unit; far from their spread Huber is MAE or MSE.

    Source: Huber 1964; measured, Keras 3.15.1: 199999.5 for an error of 2e5.
    """
    for output in patient.taught:
        if output.loss.name != "huber" or not output.loss.is_keras or output.y.dtype.kind not in "iuf":
            continue
        delta, spread = float(output.loss.option("delta", 1.0)), float(np.nanstd(output.y))
        if spread > _FAR * delta or 0 < spread < delta / _FAR:
            like = "MAE" if spread > delta else "half of MSE"
            evidence = f"delta {delta:.4g} beside targets that spread by {spread:.4g}: it is {like}"
            yield f"targets of '{output.name}'", evidence, f"Write keras.losses.Huber(delta={spread:.2g})."


def failing():
    """Too small and too large."""
    import keras

    x = toys.numbers()
    yield Case("prices", toys.model(1, None, "huber"), (x, 1e5 * x[:, :1]))
    yield Case("delta 100", toys.model(1, None, keras.losses.Huber(delta=100.0)), (x, x[:, :1]))


def passing():
    """As wide as the targets."""
    x = toys.numbers()
    yield Case("standardised", toys.model(1, None, "huber"), (x, x[:, :1]))
