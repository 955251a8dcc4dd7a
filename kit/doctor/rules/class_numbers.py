"""Class numbers that the outputs do not have."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("class_numbers", severity="error", needs=["outputs", "y"])
def class_numbers(patient):
    """Numbers of classes below 0, from the number of units on, or between whole numbers.

    Source: measured, Keras 3.15.1: labels 1 to 3 for three units raise on TensorFlow and train in silence
    on JAX.
    """
    for output in patient.taught:
        units = output.head.units if output.head is not None else None
        if not output.loss.has_code("integer") or output.y.dtype.kind not in "iuf" or not units:
            continue
        values = np.unique(output.y)
        bad = values[(values < 0) | (values >= units) | (values != np.round(values))]
        bad = bad[bad != output.loss.option("ignore_class", -(10**9))]
        if len(bad):
            shown = ", ".join(f"{value:g}" for value in bad[:5])
            evidence = f"class {shown} for {units} units, which are 0 to {units - 1}"
            yield f"targets of '{output.name}'", evidence, _cure(values, units)


def _cure(values, units):
    if values[0] == 1 and values[-1] == units:
        return "Write y - 1: classes count from 0."
    if values[-1] == 255:
        return "255 marks what is not to be learnt: write ignore_class=255 in the loss."
    return f"Number the classes 0 to C - 1 and give the output C units (np.unique finds {len(values)})."


def failing():
    """Counted from 1, more than units, void pixels, and a number between two classes."""
    x, y = toys.numbers(), toys.classes(3)
    for title, wrong in (("counted from 1", y + 1), ("4 of 3", toys.classes(4)), ("halves", y / 2)):
        yield Case(title, toys.model(3, "softmax", "sparse_categorical_crossentropy"), (x, wrong))
    void = np.where(np.arange(64) == 5, 255, y)
    yield Case("void", toys.model(3, "softmax", "sparse_categorical_crossentropy"), (x, void))


def passing():
    """Counted from 0; void that the loss knows."""
    import keras

    x, y = toys.numbers(), toys.classes(3)
    yield Case("0 to 2", toys.model(3, "softmax", "sparse_categorical_crossentropy"), (x, y))
    loss = keras.losses.SparseCategoricalCrossentropy(ignore_class=255)
    yield Case("void", toys.model(3, "softmax", loss), (x, np.where(np.arange(64) == 5, 255, y)))
