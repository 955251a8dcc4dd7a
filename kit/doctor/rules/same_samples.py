"""Samples that are in two parts."""

import hashlib

import numpy as np

from kit.data import split
from kit.doctor import toys
from kit.doctor.rule import Case, rule

_SHARE = 0.005  # of the other part


@rule("same_samples", severity="error", needs=["x", "others"])
def same_samples(patient):
    """Inputs of the validation or test part that are in the training part as well, bit by bit.

    Not so in tables with more rows than different ones are possible: their rows must repeat.

    Source: Barz and Denzler 2020, Do We Train on Test Data? (arXiv:1902.00423): 3 % of CIFAR-10.
    """
    if split.arrays_must_repeat(list(map(np.asarray, _arrays(patient.x)))):
        return
    seen = set(keys_of(patient.x))
    for part, (x, _) in patient.others.items():
        keys = keys_of(x)
        twins = [row for row, key in enumerate(keys) if key in seen]
        if len(twins) > _SHARE * len(keys):
            shown = ", ".join(map(str, twins[:5])) + (", ..." if len(twins) > 5 else "")
            evidence = f"{len(twins)} of {len(keys)} samples are in training, too (rows {shown})"
            yield (
                f"{part} part",
                evidence,
                "Take them out of one of the two: kit.load_data keeps them together.",
            )


def _arrays(x):
    return list(x.values()) if isinstance(x, dict) else x if isinstance(x, list) else [x]


def keys_of(x):
    """A key of each sample, equal where samples are.

    Example:
        >>> a, b, c = keys_of(np.array([[1, 2], [3, 4], [1, 2]]))
        >>> a == c, a == b
        (True, False)
    """
    arrays = [np.ascontiguousarray(each) for each in _arrays(x)]
    if any(each.dtype == object for each in arrays):
        return [repr([each[row] for each in arrays]) for row in range(len(arrays[0]))]
    return [
        hashlib.blake2b(b"".join(each[row].tobytes() for each in arrays), digest_size=16).digest()
        for row in range(len(arrays[0]))
    ]


def failing():
    """Ten rows of sixty-four."""
    x, y = toys.numbers(), toys.classes(2)
    other = np.concatenate([x[:10], toys.numbers(54, 4, 1)])
    yield Case("10 of 64", ((x, y), (other, y)))


def passing():
    """Drawn apart; and three columns of two values, of which many rows are equal."""
    few = toys.classes(2)[:, None] * np.ones((1, 3), "float32")
    yield Case("of few values", ((few, toys.classes(2)), (few, toys.classes(2))))
    yield Case("apart", ((toys.numbers(), toys.classes(2)), (toys.numbers(64, 4, 1), toys.classes(2))))
