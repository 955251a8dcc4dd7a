"""The word "accuracy" for margins."""

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule


@rule("accuracy_of_margins", severity="error", needs=["outputs"])
def accuracy_of_margins(patient):
    """ "accuracy" compares margins with 0.5 and targets -1 with 0: a right -1 never counts.

    Source: measured, Keras 3.15.1: 0.418 where about 0.99 are right.
    """
    for output in patient.judged:
        if not output.loss.has_code("sign"):
            continue
        for metric in output.metrics:
            if compiled.metric_name(metric) in ("accuracy", "binary_accuracy"):
                evidence = "targets -1 and +1 against outputs cut at 0.5"
                cure = "Compare signs: kit.metrics.make('sign_accuracy')."
                yield f"metric '{compiled.metric_name(metric)}'", evidence, cure


def failing():
    """Both hinges."""
    for loss in ("hinge", "squared_hinge"):
        yield Case(f"accuracy of {loss}", toys.model(1, None, loss, ["accuracy"]))


def passing():
    """A metric of signs."""
    from kit import metrics

    yield Case("signs", toys.model(1, None, "hinge", [metrics.make("sign_accuracy")]))
    yield Case("probabilities", toys.model(1, "sigmoid", "binary_crossentropy", ["accuracy"]))
