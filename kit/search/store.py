"""What a search keeps on the disk besides its journal: weights of the best, states of those on a rung."""

import shutil
from pathlib import Path

from kit.search.ledger import DEFAULT, Entry
from kit.search.trainer import TRIALS, weights_path


class Store:
    """The files of the trials.

    Args:
        work: a `Work`.
        ledger: a `Ledger`.
    """

    def __init__(self, work, ledger):
        self.work, self.ledger = work, ledger

    def tidy(self):
        """Removes the weights of all but the best trials, and the states that no rung will ask for."""
        ranked = ranking(self.ledger)
        for entry in ranked[self.work.keep :]:
            weights_path(self.work.folder, entry.trial).unlink(missing_ok=True)
        if self.work.max_epochs is not None:
            self._tidy_rungs()

    def _tidy_rungs(self):
        running = {entry.values["tuner/bracket"] for entry in self.ledger.running}
        last = max((entry.trial for entry in self.ledger.entries.values()), default=None)
        if last is not None:
            running.add(self.ledger.entries[last].values["tuner/bracket"])
        for entry in self.ledger.ended:
            if entry.values["tuner/bracket"] not in running:
                shutil.rmtree(Path(self.work.folder) / TRIALS / entry.trial, ignore_errors=True)


def ranking(ledger):
    """Entries with a score, the default settings among them, the best first.

    Of equal scores the one of smaller validation loss is better, then the one that was asked first.
    """
    default = [Entry(DEFAULT, {}, "", ledger.note[DEFAULT])] if DEFAULT in ledger.note else []
    scored = [entry for entry in [*default, *ledger.ended] if entry.outcome["score"] is not None]
    return sorted(scored, key=lambda entry: _order(entry, ledger.objective))


def _order(entry, objective):
    metrics = entry.outcome["metrics"]
    loss = metrics.get("nll", metrics.get("loss"))
    return objective.order(entry.outcome["score"]), float("inf") if loss is None else loss, entry.trial
