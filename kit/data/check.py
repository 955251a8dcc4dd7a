"""Checks of samples and labels, before anything is trained; and the list of what they found."""

import csv
import difflib
import io

import numpy as np

from kit import storage
from kit.data.guess import present
from kit.errors import SHOWN, Fault
from kit.inputs.findings import SHOWN_ROWS, Finding, in_rows
from kit.plain import scalar

_EXCLUSIVE = ("binary", "multiclass")  # forms of a target with one class a sample


def labels(values, task, names):
    """Findings about labels: missing ones, and those that the task cannot mean.

    Args:
        values: (N,) or (N, T) array, or a list of lists of labels.
        task: the task; None where there are too few classes to make one.
        names: what each sample is called.
    """
    if isinstance(values, list):
        return []
    missing = np.flatnonzero(~present(values))
    findings = []
    if len(missing):
        cure = "Fill it in or remove the row; None, NA and null in a file are no label."
        fault = Fault(in_rows(missing, names), "no label", "a label", cure)
        findings.append(Finding(fault, tuple(missing.tolist())))
    if task is None or task.form == "multilabel":
        return findings
    wrong = _unknown_classes if task.is_classification else _no_numbers
    return findings + wrong(values, task, names, set(missing.tolist()))


def groups(values, names):
    """Findings: samples of which the group is not known."""
    missing = [] if values is None else np.flatnonzero(~present(values))
    if not len(missing):
        return []
    fault = Fault(f"group, {in_rows(missing, names)}", "missing", "the name of a group")
    return [Finding(fault, tuple(missing.tolist()))]


def classes(values, task, names):
    """Faults of a classification as a whole: one class, or a class of one sample."""
    if isinstance(values, list) or values.ndim > 1 or (task is not None and task.form not in _EXCLUSIVE):
        return []
    found, first, counts = _counted(values)
    if task is None:
        what = f"1 class ({found[0]!r})" if found else "no class"
        return [Fault("labels", what, "at least 2 classes", "A classifier tells classes apart.")]
    cure = "Add samples, remove the class or, if the labels are numbers, choose task='regression'."
    lonely = [(label, row) for label, row, count in zip(found, first, counts, strict=True) if count < 2]
    return [
        Fault(f"class {label!r}", f"1 sample ({names[row]})", "at least 2", cure) for label, row in lonely
    ]


def absent(values, task):
    """Faults: classes of which there is no sample."""
    if isinstance(values, list) or task is None or task.form not in _EXCLUSIVE:
        return []
    there = set(map(scalar, values.tolist()))
    return [
        Fault(f"class {c!r}", "no samples are left", "at least 2") for c in task.classes if c not in there
    ]


def across_parts(keys, parts, names):
    """Issues: samples that are identical and lie in different parts, each pair named."""
    part_of = np.full(len(keys), "", object)
    for part, rows in parts.items():
        part_of[rows] = part
    placed = np.flatnonzero(part_of != "")
    order = placed[np.argsort(keys[placed], kind="stable")]
    pairs = [
        (a, b)
        for a, b in zip(order, order[1:], strict=False)
        if keys[a] == keys[b] and part_of[a] != part_of[b]
    ]
    cure = "Keep one of them: a score on samples that were trained on says too much."
    found = [f"{names[a]} ({part_of[a]}), {names[b]} ({part_of[b]})" for a, b in pairs]
    issues = [Fault(where, "identical samples in two parts", cure=cure) for where in found[:SHOWN]]
    if len(found) > SHOWN:
        issues.append(Fault("parts", f"{len(found) - SHOWN} more pairs of identical samples", cure=cure))
    return issues


def classes_by_part(values, task, parts):
    """Issues: classes of which a part has no sample."""
    if task.form not in _EXCLUSIVE or isinstance(values, list):
        return []
    issues = []
    for part, rows in parts.items():
        there = set(map(scalar, values[rows].tolist()))
        absent = [str(label) for label in task.classes if label not in there]
        if absent:
            issues.append(
                Fault(f"{part} part", f"no samples of {', '.join(absent[:10])}", "some of each class")
            )
    return issues


def write_issues(path, issues):
    """Writes issues as CSV with the columns where, found, expected, cure.

    Example:
        >>> write_issues(folder / "data_issues.csv", [Fault("cat/3.jpg", "empty file (0 bytes)")])
        >>> print((folder / "data_issues.csv").read_text().splitlines()[1])
        cat/3.jpg,empty file (0 bytes),,
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("where", "found", "expected", "cure"))
    writer.writerows((issue.where, issue.found, issue.expected, issue.cure) for issue in issues)
    storage.write_text(path, text.getvalue())


def _unknown_classes(values, task, names, missing):
    known = set(task.classes)
    if values.ndim > 1:
        return []
    bad = [
        row for row, label in enumerate(values.tolist()) if row not in missing and scalar(label) not in known
    ]
    shown = ", ".join(map(str, task.classes[:10])) + (", ..." if len(task.classes) > 10 else "")
    by_label = {}
    for row in bad:
        by_label.setdefault(scalar(values[row]), []).append(row)
    return [
        Finding(Fault(in_rows(rows, names), f"label {label!r}", shown, _nearest(label, known)), tuple(rows))
        for label, rows in by_label.items()
    ]


def _nearest(label, known):
    near = difflib.get_close_matches(str(label), map(str, known), n=1)
    return f"Did you mean {near[0]!r}?" if near else ""


def _no_numbers(values, task, names, missing):
    if values.dtype.kind in "mM":
        good = np.zeros(len(values), bool)
    elif values.dtype.kind in "iuf":
        good = np.isfinite(values) if values.ndim == 1 else np.isfinite(values).all(axis=1)
    elif values.ndim == 1:
        good = np.array([_is_finite(value) for value in values.tolist()])
    else:
        good = np.array([all(map(_is_finite, row)) for row in values.tolist()])
    bad = [int(row) for row in np.flatnonzero(~good) if row not in missing]
    shown = values.astype(str).tolist() if values.dtype.kind in "mM" else values.tolist()
    if len(bad) > SHOWN_ROWS and 2 * len(bad) > len(values):
        some = ", ".join(list(dict.fromkeys(repr(shown[row]) for row in bad))[:3])
        cure = "If they are names of classes, choose task='classification'."
        return [
            Finding(Fault(in_rows(bad, names), f"targets such as {some}", "finite numbers", cure), (*bad,))
        ]
    return [Finding(Fault(names[row], f"target {shown[row]!r}", "finite numbers"), (row,)) for row in bad]


def _is_finite(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))


def _counted(values):
    """(labels, first row, count) of each label that is there."""
    rows, counts = {}, {}
    for row in np.flatnonzero(present(values)):
        label = scalar(values[row])
        rows.setdefault(label, row)
        counts[label] = counts.get(label, 0) + 1
    return list(rows), list(rows.values()), list(counts.values())
