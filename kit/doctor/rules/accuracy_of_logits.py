"""A metric of probabilities that is given logits."""

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_OF_PROBABILITIES = (
    "binary_accuracy",
    "auc",
    "precision",
    "recall",
    "f1_score",
    "binary_io_u",
    "true_positives",
)


@rule("accuracy_of_logits", severity="error", needs=["outputs"])
def accuracy_of_logits(patient):
    """A metric compares logits with a threshold of probabilities, 0.5.

    Source: measured, Keras 3.15.1: logits 0.2 and 0.3 of class 1 have accuracy 0; AUC 0.75 in place of 1.
    """
    for output in patient.judged:
        head = output.head
        if head.activation != "linear" or not output.loss.expects_logits:
            continue
        for metric in output.metrics:
            if _expects_probabilities(metric, head.units):
                name = compiled.metric_name(metric)
                yield f"metric '{name}'", "a threshold of 0.5 on outputs that are logits", _cure(name)


def _expects_probabilities(metric, units):
    name = compiled.metric_name(metric)
    if name == "accuracy":  # Keras takes BinaryAccuracy for one unit, argmax for more
        return units == 1
    if name == "auc":
        return not getattr(metric, "_from_logits", False)
    threshold = getattr(metric, "threshold", getattr(metric, "thresholds", 0.5))
    threshold = threshold[0] if isinstance(threshold, list | tuple) and threshold else threshold
    return name in _OF_PROBABILITIES and threshold != 0


def _cure(name):
    if name == "auc":
        return "Write keras.metrics.AUC(from_logits=True)."
    if name in ("accuracy", "binary_accuracy"):
        return "Write keras.metrics.BinaryAccuracy(threshold=0.0)."
    return "Give the model a sigmoid and the loss from_logits=False."


def failing():
    """By name and by class."""
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    for metric in ("accuracy", "AUC", keras.metrics.BinaryAccuracy(), keras.metrics.Precision()):
        yield Case(f"{compiled.metric_name(metric)} of logits", toys.model(1, None, loss, [metric]))


def passing():
    """The threshold of logits, and probabilities."""
    import keras

    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    metrics = [keras.metrics.BinaryAccuracy(threshold=0.0), keras.metrics.AUC(from_logits=True)]
    yield Case("thresholds of logits", toys.model(1, None, loss, metrics))
    yield Case("probabilities", toys.model(1, "sigmoid", "binary_crossentropy", ["accuracy", "AUC"]))
    many = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    yield Case("largest logit", toys.model(3, None, many, ["accuracy"]))
