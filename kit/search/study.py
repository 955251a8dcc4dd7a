"""The study: asks the ledger for trials, gives them to the engine, writes down what became of them."""

import dataclasses
import time

from kit.search import contained
from kit.search import trial as trials
from kit.search.ledger import DEFAULT
from kit.search.store import Store

_WAIT = 0.2  # seconds between two looks at what other processes do


@dataclasses.dataclass
class Study:
    """A search in the process that drives it.

    Args:
        ledger: a `Ledger`, opened.
        work: a `Work`.
        pruner: a `Pruner`.
        limits: "trials" of the whole search, "until" (time.monotonic()) or None, "default": whether what
            the builder does by itself is trained first, to compare with.
        seed: of all trials.
        say: function (text) for one line after each trial.
    """

    ledger: object
    work: object
    pruner: object
    limits: dict
    seed: int
    say: object

    def run(self, engine, join=False):
        """Goes on until there is no trial left, here or elsewhere."""
        self.store = Store(self.work, self.ledger)
        self._remember()
        with self.ledger.taking_part(join), engine:
            if self.limits["default"] and DEFAULT not in self.ledger.note:
                engine.submit(trials.Assignment(DEFAULT, {}, self.seed))
            while True:
                while engine.free and (entry := self._next()):
                    engine.submit(self._assignment(entry))
                if engine.busy:
                    for outcome in engine.finished():
                        self._ended(outcome)
                elif self.ledger.running and not self._is_late:
                    time.sleep(_WAIT)  # other processes are at work, and may die
                else:
                    break
            self.store.close()

    def judge(self, progress):
        """Whether a trial goes on."""
        if progress.trial == DEFAULT:
            return True
        return not self._is_late and self.pruner.goes_on(progress.trial, progress.epoch, progress.value)

    @property
    def _is_late(self):
        return self.limits["until"] is not None and time.monotonic() > self.limits["until"]

    def _next(self):
        return None if self._is_late else self.ledger.next(self.limits["trials"])

    def _remember(self):
        for entry in self.ledger.ended:
            self.pruner.ended(entry.trial, entry.outcome["curve"])

    def _assignment(self, entry):
        return assignment(entry, self.ledger, self.work, self.seed)

    def _ended(self, outcome):
        if outcome.trial == DEFAULT:
            self.ledger.write(DEFAULT, dataclasses.asdict(outcome))
            self.say(outcome)
            return
        if not self.ledger.end(outcome):
            return
        self.pruner.ended(outcome.trial, outcome.curve)
        self.store.tidy()
        self.say(outcome)


def assignment(entry, ledger, work, seed):
    """What is to be trained for an entry of the ledger."""
    rung, parent = _rung(entry, ledger, work)
    known = ledger.space.decoded(entry.values) if ledger.space else dict(entry.values)
    space = ledger.oracle.get_space().get_config() if work.takes_hp else None
    return trials.Assignment(entry.trial, known, seed, rung, parent, entry.values, space)


def _rung(entry, ledger, work):
    """(its rung or None, the trial that it carries on)."""
    if entry.trial == DEFAULT:
        return None, ""
    if work.longest is not None:
        before, until = contained.shorter(entry, ledger), entry.values["epochs"]
        return (before.values["epochs"] if before else 0, until, work.longest), before.trial if before else ""
    if work.max_epochs is None:
        return None, ""
    rung = (entry.values["tuner/initial_epoch"], entry.values["tuner/epochs"], work.max_epochs)
    return rung, entry.values.get("tuner/trial_id") or ""
