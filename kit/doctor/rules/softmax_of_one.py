"""A softmax over one unit."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("softmax_of_one", severity="error", needs=["outputs"])
def softmax_of_one(patient):
    """Softmax over a single unit is 1 whatever the input: nothing can be learnt.

    Source: its definition; measured, Keras 3.15.1: accuracy stays at the share of class 1.
    """
    for output in patient.outputs:
        head = output.head
        if head is not None and head.activation == "softmax" and _units(head) == 1:
            cure = "Write activation='sigmoid' for one unit, or give one unit to each class."
            yield head.where, "softmax over 1 unit is always 1", cure


def _units(head):
    shape = getattr(getattr(head.layer, "output", None), "shape", head.shape)
    return shape[-1]


def failing():
    """A layer's argument and a layer of its own."""
    import keras

    yield Case("Dense(1, 'softmax')", toys.model(1, "softmax", "binary_crossentropy"))
    yield Case("Softmax() of one", toys.model(1, None, "binary_crossentropy", tail=[keras.layers.Softmax()]))


def passing():
    """Two units, or a sigmoid."""
    yield Case("two units", toys.model(2, "softmax", "sparse_categorical_crossentropy"))
    yield Case("sigmoid", toys.model(1, "sigmoid", "binary_crossentropy"))
