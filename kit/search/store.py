"""What a search keeps on the disk besides its journal: weights of the best, states to carry on from."""

import shutil
from pathlib import Path

from kit import storage
from kit.search import contained
from kit.search.ledger import DEFAULT, TRIALS, Entry
from kit.search.trainer import weights_path

_FLOAT = 4  # bytes of a weight
_STATE = 5  # times the weights that a trial on its way holds: with the best ones and the optimizer's moments


class Store:
    """The files of the trials.

    Args:
        work: a `Work`.
        ledger: a `Ledger`.
    """

    def __init__(self, work, ledger):
        self.work, self.ledger = work, ledger

    def tidy(self):
        """Removes weights of all but the best, states that nobody will ask for, and what is too much."""
        ranked = ranking(self.ledger)
        for entry in ranked[self.work.keep :]:
            self._drop_weights(entry)
        if self.work.max_epochs is not None:
            self._tidy_rungs()
        if self.work.longest is not None:
            self._tidy_contained()
        if self.work.disk is not None:
            self._make_room(ranked)

    def close(self):
        """Removes what only a trial still to come could ask for."""
        if self.work.longest is not None and not self.ledger.running:
            for entry in self.ledger.ended:
                self._drop_state(entry)

    def _make_room(self, ranked):
        """Drops states, then weights, the worst first, until a trial as large as any has room."""
        last = [entry for entry in self.ledger.ended if entry.outcome["score"] is None] + ranked[::-1]
        for drop in (self._drop_state, self._drop_weights):
            for entry in last:
                if storage.size(self.work.folder) + self._largest() <= self.work.disk:
                    return
                drop(entry)

    def _largest(self):
        weights = [entry.outcome["parameters"] or 0 for entry in self.ledger.ended]
        return _STATE * _FLOAT * max(weights, default=0)

    def _drop_weights(self, entry):
        weights_path(self.work.folder, entry.trial).unlink(missing_ok=True)

    def _drop_state(self, entry):
        shutil.rmtree(Path(self.work.folder) / TRIALS / entry.trial, ignore_errors=True)

    def _tidy_contained(self):
        """Of trials that another one has carried on, and of the longest, no state is needed."""
        for entry in self.ledger.ended:
            before = contained.shorter(entry, self.ledger)
            if before is not None:
                self._drop_state(before)
            if entry.values["epochs"] == self.work.longest:
                self._drop_state(entry)

    def _tidy_rungs(self):
        running = {entry.values["tuner/bracket"] for entry in self.ledger.running}
        last = max((entry.trial for entry in self.ledger.entries.values()), default=None)
        if last is not None:
            running.add(self.ledger.entries[last].values["tuner/bracket"])
        for entry in self.ledger.ended:
            if entry.values["tuner/bracket"] not in running:
                self._drop_state(entry)


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
