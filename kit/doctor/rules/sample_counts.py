"""Inputs and targets of different numbers of samples."""

import numpy as np

from kit.doctor import toys, views
from kit.doctor.rule import Case, rule


@rule("sample_counts", severity="error", needs=["x"])
def sample_counts(patient):
    """Each part has as many targets as inputs, and some of both.

    Source: none needed.
    """
    for part, (x, y) in patient.parts.items():
        inputs, targets = (len(np.atleast_1d(views.first(each))) for each in (x, y))
        if inputs != targets or not inputs:
            yield f"{part} part", f"{inputs} inputs and {targets} targets", "Give one target for each input."


def failing():
    """A target less, and nothing at all."""
    yield Case("one less", (toys.numbers(64), toys.classes(2, 63)))
    yield Case("none", (toys.numbers(0), toys.classes(2, 0)))


def passing():
    """As many."""
    yield Case("equal", (toys.numbers(64), toys.classes(2, 64)))
