"""Labels that are likely wrong."""

import warnings

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_MOST = 5000  # samples that are looked at
_FOLDS = 5
_LEAST = 1e-3  # of a probability, so that no model alone rules a class out
_FEWEST = 3  # samples of a class; and labels that are worth a finding


@rule("wrong_labels", severity="warning", needs=["classes", "matrix"])
def wrong_labels(patient):
    """Samples that a model which did not see them gives to another class, with confidence.

    Probabilities are those of two simple models (neighbours and a linear one) on held-out folds. A
    class's threshold is its mean probability over samples labelled so; a sample that exceeds another
    class's threshold and is given to it is likely mislabelled. Made for text, tables and small images.
    Source: Northcutt, Jiang and Chuang 2021, Confident Learning (arXiv:1911.00068).
    """
    rows = _rows(patient)
    names, labels = np.unique(patient.classes[rows], return_inverse=True)
    if len(names) < 2 or np.bincount(labels).min() < _FEWEST:
        return
    shares = shares_of(patient.matrix[rows], labels, patient.seed)
    said = likely(shares, labels)
    wrong = np.flatnonzero(said != labels)
    if len(wrong) >= max(_FEWEST, 0.005 * len(rows)):
        order = wrong[np.argsort(shares[wrong, labels[wrong]])]
        shown = ", ".join(
            f"row {rows[i]} ({names[labels[i]]}, looks like {names[said[i]]})" for i in order[:8]
        )
        evidence = f"{len(wrong)} of {len(rows)} are likely wrong: {shown}"
        yield (
            "labels",
            evidence + (", ..." if len(wrong) > 8 else ""),
            "Look at these rows and mend their labels.",
        )


def likely(shares, labels):
    """The class that each sample likely is of: its label, or another one with confidence.

    Args:
        shares: (N, C), probabilities of models that did not see the sample.
        labels: (N,) classes, 0 to C - 1.

    Returns:
        (N,) classes.

    Example:
        >>> shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.2, 0.8], [0.95, 0.05]])
        >>> likely(shares, np.array([0, 0, 1, 1])).tolist()
        [0, 0, 1, 0]
    """
    thresholds = np.array([shares[labels == each, each].mean() for each in range(shares.shape[1])])
    confident = np.where(shares >= thresholds, shares, 0.0)
    best = confident.argmax(axis=1)
    changed = (confident.max(axis=1) > 0) & (shares.argmax(axis=1) == best)
    return np.where(changed, best, labels)


def _rows(patient):
    count = len(patient.classes)
    if count <= _MOST:
        return np.arange(count)
    return np.sort(np.random.default_rng(patient.seed).choice(count, _MOST, replace=False))


def shares_of(matrix, labels, seed):
    """(N, C) probabilities of two models that were not fitted to the sample."""
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    fewest = int(np.bincount(labels).min())
    folds = StratifiedKFold(min(_FOLDS, fewest), shuffle=True, random_state=seed)
    smaller = [PCA(64, random_state=seed)] if matrix.shape[1] > 128 and len(matrix) > 160 else []
    models = KNeighborsClassifier(min(10, len(labels) // 3)), LogisticRegression(C=0.1, max_iter=300)
    steps = [(StandardScaler(), *smaller, model) for model in models]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of steps that ended early
        found = [
            cross_val_predict(make_pipeline(*each), matrix, labels, cv=folds, method="predict_proba")
            for each in steps
        ]
    joint = np.sqrt((found[0] + _LEAST) * (found[1] + _LEAST))  # high where both are
    return joint / joint.sum(axis=1, keepdims=True)


def _clusters(wrong):
    labels = toys.classes(3, 150)
    x = toys.numbers(150, 4) + 4 * np.eye(3, 4, dtype="float32")[labels]
    labels = labels.copy()
    labels[:wrong] = (labels[:wrong] + 1) % 3
    return x, labels


def failing():
    """One label of fifteen, in three groups that lie apart."""
    yield Case("10 of 150 wrong", _clusters(10))


def passing():
    """The same with right labels."""
    yield Case("right", _clusters(0))
