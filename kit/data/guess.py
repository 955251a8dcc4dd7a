"""Guess: the task that labels ask for, and why."""

import numpy as np

from kit.errors import KitError, unknown
from kit.inputs import values as reading
from kit.inputs.values import is_missing
from kit.plain import scalar

MOST_INTEGERS = 20  # distinct integers 0..C-1 up to which labels are taken for classes
TASKS = ("classification", "multilabel", "regression")  # of labels that are no maps


def guess_task(labels, task=None, names=(), said=None):
    """The task for these labels, not fitted to them yet.

    Args:
        labels: (N,) or (N, T) array, or a list of N lists of labels.
        task: a task, which is taken as it is; the name of one; or None to guess.
        names: names of the target columns, where there are columns.
        said: name of the task that the source itself says, where it says one.

    Returns:
        (task, labels in the task's form, a sentence that says why).

    Raises:
        KitError: if `task` is no name of a task.

    Example:
        >>> guess_task(np.array(["cat", "dog", "cat"], object))[0].classes
        ('cat', 'dog')
        >>> guess_task(np.array([0.5, 1.5]))[2]
        'Regression, because the target holds numbers that are not the integers 0 to C-1.'
    """
    if task is not None and not isinstance(task, str):
        return task, _in_form(labels, task), f"The task is {task.describe()}, as you said."
    form, why = (task, "as you said") if task is not None else (said, "as the source says")
    form, why = _form(labels) if form is None else (form, why)
    if form not in TASKS:
        raise unknown("task", form, TASKS)
    task, labels = _MAKERS[form](labels, names)
    return task, labels, f"{form.capitalize()}, {why}."


def present(labels):
    """(N,) array: whether each label of an (N,) or (N, T) array is there."""
    labels = np.asarray(labels)
    if labels.ndim == 1:
        return reading.present(labels)
    return np.all([reading.present(column) for column in labels.T], axis=0)


def _form(labels):
    """(name of the task, why)."""
    if isinstance(labels, list):
        return "multilabel", "because each sample has a list of labels"
    if labels.ndim == 2:
        return _form_of_matrix(labels)
    values = labels[present(labels)]
    if not len(values):
        return "classification", "because nothing says otherwise"
    if values.dtype.kind == "b" or all(isinstance(value, bool) for value in values.tolist()):
        return "classification", "because the target holds booleans"
    if any(isinstance(value, str) for value in values.tolist()):
        return "classification", "because the target holds text"
    integers = _integers(labels, values)
    if integers is not None and len(integers) <= MOST_INTEGERS and set(integers) == set(range(len(integers))):
        return "classification", f"because the target holds the integers 0 to {len(integers) - 1}"
    return "regression", "because the target holds numbers that are not the integers 0 to C-1"


def _form_of_matrix(labels):
    if labels.dtype.kind in "bui" and np.isin(labels, (0, 1)).all():
        if (labels.sum(axis=1) == 1).all():
            return "classification", "because each row of the target holds a single 1"
        return "multilabel", "because the target holds rows of 0 and 1"
    return "regression", f"of {labels.shape[1]} targets, because each sample has as many numbers"


def _integers(labels, values):
    """The distinct integers among the values; None if they are no integers.

    Decimals count as integers only where missing labels made pandas write them so.
    """
    if values.dtype.kind == "f" and len(values) == len(labels):
        return None
    distinct = {scalar(value) for value in values.tolist()}
    if not all(isinstance(value, int | float) for value in distinct):
        return None
    return {int(value) for value in distinct} if all(float(v).is_integer() for v in distinct) else None


def _in_form(labels, task):
    if task.is_classification and not isinstance(labels, list):
        return _as_classes(labels) if task.form != "multilabel" else labels
    return labels


def _classification(labels, names):
    from kit.tasks import Classification

    labels = _as_classes(labels)
    classes = sorted({scalar(label) for label in labels[present(labels)].tolist()}, key=_sorting)
    return (Classification(tuple(classes)) if len(classes) > 1 else None), labels


def _one_hot(labels):
    """The class numbers of rows that each hold a single 1.

    Raises:
        KitError: if some do not.
    """
    numbers = labels.astype("float64") if labels.dtype.kind in "biuf" else np.full(labels.shape, np.nan)
    if not (np.isin(numbers, (0, 1)).all() and (numbers.sum(axis=1) == 1).all()):
        raise KitError(
            f"{labels.shape[1]} targets are no classes: those are one column of names or numbers, or rows "
            "with a single 1.\nName one column as the target, or train a model for each."
        )
    return numbers.argmax(axis=1)


def _as_classes(labels):
    """One-hot rows as class numbers; integers written as decimals as integers; the rest as it is."""
    if isinstance(labels, list):
        raise KitError("Each sample has a list of labels: that is task='multilabel', not classification.")
    if labels.ndim == 2:
        return _one_hot(labels)
    if labels.dtype.kind == "f":
        there = ~np.isnan(labels)
        if np.isfinite(labels[there]).all() and (labels[there] % 1 == 0).all():
            whole = labels.astype(object)
            whole[there] = [int(label) for label in labels[there]]
            return whole if not there.all() else labels.astype("int64")
    return labels


def _regression(labels, names):
    from kit.tasks import Regression

    if isinstance(labels, list):
        raise KitError("Each sample has a list of labels: that is task='multilabel', not regression.")
    count = 1 if labels.ndim == 1 else labels.shape[1]
    if len(names) != count:
        names = ("y",) if count == 1 else tuple(f"y{i}" for i in range(count))
    return Regression(tuple(names)), labels


def _multilabel(labels, names):
    from kit.tasks import MultilabelClassification

    if not isinstance(labels, list) and labels.ndim == 1:
        labels = [
            [] if is_missing(text) else [t for t in str(text).split("|") if t] for text in labels.tolist()
        ]
    if isinstance(labels, list):
        found = sorted({scalar(name) for row in labels for name in row}, key=_sorting)
        return MultilabelClassification(tuple(found)), labels
    names = names if len(names) == labels.shape[1] else range(labels.shape[1])
    return MultilabelClassification(tuple(names)), labels


_MAKERS = {"classification": _classification, "multilabel": _multilabel, "regression": _regression}


def _sorting(label):
    return type(label).__name__, label
