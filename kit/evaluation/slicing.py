"""Slices: the groups of samples on which a model is worse than on the rest, beyond chance."""

import numpy as np

from kit.errors import KitError
from kit.evaluation import misses
from kit.evaluation.outcome import outcome_of
from kit.evaluation.parts import outputs_of, parts_of, seen_by

LEAST = 10  # samples of a group that is looked at, and of the rest
SHARE = 0.95  # of data sets without a worse group in which none is reported
_GROUPS = 4  # that numbers are cut into, by their quantiles
_NAMES = 12  # commonest names of a column that are looked at
COLUMNS = ("group", "samples", "error", "low", "high", "rest", "p", "is_finding")


def slices(model, samples, *, by=None):
    """Where a model is worst: its error on groups of samples, against the rest.

    Groups are the names in each column of a table, numbers from quantile to quantile, missing
    values, the true classes, the quarters of the predicted number, and what `by` adds. A group is a finding
    where its error is larger than that of the rest beyond chance, all groups together: one
    data set in twenty without a worse group gives any.

    Args:
        model: a model that kit built, or a `Predictor`.
        samples: `Samples`, such as `data.test`.
        by: more groups: name -> (N,) numbers or names, such as {"camera": [...]}; a dict or a DataFrame.

    Returns:
        DataFrame, a row a group, findings first and then by error: group, samples, error (share
        wrong, or absolute error), low and high (its 95 % interval), rest (error of all others), p (chance
        of such a difference where there is none, times the groups that are looked at), is_finding.

    Raises:
        KitError: if the task decides on pixels or boxes, or `by` is of another length.
        DataError: if samples do not fit the model.

    Example:
        >>> data = kit.load_data("wine")
        >>> model = kit.build(data.task, data.input, width=16)
        >>> list(kit.slices(model, data.test).columns[:3])
        ['group', 'samples', 'error']
    """
    network, input, task = parts_of(model)
    if task.is_dense or task.form == "boxes":
        raise KitError(f"Slices are of samples with one decision each. The task is {task.describe()}.")
    samples = seen_by(samples, input, task)
    outputs = outputs_of(network, samples.arrays()[0])
    return table(outcome_of(task, samples.labels, outputs), samples.inputs, by)


def table(outcome, inputs=None, by=None):
    """`slices` of an outcome that is there already.

    Args:
        outcome: an `Outcome` of N samples.
        inputs: (N) raw inputs; the columns of a DataFrame make groups.
        by: as for `slices`.
    """
    import pandas as pd

    errors = misses.by_sample(outcome)
    groups = {**_of_columns(inputs), **_of_outcome(outcome), **_of_more(by, len(errors))}
    rows = [_compared(name, errors, mask) for name, mask in groups.items() if _is_large(mask)]
    for row, p in zip(rows, _holm([row["p"] for row in rows]), strict=True):
        row["p"], row["is_finding"] = p, bool(p < 1 - SHARE)
    rows.sort(key=lambda row: (not row["is_finding"], -row["error"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def told(frame, unit):
    """The findings of a table of slices, one sentence each.

    Example:
        >>> row = {"group": "sex: F", "samples": 40, "error": 0.3, "low": 0.18, "high": 0.45, "rest": 0.1}
        >>> told(pd.DataFrame([{**row, "p": 0.01, "is_finding": True}]), "share wrong")
        ['sex: F: share wrong 0.3 (0.18 to 0.45, 40 samples), 0.1 on the rest']
    """
    return [
        f"{row.group}: {unit} {row.error:.3g} ({row.low:.3g} to {row.high:.3g}, {row.samples} samples), "
        f"{row.rest:.3g} on the rest"
        for row in frame[frame["is_finding"]].itertuples()
    ]


def _is_large(mask):
    return LEAST <= mask.sum() <= len(mask) - LEAST


def _compared(name, errors, mask):
    """One row: the group against the rest, with the chance of a difference as large as this."""
    group, rest = errors[mask], errors[~mask]
    is_share = np.isin(errors, (0, 1)).all()
    low, high = (misses.share_interval if is_share else misses.mean_interval)(group, SHARE)
    facts = {"group": name, "samples": int(mask.sum()), "error": float(group.mean()), "low": low}
    p = _chance(group, rest, is_share)
    return {**facts, "high": high, "rest": float(rest.mean()), "p": p, "is_finding": False}


def _chance(group, rest, is_share):
    """Of an error so much larger than that of the rest: Fisher's exact test, or that of Welch for numbers."""
    from scipy import stats

    if is_share:
        cells = [[values.sum(), len(values) - values.sum()] for values in (group, rest)]
        return float(stats.fisher_exact(np.array(cells, int), alternative="greater").pvalue)
    if np.ptp(group) == 0 and np.ptp(rest) == 0:
        return float(group[0] <= rest[0])
    return float(stats.ttest_ind(group, rest, equal_var=False, alternative="greater").pvalue)


def _holm(chances):
    """Chances as if each had been the only question.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure.
    """
    order = np.argsort(chances, kind="stable")
    factors = len(chances) - np.arange(len(chances))
    adjusted = np.minimum(1, np.maximum.accumulate(np.asarray(chances)[order] * factors))
    found = np.empty(len(chances))
    found[order] = adjusted
    return found.tolist()


def _of_columns(inputs):
    if not hasattr(inputs, "columns"):
        return {}
    return {k: v for name in inputs.columns for k, v in _groups(name, inputs[name]).items()}


def _of_outcome(outcome):
    """The true classes or labels; of numbers quarters of what was predicted: those of the truth mislead."""
    if outcome.form != "numeric":
        kind = "label" if outcome.form == "multilabel" else "class"
        found = {f"true {kind}: {name}": outcome.true[:, at] > 0.5 for at, name in enumerate(outcome.names)}
        return found if len(outcome.names) <= 50 else {}
    import pandas as pd

    found = {}
    for at, name in enumerate(outcome.names):
        found |= _groups(f"predicted {name}", pd.Series(outcome.values[:, at]))
    return found


def _of_more(by, count):
    import pandas as pd

    found = {}
    for name in [] if by is None else by:
        values = pd.Series(np.asarray(by[name]))
        if len(values) != count:
            raise KitError(f"by: '{name}' has {len(values)} values for {count} samples. Give one a sample.")
        found |= _groups(name, values)
    return found


def _groups(name, values):
    """Name of a group -> (N,) whether a sample is in it."""
    there = values.notna().to_numpy()
    groups = {f"{name}: missing": ~there}
    number = values.dtype.kind in "iuf" and values.nunique() > _GROUPS
    if not number:
        for each in values[there].astype(str).value_counts().index[:_NAMES]:
            groups[f"{name}: {each}"] = there & (values.astype(str) == each).to_numpy()
        return groups
    numbers = values.to_numpy("float64", na_value=np.nan)
    edges = np.unique(np.quantile(numbers[there], np.linspace(0, 1, _GROUPS + 1)))
    for low, high in zip(edges, edges[1:], strict=False):
        is_last = high == edges[-1]
        inside = (numbers >= low) & ((numbers <= high) if is_last else (numbers < high))
        groups[f"{name}: {low:.4g} to {high:.4g}"] = inside
    return groups
