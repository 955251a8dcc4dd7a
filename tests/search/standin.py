"""An engine whose trials cost nothing: their score is a formula of their values."""

import math

from kit.search import oracles
from kit.search import trial as trials
from kit.search.ledger import Ledger
from kit.search.objectives import Objective
from kit.search.pruning import Pruner
from kit.search.space import SearchSpace
from kit.search.study import Study
from kit.search.work import Work

SPACE = {"learning_rate": (1e-4, 1e-1, "log"), "width": [4, 8, 16, 32], "dropout": (0.0, 0.5)}
GRID = {"learning_rate": [1e-3, 1e-2], "width": [4, 8], "batch_size": [16, 32]}


def score(values):
    """A loss that is small near a learning rate of 0.01 and a width of 16."""
    width = abs(math.log2(values.get("width", 16) / 16))
    return abs(math.log10(values["learning_rate"]) + 2) + width / 4 + values.get("dropout", 0)


class StandIn:
    """Takes `slots` assignments at once and ends the oldest first; `fails` says which fail."""

    def __init__(self, slots=1, fails=lambda trial: False):
        self.slots, self.fails, self.waiting, self.trained = slots, fails, [], []

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass

    @property
    def free(self):
        return self.slots - len(self.waiting)

    @property
    def busy(self):
        return len(self.waiting)

    def submit(self, assignment):
        self.waiting.append(assignment)

    def finished(self):
        assignment = self.waiting.pop(0)
        self.trained.append(assignment.trial)
        if self.fails(assignment.trial):
            return [trials.Outcome(assignment.trial, trials.FAILED, reason="it was to fail")]
        found = score(assignment.values)
        return [trials.Outcome(assignment.trial, trials.COMPLETED, found, {"loss": found}, curve=(found,))]


def opened(folder, algorithm="random", space=None, seed=0, max_epochs=9):
    """A fresh ledger on a folder."""
    space = SearchSpace(space or (GRID if algorithm == "grid" else SPACE))
    oracle = oracles.make(algorithm, space.hyperparameters(), "min", seed, max_epochs)
    ledger = Ledger(folder, oracle, Objective("loss", "min"), worst=algorithm == "hyperband")
    ledger.space = space
    ledger.open({"space": space.config(), "algorithm": getattr(algorithm, "seed", algorithm), "seed": seed})
    return ledger


def study(folder, algorithm="random", most=8, **asked):
    """A study of a fresh ledger on a folder."""
    ledger = opened(folder, algorithm, **asked)
    epochs = 9 if algorithm == "hyperband" else None
    work = Work(None, None, {}, (ledger.objective,), str(folder), max_epochs=epochs)
    object.__setattr__(work, "builder", lambda task, input: None)
    limits = {"trials": most, "until": None, "default": False}
    return Study(ledger, work, Pruner(None, True), limits, asked.get("seed", 0), lambda outcome: None)


def board(ledger):
    """What is compared of two searches: trial, values, status and score."""
    return [(each.trial, each.values, each.status, each.outcome["score"]) for each in ledger.ended]
