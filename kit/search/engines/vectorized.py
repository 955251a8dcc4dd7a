"""The engine of populations: trials of one shape are trained together, by a process that runs JAX.

Worth it for dense networks, whose steps are so small that nearly all of a trial is what surrounds them.
Convolutions on a processor lose by it.
"""

import importlib.util
import os

from kit.errors import KitError, missing_extra
from kit.search import trial as trials
from kit.search.engines.process import Worker, unsendable

SLOTS = 128  # assignments of one batch


class Vectorized:
    """Collects assignments and trains all of them at once.

    Args:
        work: a `Work`.
        judge: function (`Progress`) -> whether the trial goes on.
        workers: 1; one program uses the whole processor.

    Raises:
        KitError: if the trials cannot be trained so, or JAX is not installed; says why.
    """

    def __init__(self, work, judge, workers=1):
        if why := unfit(work):
            raise KitError(f"The engine vectorized does not fit: {why}. Use the engine process.")
        if importlib.util.find_spec("jax") is None:
            raise missing_extra("jax", "jax")
        self.work, self.judge = work, judge
        self.waiting, self.worker = [], None

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.worker:
            self.worker.stop()

    @property
    def free(self):
        """Assignments that it would take now."""
        return SLOTS - len(self.waiting)

    @property
    def busy(self):
        """Assignments that it has."""
        return len(self.waiting)

    def submit(self, assignment):
        """Takes an assignment."""
        self.waiting.append(assignment)

    def finished(self):
        """Trains all that it has; -> their outcomes."""
        batch, self.waiting = self.waiting, []
        self.worker = self.worker or Worker(self.work, os.cpu_count() or 1, "batches")
        try:
            self.worker.driver.send(batch)
            while isinstance(message := self.worker.driver.recv(), trials.Progress):
                self.worker.driver.send(self.judge(message))
        except (EOFError, OSError):
            status, self.worker = self.worker.stop(), None
            reason = f"Its process died (exit status {status}); out of memory? Use the engine process."
            return [trials.Outcome(each.trial, trials.FAILED, reason=reason) for each in batch]
        return message


def unfit(work):
    """Why the trials of a search cannot be trained as populations, or an empty text."""
    data = work.data
    if why := unsendable(work.builder):
        return f"the builder {why}"
    if work.takes_hp:
        return "the builder declares its own hyperparameters"
    if data.task.is_dense or data.task.form == "boxes" or getattr(data.input, "rank", 2) != 2:
        return "the network is not dense"
    if work.folds * work.seeds > 1 or work.max_epochs is not None:
        return "folds, seeds and rungs are trained one by one"
    if work.limits or any(each.name in ("latency", "seconds") for each in work.objectives):
        return "limits and times are measured one by one"
    if strange := set(work.settings) & _STRANGE:
        return f"{min(strange)} is not known to it"
    return ""


VARIED = ("learning_rate", "weight_decay", "dropout", "epochs", "patience", "schedule")  # inputs of a program
_STRANGE = {"average", "accumulate", "minutes", "precision", "callbacks", "resume", "tensorboard"}
