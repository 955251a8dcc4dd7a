"""An output activation that the loss was not made for."""

from kit.doctor import graph, toys
from kit.doctor.rule import Case, rule

_REACHED = {"sign": (-1.0, 1.0)}  # targets that outputs have to reach, by the code of the row


@rule("activation_of_loss", severity="error", needs=["outputs"])
def activation_of_loss(patient):
    """The output activation is none of those that the match table has for the loss.

    Another activation of the same range is as good, and so is one that reaches the targets of a
    loss of margins. What numbers a regression must reach, its targets say: rule `target_range`.
    Source: `kit.match`; measured, Keras 3.15.1: from ln C for ever (crossentropy) to NaN (Poisson).
    """
    for output in patient.judged:
        loss, head = output.loss, output.head
        if loss.rows and head.range is not None and not loss.expects_logits and not _fits(loss, head):
            wanted = " or ".join(loss.activations)
            where = f"{head.activation} gives {_interval(head.range)}, {loss.name} is for {wanted}"
            logits = loss.name in (
                "binary_crossentropy",
                "categorical_crossentropy",
                "sparse_categorical_crossentropy",
            )
            other = ", or from_logits=True in the loss" if logits and head.activation == "linear" else ""
            yield head.where, where, f"Write activation='{loss.activations[0]}'{other}."


def _fits(loss, head):
    return any(_fits_row(row, head) for row in loss.rows)


def _fits_row(row, head):
    if head.activation == "softmax" and head.units == 1:
        return True  # the rule `softmax_of_one` says more
    if row.form in ("numeric", "image") and row.activation != "exponential":
        return True
    if row.activation == "linear" and row.code != "sign":
        return True
    if row.code in _REACHED:
        low, high = _REACHED[row.code]
        return head.range[0] <= low and high <= head.range[1]
    if row.activation == "softmax":
        return head.activation == "softmax"
    same_range = graph.RANGES.get(row.activation) == head.range
    return same_range and (head.activation not in ("softmax", "relu"))


def _interval(ends):
    low, high = (f"{end:.4g}" for end in ends)
    return f"{low} to {high}"


def failing():
    """The measured ones."""
    import keras

    for units, activation, loss in (
        (1, None, "binary_crossentropy"),
        (1, "tanh", "binary_crossentropy"),
        (1, "relu", "binary_crossentropy"),
        (3, None, "sparse_categorical_crossentropy"),
        (3, "relu", "categorical_crossentropy"),
        (3, "sigmoid", "sparse_categorical_crossentropy"),
        (1, "sigmoid", "hinge"),
        (1, "relu", "squared_hinge"),
        (3, None, "kl_divergence"),
        (3, "sigmoid", "kl_divergence"),
        (1, None, "poisson"),
        (1, "relu", "poisson"),
    ):
        yield Case(f"{activation} and {loss}", toys.model(units, activation, loss))
    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, padding="same")]
    yield Case("linear and Dice", toys.stack(layers, keras.losses.Dice()))


def passing():
    """Those of the table, others of the same range, and margins that tanh reaches."""
    for units, activation, loss in (
        (1, "sigmoid", "binary_crossentropy"),
        (3, "softmax", "categorical_crossentropy"),
        (1, "tanh", "hinge"),
        (1, "softplus", "poisson"),
        (1, "exponential", "poisson"),
        (1, None, "mse"),
        (3, "softmax", "kl_divergence"),
    ):
        yield Case(f"{activation} and {loss}", toys.model(units, activation, loss))
