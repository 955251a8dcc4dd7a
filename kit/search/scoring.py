"""What a trained model is worth: the numbers of its objectives, with an interval."""

import dataclasses
import statistics
import time

import keras
import numpy as np

import kit
from kit.errors import KitError
from kit.evaluation import spread
from kit.search import trial as trials

RESAMPLES = 200  # for the interval of a score; the winner's is drawn more often when it is saved


class Watch(keras.callbacks.Callback):
    """Reports a number after each epoch, and stops the training when it is told to.

    Args:
        trial: id of the trial.
        objective: the `Objective` that ranks; its number of the validation part is watched where Keras logs
            it, else the validation loss.
        report: function (`Progress`) -> whether to go on.
    """

    def __init__(self, trial, objective, report):
        super().__init__()
        self.trial, self.objective, self.report = trial, objective, report
        self.pruned = False

    def watched(self, logs):
        """The name of the number that is watched."""
        wanted = self.objective.name if self.objective.is_of_epoch else f"val_{self.objective.name}"
        return next(name for name in (wanted, "val_loss", "loss") if name in logs)

    def on_epoch_end(self, epoch, logs=None):
        value = float(logs[self.watched(logs)])
        if not self.report(trials.Progress(self.trial, epoch + 1, value)):
            self.pruned = self.model.stop_training = True


@dataclasses.dataclass(frozen=True)
class Run:
    """One training of a trial, and what it scored."""

    model: keras.Model
    objectives: dict
    metrics: dict
    interval: tuple | None
    curve: tuple
    best_epoch: int
    seconds: float
    pruned: bool


def scored(model, data, history, watch, work, seconds):
    """Measures a trained model on the validation part; -> `Run`."""
    losses = history.history.get("val_loss") or history.history["loss"]
    stopped_late = history.params.get("patience", 1)
    best = int(np.nanargmin(losses)) if stopped_late else len(losses) - 1
    metrics, interval = _measured(model, data, work)
    costs = {"parameters": model.count_params(), "seconds": seconds}
    if any(each.name == "latency" for each in work.objectives):
        costs["latency"] = latency(model, data)
    logged = {name: values[best] for name, values in history.history.items()}
    found = {each.name: {**logged, **metrics, **costs}.get(each.name) for each in work.objectives}
    curve = tuple(history.history[watch.watched(history.history)])
    return Run(model, found, metrics, interval, curve, best + 1, seconds, watch.pruned)


def _measured(model, data, work):
    """The metrics of the report on the validation part, and the interval of the first objective."""
    name = work.objectives[0].name
    if all(each.is_of_epoch for each in work.objectives):
        return {}, None
    once = work.folds * work.seeds == 1
    is_slow = data.task.is_dense or data.task.form == "boxes"
    report = kit.evaluate(model, data.validation, resamples=RESAMPLES if once and is_slow else 0)
    if once and not is_slow:
        report = with_interval(report, work)
    interval = report.intervals.get(name)
    return report.metrics, interval and tuple(map(float, interval))


def with_interval(report, work):
    """A report with the interval of the first objective alone, where the report has it."""
    from kit.evaluation import bootstrap

    names = [each for each in [work.objectives[0].name] if each in report.metrics]
    return dataclasses.replace(report, intervals=bootstrap.intervals(report.outcome, names, 0, RESAMPLES))


def summed(trial, runs, work):
    """The outcome of all runs of a trial: the mean, and an interval from their spread."""
    first = work.objectives[0].name
    found = {name: _mean([run.objectives[name] for run in runs]) for name in runs[0].objectives}
    score = found[first]
    if score is None or not np.isfinite(score):
        reason = f"{first} is not finite." if score is not None else f"The model has no {first}."
        return trials.Outcome(trial, trials.FAILED, reason=reason, epochs=len(runs[0].curve))
    names = runs[0].metrics
    return trials.Outcome(
        trial,
        trials.PRUNED if any(run.pruned for run in runs) else trials.COMPLETED,
        score=score,
        objectives=found,
        interval=runs[0].interval
        if len(runs) == 1
        else spread.interval([run.objectives[first] for run in runs]),
        metrics={name: _mean([run.metrics.get(name) for run in runs]) for name in names},
        curve=runs[0].curve,
        epochs=max(len(run.curve) for run in runs),
        best_epoch=runs[0].best_epoch,
        parameters=runs[0].model.count_params(),
    )


def over_limit(model, data, limits):
    """What is too large or too slow, as text; empty where all is within the limits."""
    if (most := limits.get("parameters")) is not None and model.count_params() > most:
        return f"{model.count_params()} parameters; at most {most:g} are asked for."
    if (most := limits.get("latency")) is not None and (found := latency(model, data)) > most:
        return f"A prediction takes {found:.3g} ms; at most {most:g} are asked for."
    return ""


def latency(model, data, repeats=9):
    """Milliseconds of a prediction of one sample, decoding left out: the median of a few."""
    from kit.artifact import runtime

    x, _ = data.validation.subset([0]).arrays()
    forward = runtime.compiled(model)
    forward(x)
    seconds = []
    for _ in range(repeats):
        began = time.perf_counter()
        forward(x)
        seconds.append(time.perf_counter() - began)
    return 1000 * statistics.median(seconds)


def fitted_by_hypermodel(hypermodel, assignment, model, data, callbacks):
    """Trains by the `fit` of a `keras_tuner.HyperModel`, as KerasTuner calls it; -> Keras' History."""
    import keras_tuner

    hp = keras_tuner.HyperParameters()
    hp.values = dict(assignment.suggested or {})
    x, y = data.train.arrays()
    history = hypermodel.fit(
        hp, model, x, y, validation_data=data.validation.arrays(), callbacks=callbacks, verbose=0
    )
    if not isinstance(history, keras.callbacks.History):
        raise KitError(f"HyperModel.fit returned {type(history).__name__}; expected Keras' History.")
    return history


def fold_of(data, fold, folds):
    """The data whose validation part is one of `folds` parts of the training and validation samples."""
    from kit.data.folds import folded

    return folded(data, fold, folds)


def _mean(values):
    known = [float(value) for value in values if value is not None]
    return statistics.fmean(known) if known else None
