"""evaluate: raw samples -> outputs -> a report."""

import dataclasses

import numpy as np

from kit.errors import KitError
from kit.evaluation import baseline, bootstrap, scores, tables
from kit.evaluation.outcome import outcome_of
from kit.evaluation.parts import outputs_of, parts_of, seen_by
from kit.evaluation.report import Report
from kit.plain import writable
from kit.tasks.common import check_mirror

ATTENDED = 8  # images of which it is asked where the network looked


def evaluate(
    model,
    samples,
    *,
    path=None,
    seed=0,
    resamples=1000,
    history=None,
    findings=None,
    explain=None,
    mirror=False,
):
    """Measures a model on samples, beside what a model that looks at nothing would score.

    Args:
        model: a `keras.Model` made by a builder, or a `Predictor`. Its own input and task encode
            the samples, whatever statistics the samples were loaded with.
        samples: `Samples`, such as `data.test`.
        path: folder for the report's figures, tables and `report.html`; None writes nothing.
        seed: of the resampling behind the intervals; equal seeds give equal intervals.
        resamples: how often the samples are drawn anew for the 95 % intervals; 0 for none.
        history: of the training, for its curves: what `kit.fit` returns, or a dict or DataFrame
            with one list an epoch under each name.
        findings: what is to be known about the data or the training, a list of texts or faults.
        explain: whether to ask what decisions depend on: `kit.importance` of a table's columns,
            `kit.grad_cam` on the images with the highest loss. None does where `path` is given.
        mirror: tasks on maps: whether to take the mean over the ways an image may lie, as
            `Predictor` does.

    Returns:
        A `Report`: `.metrics`, `.intervals`, `.baseline`, tables, figures and `.save(folder)`.

    Raises:
        KitError: if the model has no task, if there is no sample, or if outputs are not finite.
        DataError: if inputs or labels do not fit the model; names each.

    Example:
        >>> data = kit.load_data("digits")
        >>> model = kit.build_classifier(data.task, data.input, backbone="cnn")
        >>> report = kit.evaluate(model, data.test, resamples=100)
        >>> report.metrics["accuracy"] <= 1
        True
    """
    network, input, task = parts_of(model)
    check_mirror(task, mirror)
    if len(samples) == 0:
        raise KitError("No samples to evaluate. Give a part that has some, such as data.test.")
    samples = seen_by(samples, input, task)
    if task.is_dense:
        report = _dense(network, input, task, samples, seed, resamples, mirror)
        return _written(report, history, findings, path)
    if task.form == "boxes":
        from kit.evaluation import boxes

        drawn = {"seed": seed, "resamples": resamples}
        report = boxes.reported(network, task, samples, _names(samples, len(samples)), **drawn)
        return _written(report, history, findings, path)
    inputs, targets = samples.arrays()
    outputs = outputs_of(network, inputs)
    report = judged(task, samples, outputs, targets, seed=seed, resamples=resamples)
    rows = tables.hardest(report.outcome)
    more = {"examples": _examples(input, samples, rows)}
    if resamples:
        more |= _slices(report, samples)
    if path is not None if explain is None else explain:
        more |= _explained(model, input, samples, rows)
    return _written(dataclasses.replace(report, **more), history, findings, path)


def _slices(report, samples):
    """Groups of samples beside the rest, and a note on each that is worse."""
    from kit.evaluation import misses, slicing

    found = slicing.table(report.outcome, samples.inputs)
    told = slicing.told(found, misses.unit(report.outcome))
    return {"slices": found, "notes": (*report.notes, *(f"Worse than elsewhere: {each}." for each in told))}


def _explained(model, input, samples, rows):
    """What decisions depend on: columns, or places of the images with the highest loss."""
    from kit.evaluation import attention, permutation

    network, _, task = parts_of(model)
    if permutation.fits(input):
        return {"importance": permutation.importance(model, samples)}
    if len(rows) and attention.fits(network, input, task):
        return {"attention": attention.grad_cam(model, samples.subset(rows[:ATTENDED]).arrays()[0])}
    return {}


def _dense(network, input, task, samples, seed, resamples, mirror):
    from kit.evaluation import map_scores  # noqa: F401 - enters the scores of maps
    from kit.evaluation.dense import reported

    names = _names(samples, len(samples))
    drawn = {"seed": seed, "resamples": resamples}
    return reported(network, input, task, samples, names, mirror=mirror, **drawn)


def _written(report, history, findings, path):
    """The report with what is known of the training, saved where a folder is given."""
    report = dataclasses.replace(
        report, history=as_history(history), findings=tuple(map(str, findings or ()))
    )
    if path is not None:
        report.save(path)
    return report


