"""Labels that are all the same."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("one_class", severity="error", needs=["labels"])
def one_class(patient):
    """All training labels are equal: there is nothing to tell apart.

    Source: none needed.
    """
    labels = patient.labels
    if len(labels) > 1 and len(np.unique(labels)) == 1:
        yield (
            "labels",
            f"all {len(labels)} are {labels[0]!s}",
            "Look at how they were read: a column or a folder too few?",
        )


def failing():
    """Zeros, and one name."""
    yield Case("zeros", (toys.numbers(), np.zeros(64, int)))
    yield Case("one name", (toys.numbers(), np.array(["cat"] * 64)))


def passing():
    """Two classes."""
    yield Case("two", (toys.numbers(), toys.classes(2)))
