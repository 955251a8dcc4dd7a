"""Targets of a distribution that do not sum to one."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_SHARE = 0.01  # of rows that may be off, such as padding


@rule("share_rows", severity="error", needs=["outputs", "y"])
def share_rows(patient):
    """Rows of a crossentropy over classes or of a divergence have to sum to 1.

    Rows of several ones are labels that do not exclude each other: another output and loss.
    Source: Kullback and Leibler 1951; measured, Keras 3.15.1: a divergence that ends at 2.95, not at 0;
    multilabel targets under softmax: 0.83 of the labels right in place of 0.975.
    """
    for output in patient.taught:
        y = output.y
        if not output.loss.has_code("one_hot", "distribution") or y.ndim < 2 or y.shape[-1] < 2:
            continue
        if output.loss.name == "categorical_hinge" or y.dtype.kind not in "iufb":
            continue
        sums = y.sum(axis=-1)
        off = float(np.mean(np.abs(sums - 1) > 1e-3))
        if off > _SHARE or (y < 0).any():
            yield f"targets of '{output.name}'", _evidence(output, off, sums), _cure(y)


def _evidence(output, off, sums):
    found = f"{sums.min():.3g} to {sums.max():.3g}"
    return f"{off:.0%} of the rows of {output.loss.name} do not sum to 1 (they sum to {found})"


def _cure(y):
    if np.isin(y, (0, 1)).all():
        return "Labels that do not exclude each other: sigmoid units and binary_crossentropy."
    return "Divide each row by its sum."


def failing():
    """Several labels, and shares that were not divided."""
    x, several = toys.numbers(), (toys.numbers(64, 4, 1) > 0).astype("float32")
    yield Case("several labels", toys.model(4, "softmax", "categorical_crossentropy"), (x, several))
    yield Case("counts", toys.model(4, "softmax", "kl_divergence"), (x, 1 + several * 3))


def passing():
    """One-hot rows, and shares."""
    x = toys.numbers()
    yield Case("one-hot", toys.model(3, "softmax", "categorical_crossentropy"), (x, toys.one_hot(3)))
    yield Case("shares", toys.model(3, "softmax", "kl_divergence"), (x, 0.7 * toys.one_hot(3) + 0.1))
