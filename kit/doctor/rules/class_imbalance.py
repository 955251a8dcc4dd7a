"""Classes of very different sizes."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_RATIO = 10


@rule("class_imbalance", severity="warning", needs=["classes"])
def class_imbalance(patient):
    """The largest class has more than ten times the samples of the smallest.

    A model that always says the largest has high accuracy then. Source: He and Garcia 2009, Learning
    from Imbalanced Data.
    """
    names, counts = np.unique(patient.classes, return_counts=True)
    if len(names) > 1 and counts.max() > _RATIO * counts.min():
        small, large = names[counts.argmin()], names[counts.argmax()]
        share = counts.max() / counts.sum()
        evidence = (
            f"{counts.max()} samples of {large}, {counts.min()} of {small}: accuracy {share:.3f} for nothing"
        )
        yield "labels", evidence, "Judge by balanced accuracy or AUC; weight the classes (class_weight)."


def failing():
    """2 of 64."""
    yield Case("2 of 64", (toys.numbers(), (np.arange(64) < 2).astype(int)))


def passing():
    """Half and half."""
    yield Case("equal", (toys.numbers(), toys.classes(2)))
