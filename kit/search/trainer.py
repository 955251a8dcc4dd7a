"""The trainer: takes one assignment after the other, builds, trains and scores."""

import dataclasses
import io
import shutil
import time
from pathlib import Path

import keras
import numpy as np

import kit
from kit import namespace, storage
from kit.errors import KitError, as_kit_error
from kit.search import reuse, scoring
from kit.search import trial as trials
from kit.search.ledger import TRIALS
from kit.training import callbacks as parts_of_a_run
from kit.training import checkpoint
from kit.training.run import CHECKPOINT

WEIGHTS = "weights"


class Trainer:
    """Trains assignments in this process.

    Args:
        work: a `Work`.
    """

    def __init__(self, work):
        self.work = work
        self._data = {}  # what has been encoded under other settings of task and input
        self.models = reuse.Models(work)

    def train(self, assignment, report):
        """The outcome of an assignment; whatever goes wrong is an outcome, too.

        Args:
            assignment: an `Assignment`.
            report: function (`Progress`) -> whether to go on.
        """
        began = time.monotonic()
        try:
            outcome = _Trial(self, assignment, report).outcome()
        except Exception as error:  # the search goes on, and says what happened
            outcome = trials.Outcome(assignment.trial, trials.FAILED, reason=told(error))
        return dataclasses.replace(outcome, seconds=round(time.monotonic() - began, 3))

    def data_under(self, parts, fold):
        """The data of a fold under the settings of task and input; encoded once for each."""
        key = repr((fold, sorted(parts["task"].items()), sorted(parts["input"].items())))
        if key not in self._data:
            data = self.work.data if fold is None else scoring.fold_of(self.work.data, fold, self.work.folds)
            changes = {name: _as_field(value) for name, value in parts["input"].items()}
            self._data[key] = namespace.changed(data, parts["task"], changes)
        return self._data[key]


class _Trial:
    """One assignment on its way."""

    def __init__(self, trainer, assignment, report):
        self.trainer, self.work = trainer, trainer.work
        self.assignment, self.report = assignment, report
        self.space = None  # what the builder declared on `hp`
        self.folder = Path(self.work.folder) / TRIALS / assignment.trial

    def outcome(self):
        """Trains all folds and seeds, and scores them."""
        runs, folds = [], range(self.work.folds) if self.work.folds > 1 else [None]
        for fold in folds:
            for repeat in range(self.work.seeds):
                run = self._run(fold, self.assignment.seed + repeat, f"{fold or 0}-{repeat}")
                if isinstance(run, trials.Outcome):  # infeasible
                    return run
                runs.append(run)
        outcome = scoring.summed(self.assignment.trial, runs, self.work)
        alone = runs[0] if len(runs) == 1 else None
        if not self.assignment.rung:
            shutil.rmtree(self.folder, ignore_errors=True)
        weights = self._kept(alone.model) if alone and outcome.status in trials.SCORED else ""
        return dataclasses.replace(outcome, weights=weights, space=self.space)

    def _run(self, fold, seed, name):
        data = self.trainer.data_under(self.work.divided(self.assignment.values, self.work.data), fold)
        parts = self.work.divided(self.assignment.values, data)
        keras.utils.set_random_seed(seed)
        model, self.space = self.trainer.models.get(self.assignment, parts, data, seed)
        if fault := scoring.over_limit(model, data, self.work.limits):
            count = model.count_params()
            return trials.Outcome(self.assignment.trial, trials.INFEASIBLE, parameters=count, reason=fault)
        watch = scoring.Watch(self.assignment.trial, self.work.objectives[0], self.report)
        began = time.monotonic()
        history = self._fitted(model, data, parts["fit"], seed, self.folder / name, watch)
        return scoring.scored(model, data, history, watch, self.work, time.monotonic() - began)

    def _fitted(self, model, data, settings, seed, folder, watch):
        settings, callbacks = {"verbose": 0, "seed": seed, **settings}, [watch]
        if self.assignment.rung:
            done, until, settings["epochs"] = self.assignment.rung
            callbacks.append(parts_of_a_run.Pause(until))
            if done:
                self._carry_on(folder)
        if hasattr(self.work.builder, "fit"):
            return scoring.fitted_by_hypermodel(self.work.builder, self.assignment, model, data, callbacks)
        return kit.fit(model, data, resume=folder, callbacks=callbacks, **settings)

    def _carry_on(self, folder):
        """Begins where the trial on the rung below stopped, if its state is still there."""
        state = folder.parents[1] / self.assignment.parent / folder.name / CHECKPOINT
        if state.exists() and not (folder / CHECKPOINT).exists():
            storage.write_bytes(folder / CHECKPOINT, state.read_bytes())
            checkpoint.load(folder / CHECKPOINT)

    def _kept(self, model):
        """Writes the weights that were scored; -> their checksum."""
        return keep(self.work, self.assignment.trial, model.get_weights())


def keep(work, trial, weights):
    """Writes arrays as the weights of a trial; -> their checksum, "" where the share of the disk is full."""
    buffer = io.BytesIO()
    np.savez(buffer, *weights)
    content = buffer.getvalue()
    if work.disk is not None and storage.size(work.folder) + len(content) > work.disk:
        return ""
    path = weights_path(work.folder, trial)
    storage.write_bytes(path, content)
    return storage.sha256(path)


def weights_path(folder, trial):
    """Where the weights of a trial lie."""
    return Path(folder) / WEIGHTS / f"{trial}.npz"


def _as_field(value):
    return tuple(value) if isinstance(value, list) else value


def told(error):
    """Why a trial failed, in one line where kit has no words of its own for it."""
    known = as_kit_error(error)
    if known is not None:
        return str(known)
    if isinstance(error, KitError):
        return str(error)
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}"
