"""Columns that are spread otherwise in another part."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule
from kit.doctor.views import as_numbers

_APART = 0.2  # largest distance of the two distribution functions
_CHANCE = 1e-4  # of such a distance if both parts were drawn alike, for all columns together


@rule("drift", severity="warning", needs=["tables", "others"])
def drift(patient):
    """A column's distribution in the validation or test part is not that of training.

    Source: the two-sample test of Smirnov 1948, its chance divided by the number of columns.
    """
    from scipy.stats import ks_2samp

    train = patient.tables["train"]
    for part, table in patient.tables.items():
        if part == "train" or list(table.columns) != list(train.columns):
            continue
        for name in train.columns:
            if train[name].to_numpy().dtype.kind not in "uif" or not len(table):
                continue
            pair = [_there(as_numbers(each[name])) for each in (train, table)]
            found = ks_2samp(*pair) if all(map(len, pair)) else None
            if found and found.statistic > _APART and found.pvalue < _CHANCE / len(train.columns):
                medians = " and ".join(f"{np.median(each):.4g}" for each in pair)
                evidence = f"distributions {found.statistic:.2f} apart (medians {medians})"
                yield (
                    f"column {name!r} of {part}",
                    evidence,
                    "Were the parts drawn alike? If it is time, expect it to go on.",
                )


def _there(values):
    return values[np.isfinite(values)]


def failing():
    """A column that moved by one standard deviation."""
    x, later = toys.numbers(200), toys.numbers(200, 4, 1)
    later[:, 2] += 1
    yield Case("one column moved", ((x, toys.classes(2, 200)), (later, toys.classes(2, 200))))


def passing():
    """Drawn alike."""
    y = toys.classes(2, 200)
    yield Case("alike", ((toys.numbers(200), y), (toys.numbers(200, 4, 1), y)))
