"""A metric made for outputs of another kind."""

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule


@rule("metric_of_other_outputs", severity="error", needs=["outputs"])
def metric_of_other_outputs(patient):
    """A metric whose classes are counted otherwise than the outputs have them.

    `MeanIoU` takes outputs for class numbers unless it is told otherwise; the largest of one unit is
    always class 0; a threshold on a softmax of several classes says nothing of the decision.
    Source: documentation of Keras' metrics.
    """
    for output in patient.judged:
        for metric in output.metrics:
            found = _misfit(compiled.metric_name(metric), metric, output.head)
            if found:
                yield f"metric '{compiled.metric_name(metric)}'", *found


def _misfit(name, metric, head):
    units = head.units or 0
    if name in ("mean_io_u", "io_u") and getattr(metric, "sparse_y_pred", True) and units > 1:
        return f"takes {units} probabilities for class numbers", "Write MeanIoU(..., sparse_y_pred=False)."
    if name in ("sparse_categorical_accuracy", "categorical_accuracy") and units == 1:
        return "the largest of 1 output is always class 0", "Write keras.metrics.BinaryAccuracy()."
    if name == "binary_accuracy" and head.activation == "softmax" and units > 2:
        return (
            f"cuts each of {units} shares at 0.5",
            "Write SparseCategoricalAccuracy or CategoricalAccuracy.",
        )
    return None


def failing():
    """One of each."""
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, activation="softmax")]
    overlap = keras.metrics.MeanIoU(3)
    yield Case("MeanIoU of shares", toys.stack(layers, "sparse_categorical_crossentropy", [overlap]))
    largest = keras.metrics.SparseCategoricalAccuracy()
    yield Case("largest of one", toys.model(1, "sigmoid", "binary_crossentropy", [largest]))
    cut = keras.metrics.BinaryAccuracy()
    yield Case("shares cut at 0.5", toys.model(5, "softmax", "categorical_crossentropy", [cut]))


def passing():
    """Each as it is meant."""
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, activation="softmax")]
    overlap = keras.metrics.MeanIoU(3, sparse_y_pred=False)
    yield Case("MeanIoU", toys.stack(layers, "sparse_categorical_crossentropy", [overlap]))
    yield Case("accuracy", toys.model(5, "softmax", "categorical_crossentropy", ["accuracy"]))
