"""Targets that a binary crossentropy or a hinge cannot mean."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("binary_targets", severity="error", needs=["outputs", "y"])
def binary_targets(patient):
    """Targets beyond 0 to 1 (crossentropy) or -1 to 1 (hinge): the loss then falls without end.

    Source: measured, Keras 3.15.1: labels 1 and 2 end at a loss of -21.9, 0 and 255 at -4951.
    """
    for output in patient.taught:
        if output.loss.has_code("index_map") and not output.loss.has_code("indicator", "multi_hot"):
            continue
        low = 0 if output.loss.has_code("indicator", "multi_hot") else -1
        if not output.loss.has_code("indicator", "multi_hot", "sign") or output.y.dtype.kind not in "iufb":
            continue
        values = np.unique(output.y[np.isfinite(output.y)])
        if len(values) and (values[0] < low or values[-1] > 1):
            shown = ", ".join(f"{value:g}" for value in values[:6]) + (", ..." if len(values) > 6 else "")
            evidence = f"{output.loss.name} on targets {shown}; it is for {low} to 1"
            yield f"targets of '{output.name}'", evidence, _cure(values, output)


def _cure(values, output):
    if len(values) == 2:
        return f"Write y = (y == {values[1]:g}).astype('float32')."
    if values[-1] == 255:
        return "Divide by 255, or write y = (y > 127).astype('float32')."
    if len(values) <= 100 and np.array_equal(values, np.round(values)):
        return f"{len(values)} classes: {len(values)} units, softmax and sparse_categorical_crossentropy."
    return "Numbers are learnt by 'mse' with a linear output."


def failing():
    """Pairs of numbers that are not 0 and 1, bytes, three classes for one unit."""
    x = toys.numbers()
    for low, high in ((1, 2), (-1, 1), (0, 255)):
        y = np.where(toys.classes(2) > 0, high, low)
        yield Case(f"labels {low} and {high}", toys.model(1, "sigmoid", "binary_crossentropy"), (x, y))
    yield Case("three classes", toys.model(1, "sigmoid", "binary_crossentropy"), (x, toys.classes(3)))
    yield Case("hinge and 1, 2", toys.model(1, None, "hinge"), (x, toys.classes(2) + 1))


def passing():
    """0 and 1; -1 and 1 for margins; shares between."""
    x, y = toys.numbers(), toys.classes(2)
    yield Case("0 and 1", toys.model(1, "sigmoid", "binary_crossentropy"), (x, y))
    yield Case("-1 and 1", toys.model(1, None, "hinge"), (x, 2 * y - 1))
    yield Case("shares", toys.model(1, "sigmoid", "binary_crossentropy"), (x, 0.1 + 0.8 * y))
