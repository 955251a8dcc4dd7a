"""KerasTuner's oracles, with the journal for a memory: nothing on disk, every answer can be replayed.

A suggestion is a function of what was asked and answered before it, and of the seed. KerasTuner's Gaussian
process keeps a random state and its last fit besides, so it is started anew for each trial.
"""

import copy
import warnings

import keras_tuner
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from kit.errors import KitError, unknown

MOST = 9999  # trials that an id of four digits can name
_STATE = (
    "_seed_state",
    "_brackets",
    "_current_bracket",
    "_current_iteration",
    "_populate_next",
    "_ordered_ids",
)


class Replayed:
    """What makes an oracle of KerasTuner's one that a journal can bring back. Mixed in before its class."""

    recorded = None  # (values, seed state) of the trial that is replayed

    def save(self):
        """Nothing: the journal holds all of it."""

    def _save_trial(self, trial):
        """Nothing: the journal holds all of it."""

    def populate_space(self, trial_id):
        """The recorded values where there are some, else a new suggestion.

        An answer that is no trial changes nothing, so that only trials have to be recorded.
        """
        before = {name: copy.deepcopy(vars(self)[name]) for name in _STATE if name in vars(self)}
        answer = self._answered(trial_id)
        if answer["status"] != "RUNNING":
            vars(self).update(before)
        elif self.recorded:
            values, self._seed_state = self.recorded
            answer = {"status": "RUNNING", "values": dict(values)}
        return answer

    def _answered(self, trial_id):
        return super().populate_space(trial_id)


class _Gaussian(Replayed):
    """The same for the Gaussian process, which takes seconds and gives other digits on another machine."""

    def _answered(self, trial_id):
        if self.recorded:
            return {"status": "RUNNING", "values": {}}
        self._random_state = np.random.RandomState([self.seed, int(trial_id)])
        self.gpr = self._make_gpr()
        if self.ongoing_trials and any(trial.status == "COMPLETED" for trial in self.trials.values()):
            self.gpr.fit(*self._completed())  # ongoing trials are given what it expects of them
        with warnings.catch_warnings():  # a length scale at its bound: a hyperparameter without influence
            warnings.simplefilter("ignore", ConvergenceWarning)
            return super()._answered(trial_id)

    def _completed(self):
        ongoing, every = self.ongoing_trials, self.trials
        known = {name: trial for name, trial in every.items() if trial.status == "COMPLETED"}
        self.ongoing_trials, self.trials = {}, known
        try:
            return self._vectorize_trials()
        finally:
            self.ongoing_trials, self.trials = ongoing, every


def _oracle(name):
    return getattr(keras_tuner.oracles, f"{name}Oracle")


_ALGORITHMS = {
    "random": ("RandomSearch", Replayed),
    "bayesian": ("BayesianOptimization", _Gaussian),
    "hyperband": ("Hyperband", Replayed),
    "grid": ("GridSearch", Replayed),
}


def names():
    """Names of the algorithms."""
    return sorted(_ALGORITHMS)


def make(algorithm, hyperparameters, direction, seed, max_epochs=None):
    """An oracle whose state the journal can bring back.

    Args:
        algorithm: a name in `names()`, or an oracle of KerasTuner's that has not been asked yet.
        hyperparameters: KerasTuner's, the space as far as it is known.
        direction: "min" or "max", of the score.
        seed: 0 is honoured; KerasTuner takes it for none.
        max_epochs: hyperband: epochs of its longest trials.

    Raises:
        KitError: if the algorithm is unknown.
    """
    if isinstance(algorithm, keras_tuner.Oracle):
        return _adopted(algorithm)
    if algorithm not in _ALGORITHMS:
        raise unknown("algorithm", algorithm, _ALGORITHMS)
    name, kind = _ALGORITHMS[algorithm]
    limits = {"max_epochs": max_epochs} if algorithm == "hyperband" else {"max_trials": MOST}
    oracle = type(name, (kind, _oracle(name)), {})(
        objective=keras_tuner.Objective("score", direction),
        hyperparameters=hyperparameters,
        seed=seed + 1,
        max_consecutive_failed_trials=10**9,  # it raises inside, and leaves its lock held
        **limits,
    )
    oracle.verbose = 0
    return oracle


def _adopted(oracle):
    """A user's own oracle, made to replay."""
    if oracle.trials:
        raise KitError("The oracle has been asked for trials already. Give a new one.")
    gaussian = isinstance(oracle, _oracle("BayesianOptimization"))
    kind = _Gaussian if gaussian else Replayed
    oracle.__class__ = type(type(oracle).__name__, (kind, type(oracle)), {})
    oracle.objective = keras_tuner.Objective("score", getattr(oracle.objective, "direction", None) or "min")
    oracle.max_trials, oracle.max_consecutive_failed_trials = MOST, 10**9
    oracle.verbose = 0
    return oracle
