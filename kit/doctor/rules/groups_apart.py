"""Groups with samples in two parts."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule
from kit.errors import KitError


@rule("groups_apart", severity="error", needs=["groups", "others"])
def groups_apart(patient):
    """A patient, a film or a customer with samples in training and in another part.

    Source: Kaufman et al. 2012, Leakage in Data Mining, section 4.
    """
    groups = patient.groups if isinstance(patient.groups, tuple | list) else [patient.groups]
    if len(groups) != len(patient.parts):
        raise KitError(f"{len(patient.parts)} parts and groups of {len(groups)}")
    train = set(np.asarray(groups[0]).tolist())
    for part, each in zip(list(patient.parts)[1:], groups[1:], strict=True):
        both = sorted(train & set(np.asarray(each).tolist()), key=str)
        if both:
            evidence = f"{len(both)} groups are in training, too: {', '.join(map(str, both[:5]))}"
            yield f"{part} part", evidence, "Draw the parts by group: kit.load_data(..., groups=...)."


def failing():
    """A patient on both sides."""
    part = (toys.numbers(4), toys.classes(2, 4))
    yield Case("patient 2", (part, part), options={"groups": ([1, 1, 2, 2], [2, 3, 3, 3])})


def passing():
    """Each on its side."""
    part = (toys.numbers(4), toys.classes(2, 4))
    yield Case("apart", (part, part), options={"groups": ([1, 1, 2, 2], [3, 3, 4, 4])})
