"""A model that cannot run on its data."""

import numpy as np

from kit.doctor import toys
from kit.doctor.patient import head_of
from kit.doctor.rule import Case, rule


@rule("model_runs", severity="error", needs=["model", "x"])
def model_runs(patient):
    """The model's forward pass raises on two samples, or says what is not finite.

    Source: none needed.
    """
    from keras import ops, tree

    try:
        said = patient.model(head_of(patient.x, 2), training=False)
    except Exception as error:
        text = " ".join(str(error).split())[:300]
        yield (
            "inputs",
            f"the model raises {type(error).__name__}: {text}",
            "Give inputs of the shape it was built for.",
        )
        return
    finite_input = all(
        np.isfinite(each).all() for each in map(np.asarray, tree.flatten(head_of(patient.x, 2)))
    )
    said = [np.asarray(ops.convert_to_numpy(each), "float32") for each in tree.flatten(said)]
    if finite_input and not all(np.isfinite(each).all() for each in said):
        yield (
            "outputs",
            "not finite on finite inputs",
            "Look for a log, a division or weights that are not finite.",
        )


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
