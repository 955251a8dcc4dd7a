"""Classes that one part has and another has not."""

import numpy as np

from kit.doctor import toys
from kit.doctor.patient import as_labels
from kit.doctor.rule import Case, rule


@rule("missing_classes", severity="warning", needs=["classes"])
def missing_classes(patient):
    """A class is measured that was never learnt, or learnt and never measured; numbers leave a gap.

    Source: none needed.
    """
    train = as_labels(patient.y)
    if train is None:
        return
    known = set(np.unique(train).tolist())
    for part, (_, y) in (patient.others or {}).items():
        there = set(np.unique(as_labels(y)).tolist()) if as_labels(y) is not None else known
        if there - known:
            yield (
                f"{part} part",
                f"classes {_shown(there - known)} are not in training",
                "Draw the parts stratified.",
            )
        if known - there:
            yield (
                f"{part} part",
                f"no sample of classes {_shown(known - there)}",
                "Draw the parts stratified.",
            )
    if train.dtype.kind in "iu" and not patient.names_given:
        gaps = set(range(int(train.max()) + 1)) - known
        if gaps and train.min() >= 0 and len(gaps) < len(known):
            yield (
                "labels",
                f"no sample of {_shown(gaps)} among 0 to {train.max()}",
                "Number the classes without gaps.",
            )


def _shown(classes):
    few = sorted(classes)
    return ", ".join(map(str, few[:6])) + (", ..." if len(few) > 6 else "")


def failing():
    """A class only in one part; a gap."""
    x, y = toys.numbers(), toys.classes(3)
    yield Case("unlearnt", ((x, np.minimum(y, 1)), (x, y)))
    yield Case("unmeasured", ((x, y), (x, np.minimum(y, 1))))
    yield Case("no 2 among 0 to 3", (x, np.where(y == 2, 3, y)))


def passing():
    """The same classes in both."""
    x, y = toys.numbers(), toys.classes(3)
    yield Case("equal", ((x, y), (x, y)))
