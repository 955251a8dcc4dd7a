"""Masks under a task that is there already: they get the numbers that the task knows, by their names."""

import numpy as np

from kit.errors import DataError, Fault
from kit.inputs.images import ragged
from kit.maps import VOID

_INVENTED = ("background", "foreground")  # what masks of 0 and 255 are called where no file names them


def renumbered(labels, classes, void, task, where):
    """Masks with the values of a task, where the masks and the task name their classes alike.

    Other data may number the same classes otherwise: a colour that does not occur has no number, and two
    files of names may differ in their order. Names that a reader made up from a number say nothing; where
    the task knows none of the others, it names the numbers itself, and masks stay as they are.

    Args:
        labels: object array (N,) of uint8 (h, w).
        classes: the name of each of their values 0 to C-1, as `Raw.classes`.
        void: their value that is of no class, or None.
        task: a `Segmentation`.
        where: what the data are called.

    Returns:
        object array (N,) of uint8 (h, w).

    Raises:
        DataError: if some classes are known to the task and another that occurs is not.

    Example:
        >>> from kit.tasks import Segmentation
        >>> task = Segmentation(("sky", "road", "car"))
        >>> mask = np.array([[0, 1]], "uint8")
        >>> renumbered([mask], ("sky", "car"), None, task, "street")[0].tolist()
        [[0, 2]]
    """
    named = {value: name for value, name in enumerate(classes) if value != void}
    telling = {value for value, name in named.items() if not _is_made_up(value, name)}
    if not any(named[value] in task.classes for value in telling):
        return labels
    value_of = dict(zip(task.classes, task.values, strict=True))
    table = np.arange(VOID + 1, dtype="uint8")
    if void is not None and task.void is not None:
        table[void] = task.void
    if all(value_of.get(name, value) == value for value, name in named.items()):
        named.pop(task.void, None)  # the task has dropped its name
    present = set(
        np.flatnonzero(sum(np.bincount(mask.ravel(), minlength=VOID + 1) for mask in labels)).tolist()
    )
    unknown = [name for value, name in named.items() if value in present and name not in value_of]
    if unknown:
        found = f"masks of {', '.join(map(str, unknown))}"
        cure = "Name the classes as they were named in training, or train with these."
        raise DataError([Fault(where, found, f"the classes {', '.join(map(str, task.classes))}", cure)])
    for value, name in named.items():
        table[value] = value_of.get(name, table[value])
    return ragged([table[mask] for mask in labels])


def _is_made_up(value, name):
    return name == value or _INVENTED[value : value + 1] == (name,)
