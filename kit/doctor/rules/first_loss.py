"""A first loss far above that of knowing nothing."""

import math

import numpy as np

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_FAR = 3  # times the loss of knowing nothing


@rule("first_loss", severity="warning", needs=["outputs", "y"])
def first_loss(patient):
    """The crossentropy before training is far above ln C, that of equal shares: sure, and wrong.

    Source: Karpathy 2019, A Recipe for Training Neural Networks ("verify loss @ init").
    """
    for output in patient.taught:
        said = patient.said(output)
        classes = _classes(output)
        if said is None or not classes or not output.loss.is_keras:
            continue
        rows = min(len(said), len(output.y))
        compute = type(patient.model._compile_loss)(output.loss.given)
        loss = float(compute(output.y[:rows], said[:rows]))
        if np.isfinite(loss) and loss > _FAR * math.log(classes):
            evidence = (
                f"{loss:.3g} on {rows} samples; equal shares have ln {classes} = {math.log(classes):.3g}"
            )
            yield (
                f"loss of '{output.name}'",
                evidence,
                "Scale the inputs; take smaller first weights at the output.",
            )


def _classes(output):
    """Number of classes that outputs share one probability between; 0 for other losses."""
    if output.loss.name not in compiled.CROSSENTROPIES or output.head is None or "focal" in output.loss.name:
        return 0
    return 2 if output.loss.has_code("indicator") else output.head.units or 0


def failing():
    """Inputs in the hundreds, of which each unit adds up all."""
    softmax = (3, "softmax", "sparse_categorical_crossentropy")
    for units, activation, loss in (softmax, (1, "sigmoid", "binary_crossentropy")):
        model = toys.model(units, activation, loss)
        outer = np.ones((8, 1)) * np.arange(1, units + 1)
        model.set_weights([np.ones((4, 8)), np.zeros(8), outer, np.zeros(units)])
        data = (300 * np.abs(toys.numbers()), toys.classes(2))
        yield Case(f"{activation}, inputs of 300", model, data)


def passing():
    """Inputs of size 1."""
    model = toys.model(3, "softmax", "sparse_categorical_crossentropy")
    yield Case("standardised", model, (toys.numbers(), toys.classes(3)))
