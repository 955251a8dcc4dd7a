"""A model that cannot run on its data."""

import numpy as np

from kit.doctor import toys
from kit.doctor.patient import PROBED, head_of
from kit.doctor.rule import Case, rule


@rule("model_runs", severity="error", needs=["model", "x"])
def model_runs(patient):
    """The model's forward pass raises on the first samples, or says what is not finite.

    Source: none needed.
    """
    from keras import tree

    said, error = patient.forward
    if error is not None:
        text = " ".join(str(error).split())[:300]
        evidence = f"the model raises {type(error).__name__}: {text}"
        yield "inputs", evidence, "Give inputs of the shape it was built for."
    elif all(map(_is_finite, tree.flatten(head_of(patient.x, PROBED)))) and not all(map(_is_finite, said)):
        cure = "Look for a logarithm, a division, or weights that are not finite."
        yield "outputs", "not finite on finite inputs", cure


def _is_finite(values):
    values = np.asarray(values)
    return values.dtype.kind not in "f" or bool(np.isfinite(values).all())


def failing():
    """Too few columns; a division by zero."""
    import keras

    yield Case("2 of 4 columns", toys.model(), (toys.numbers(columns=2), toys.numbers(columns=1)))
    nothing = toys.stack([keras.Input((4,)), keras.layers.Rescaling(0.0), keras.layers.Lambda(_one_over)])
    yield Case("1 / 0", nothing, (toys.numbers(), toys.numbers()))


def _one_over(x):
    return 1 / x


def passing():
    """A model on its own data."""
    yield Case("runs", toys.model(), (toys.numbers(), toys.numbers(columns=1)))
