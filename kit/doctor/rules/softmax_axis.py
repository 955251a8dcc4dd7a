"""A softmax over another axis than that of the classes."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("softmax_axis", severity="error", needs=["outputs"])
def softmax_axis(patient):
    """The output's softmax runs over an axis that is not the last, where Keras' losses expect classes.

    Source: Keras' losses sum over the last axis; measured: Softmax(axis=1) on (N, H, W, C) builds in silence.
    """
    for output in patient.outputs:
        if output.head is None or output.head.activation != "softmax":
            continue
        layer, rank = output.head.layer, len(output.head.shape)
        axis = getattr(layer, "axis", -1)
        if isinstance(axis, int) and axis not in (-1, rank - 1) and not output.head.after:
            evidence = f"softmax over axis {axis} of outputs {output.head.shape}"
            yield output.head.where, evidence, "Write Softmax(axis=-1)."


def failing():
    """Maps of classes, softmax over the rows."""
    import keras

    for axis in (1, 2):
        layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3), keras.layers.Softmax(axis=axis)]
        yield Case(f"axis {axis} of a map", toys.stack(layers, "sparse_categorical_crossentropy"))


def passing():
    """Over the classes."""
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3), keras.layers.Softmax()]
    yield Case("last axis", toys.stack(layers, "sparse_categorical_crossentropy"))
