"""The word "accuracy" for several labels at once."""

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_CATEGORICAL = ("accuracy", "categorical_accuracy", "sparse_categorical_accuracy")


@rule("accuracy_of_labels", severity="error", needs=["outputs"])
def accuracy_of_labels(patient):
    """The word "accuracy" of several sigmoid units means the largest one: Keras takes CategoricalAccuracy.

    Source: keras.src.trainers.compile_utils; measured, Keras 3.15.1: 0.781
    where 0.975 of the labels are right.
    """
    for output in patient.judged:
        row_codes = ("indicator", "multi_hot")
        if not output.loss.has_code(*row_codes) or not (output.head.units or 0) > 1:
            continue
        for metric in output.metrics:
            if compiled.metric_name(metric) in _CATEGORICAL:
                evidence = f"{output.head.units} independent labels, judged by the largest output alone"
                cure = "Write keras.metrics.BinaryAccuracy()."
                yield f"metric '{compiled.metric_name(metric)}'", evidence, cure


def failing():
    """The word and the class it stands for."""
    import keras

    for metric in ("accuracy", keras.metrics.CategoricalAccuracy()):
        wrong = toys.model(4, "sigmoid", "binary_crossentropy", [metric])
        yield Case(f"{compiled.metric_name(metric)} of 4 labels", wrong)


def passing():
    """The right class, and the word where it means what it says."""
    import keras

    right = [keras.metrics.BinaryAccuracy()]
    yield Case("BinaryAccuracy", toys.model(4, "sigmoid", "binary_crossentropy", right))
    yield Case("one unit", toys.model(1, "sigmoid", "binary_crossentropy", ["accuracy"]))
