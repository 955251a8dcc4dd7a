"""A loss that expects logits behind an activation."""

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_SQUASHING = ("sigmoid", "softmax", "hard_sigmoid", "log_softmax")


@rule("logits_twice", severity="error", needs=["outputs"])
def logits_twice(patient):
    """Outputs that were squashed already and a loss that squashes them again (`from_logits=True`).

    Keras undoes this on TensorFlow where the activation is the last operation, and nowhere else.
    Source: measured, Keras 3.15.1: loss stays at 0.550 in place of 0.048; keras-hub#1008.
    """
    for output in patient.judged:
        if output.loss.expects_logits and output.head.activation in _SQUASHING:
            after = output.head.after
            behind = f", {len(after)} operation(s) before the end," if after else ""
            evidence = f"{output.head.activation}{behind} and {output.loss.name}(from_logits=True)"
            cure = (
                "Write from_logits=False"
                if not after
                else "Make the activation the last layer, from_logits=False"
            )
            yield output.head.where, evidence, f"{cure}; or activation=None and keep from_logits=True."


def failing():
    """Each activation, last and not last."""
    import keras

    for units, activation, loss in (
        (1, "sigmoid", keras.losses.BinaryCrossentropy),
        (3, "softmax", keras.losses.SparseCategoricalCrossentropy),
        (3, "softmax", keras.losses.CategoricalCrossentropy),
    ):
        wrong = loss(from_logits=True)
        yield Case(f"{activation} last, {wrong.name}", toys.model(units, activation, wrong))
        tail = [keras.layers.Reshape((units,))]
        yield Case(f"{activation}, Reshape, {wrong.name}", toys.model(units, activation, wrong, tail=tail))


def passing():
    """Logits as logits, probabilities as probabilities."""
    import keras

    yield Case("logits", toys.model(1, None, keras.losses.BinaryCrossentropy(from_logits=True)))
    yield Case("probabilities", toys.model(3, "softmax", "sparse_categorical_crossentropy"))
