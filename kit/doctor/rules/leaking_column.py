"""A column that gives the target away."""

import numpy as np

from kit.data import leaks
from kit.doctor import toys
from kit.doctor.rule import Case, rule
from kit.doctor.views import as_numbers

_RIGHT = 0.995  # of held-out labels, from one column
_USUAL = 0.9  # share of the largest class from which that says nothing


@rule("leaking_column", severity="warning", needs=["labels", "table"])
def leaking_column(patient):
    """One column alone tells the label of samples that were not seen, or is the target in other units.

    Source: Kaufman et al. 2012, Leakage in Data Mining; a tree of depth 3 on held-out folds.
    """
    known = {}
    for issue in leaks.give_away(patient.table, patient.labels, "the target"):
        known[issue.where] = issue.found
    for name in patient.table.columns if patient.classes is not None else ():
        where = f"column {name!r}"
        if where not in known:
            right = _right(as_numbers(patient.table[name]), patient.classes, patient.seed)
            if right >= _RIGHT:
                known[where] = f"tells {right:.1%} of unseen labels by itself"
    for where, found in known.items():
        yield where, found, "Leave it out if it is not known before the target is."


def _right(values, classes, seed):
    """Share of held-out labels that a small tree on one column tells; 0 where that says nothing."""
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.tree import DecisionTreeClassifier

    names, codes, counts = np.unique(classes, return_inverse=True, return_counts=True)
    if len(names) < 2 or counts.min() < 5 or counts.max() > _USUAL * len(classes):
        return 0.0
    tree = DecisionTreeClassifier(max_depth=max(3, int(np.ceil(np.log2(len(names))))), random_state=seed)
    folds = StratifiedKFold(3, shuffle=True, random_state=seed)
    return float(cross_val_score(tree, np.nan_to_num(values).reshape(-1, 1), codes, cv=folds).mean())


def failing():
    """A column that was written after the fact, as a number and as text; the target in other units."""
    import pandas as pd

    x, y = toys.numbers(), toys.classes(2)
    leak = np.where(y > 0, 5.0, -5.0) + x[:, 0]
    yield Case("a number", (np.column_stack([x, leak]), y))
    yield Case("text", (pd.DataFrame({"a": x[:, 0], "alive": np.where(y > 0, "yes", "no")}), y))
    yield Case("other units", (np.column_stack([x, 2.2 * x[:, 1] + 3]), x[:, 1]))


def passing():
    """Columns that only help."""
    x = toys.numbers()
    yield Case("a clue", (x, (x[:, 0] + x[:, 1] > 0).astype(int)))