def judged(task, samples, outputs, targets, *, seed=0, resamples=1000):
    """The report on outputs that are there already, without figures of inputs or training.

    Args:
        task: Classification, MultilabelClassification, Regression or Forecasting.
        samples: anything with `labels`, `inputs` where values are forecast, and `names` and `split` if
            it has them.
        outputs: (N, units) of the network, after its activation.
        targets: what `task.encode(samples.labels)` gives.
        seed: of the resampling.
        resamples: number of resamples, 0 for no intervals.
    """
    labels = samples.labels
    outcome = outcome_of(task, labels, outputs, losses(task, targets, outputs))
    (says, reference), *others = baseline.references(task, samples, lambda o: losses(task, targets, o))
    metrics, notes = _metrics(outcome)
    intervals = bootstrap.intervals(outcome, list(metrics), seed, resamples)
    return Report(
        outcome=outcome,
        metrics=metrics,
        intervals=intervals,
        baseline=_shared(reference, metrics),
        baseline_says=says,
        beside={name: _shared(other, metrics) for name, other in others},
        names=_names(samples, len(outcome)),
        split=str(getattr(samples, "split", None) or ""),
        notes=(
            *notes,
            *_without(metrics, intervals),
            *_absent(outcome),
            *_overlap(task, samples),
            f"The baseline's knowledge comes from {baseline.source(task)}.",
        ),
    )


def _shared(reference, metrics):
    """The metrics of what needs no network, of those that the network has."""
    return _metrics(reference, [name for name in scores.applicable(reference) if name in metrics])[0]


def losses(task, targets, outputs):
    """The task's loss of each sample: float64 (N,), in the loss's own unit."""
    import keras

    loss = task.make_loss()
    loss.reduction = "none"
    values = keras.ops.convert_to_numpy(loss(targets, np.asarray(outputs, "float32"))).astype("float64")
    return values.reshape(len(values), -1).mean(axis=1)


def as_history(history):
    """A training history as a dict: name -> one float an epoch.

    Example:
        >>> as_history(pd.DataFrame({"loss": [2.0, 1.0]}))
        {'loss': [2.0, 1.0]}
    """
    table = getattr(history, "history", history)
    if hasattr(table, "to_dict"):
        table = table.to_dict("list")
    return {name: [float(value) for value in values] for name, values in (table or {}).items()}


def _metrics(outcome, names=None):
    """Name -> value of the scores that are defined, and a note on each that is not."""
    names = scores.applicable(outcome) if names is None else names
    values = {name: scores.score(name, outcome) for name in names}
    lost = [name for name, value in values.items() if not np.isfinite(value)]
    notes = [
        f"{name} is left out: {scores.SCORES[name].undefined or 'it is not finite here'}." for name in lost
    ]
    return {name: value for name, value in values.items() if name not in lost}, notes


def _without(metrics, intervals):
    lost = [name for name in metrics if name not in intervals]
    if not intervals or not lost:
        return ()
    return (f"No interval for {', '.join(lost)}: every draw from these samples gives the same value.",)


def _overlap(task, samples):
    """A note on windows that share most of their steps, where values are forecast."""
    if not hasattr(task, "naive") or len(samples.labels) < 2:
        return ()
    return ("Windows overlap, so that samples are not independent: true intervals are wider than these.",)


def _absent(outcome):
    """A note on the classes or labels that no sample has."""
    absent = [] if outcome.form == "numeric" else np.flatnonzero(~outcome.true.any(axis=0))
    if not len(absent):
        return ()
    shown = ", ".join(str(outcome.names[index]) for index in absent[:10]) + (
        ", ..." if len(absent) > 10 else ""
    )
    return (f"{len(absent)} of {len(outcome.names)} do not occur in these samples: {shown}.",)


def _names(samples, count):
    names = getattr(samples, "names", None)
    return (
        [f"row {row}" for row in range(count)] if names is None else [writable(str(name)) for name in names]
    )


def _examples(input, samples, rows):
    """The inputs of some samples: pictures (K, H, W, C) in 0 to 1, or rows as a DataFrame; else None."""
    if getattr(input, "rank", None) == 4:
        pictures = np.asarray(samples.subset(rows).arrays()[0], "float32")
        return np.clip(pictures / getattr(input, "scale", 1.0), 0, 1)
    raw = samples.inputs
    return raw.iloc[rows].reset_index(drop=True) if hasattr(raw, "iloc") else None
