"""What a model that looks at nothing would score: the row beside every metric."""

import dataclasses
import statistics

import numpy as np

from kit import codecs
from kit.evaluation.outcome import outcome_of

_NORMAL = 1.2533  # standard deviation of a normal distribution over its mean absolute deviation


def references(task, samples, losses):
    """What needs no network, by what it says, the most telling first: a list of (words, `Outcome`).

    Args:
        task: as `constant_outputs` takes it; a `Forecasting` has forecasts of its own that need no training.
        samples: anything with `labels`, and `inputs` where values are forecast.
        losses: function of outputs (N, units): the task's loss of each sample.
    """
    if hasattr(task, "naive"):
        found = reversed(task.naive(samples.inputs).items())
        outputs = {says: _naive_outputs(task, values) for says, values in found}
        return [(says, outcome_of(task, samples.labels, o, losses(o))) for says, o in outputs.items()]
    constant = constant_outputs(task, samples.labels)
    return [(told(task, samples.labels), constant_outcome(task, samples.labels, constant, losses(constant)))]


def constant_outputs(task, labels):
    """The outputs of a network that always says the same, as it would best do.

    Classification: the class shares, as probabilities; without probabilities, the commonest
    class. Regression: the mean; with quantiles or a spread, those of a normal distribution.

    Args:
        task: its `prior`, or `mean` and `scale`, are taken; where it has none, those of `labels`.
        labels: N labels as the user has them.

    Returns:
        (N, units) float32, as the task's head gives them.
    """
    row = _numeric_row(task, labels) if task.form == "numeric" else _class_row(task, labels)
    return np.tile(np.asarray(row, "float32"), (len(labels), 1))


def constant_outcome(task, labels, outputs, losses=None):
    """The outcome of `constant_outputs`; of several classes, the commonest is said."""
    if getattr(task, "calibration", None):  # it belongs to the outputs of the network
        task = dataclasses.replace(task, calibration=None)
    outcome = outcome_of(task, labels, outputs, losses)
    if not outcome.is_single:
        return outcome
    indices = np.full(len(labels), np.argmax(_shares(task, labels)))
    return dataclasses.replace(outcome, decided=dataclasses.replace(outcome.decided, indices=indices))


def told(task, labels):
    """What the baseline says, as the end of 'always saying ...'.

    Example:
        >>> task = kit.Classification(("cat", "dog"), prior=(0.3, 0.7))
        >>> told(task, ["cat"])
        "'dog'"
    """
    if task.form == "numeric":
        return "the mean"
    if task.form == "multilabel":
        return "the common labels"
    return f"'{task.names[int(np.argmax(_shares(task, labels)))]}'"


def source(task):
    """Where the baseline's knowledge comes from."""
    if hasattr(task, "naive"):
        return "the window itself"
    known = task.mean if task.form == "numeric" else task.prior
    return "these samples themselves" if known is None else "the training part"


def _shares(task, labels):
    if task.prior is not None:
        return np.asarray(task.prior)
    if task.form == "multilabel":
        return np.asarray(task.encode(labels)).mean(axis=0)
    return codecs.get("distribution").encode(labels, task.names).mean(axis=0)


def _class_row(task, labels):
    shares = _shares(task, labels)
    commonest = np.eye(len(shares))[np.argmax(shares)]
    rows = {
        "sign": 2 * commonest[1:] - 1,
        "largest_score": commonest,
        "rank": 1 - np.cumsum(shares)[:-1],  # the share beyond each class but the last
        "threshold": shares[1:] if task.match.units == "1" else shares,
    }
    return rows.get(task.match.decide, shares)


def _naive_outputs(task, values):
    """Forecasts (N, horizon) as the task's head gives them, with the spread of the training part."""
    sigma = _NORMAL * (task.naive_error or task.scale[0])
    if task.match.decide == "quantiles":
        normal = np.array([statistics.NormalDist().inv_cdf(share) for share in task.quantiles])
        outputs = (values[:, :, None] + sigma * normal).reshape(len(values), -1)
    elif task.match.decide == "gaussian":
        outputs = np.stack([values, np.full_like(values, sigma)], axis=2).reshape(len(values), -1)
    else:
        outputs = values
    return outputs.astype("float32")


def _numeric_row(task, labels):
    values = np.asarray(task.encode(labels), "float64")
    mean = values.mean(axis=0) if task.mean is None else np.asarray(task.mean)
    scale = values.std(axis=0) if task.scale is None else np.asarray(task.scale)
    if task.match.decide == "quantiles":
        normal = np.array([statistics.NormalDist().inv_cdf(share) for share in task.quantiles])
        return (mean[:, None] + scale[:, None] * normal).ravel()
    if task.match.decide == "gaussian":
        return np.stack([mean, np.maximum(scale, 1e-6)], axis=1).ravel()
    return mean
