"""SearchResult: the leaderboard, and the winner built, trained or loaded."""

import functools
from pathlib import Path

import numpy as np

from kit import storage
from kit.errors import ArtifactError, KitError
from kit.search import study, trial
from kit.search.ledger import DEFAULT
from kit.search.snippet import snippet
from kit.search.store import ranking
from kit.search.trainer import weights_path

_FACTS = ("rank", "trial", "status", "score", "low", "high", "seconds", "epochs", "parameters", "reason")


class SearchResult:
    """What a search found.

    Args:
        ledger: its `Ledger`.
        work: its `Work`.
        seed: of its trials.
        engine: name of the engine that trained, and why.

    Example:
        >>> found = kit.search(
        ...     kit.build_classifier, kit.load_data("wine"), {"width": [4, 8]},
        ...     trials=2, epochs=2, engine="inline", out=folder / "search", verbose=0,
        ... )
        >>> sorted(found.leaderboard["width"])
        [4, 8]
        >>> found.build_best().output_shape
        (None, 3)
    """

    def __init__(self, ledger, work, seed, engine=""):
        self.ledger, self.work, self.seed, self.engine = ledger, work, seed, engine
        self.folder = Path(work.folder)

    def __repr__(self):
        count, objective = len(self.ledger.ended), self.work.objectives[0]
        if not self._ranked:
            return f"SearchResult({count} trials, none with a score)"
        best = self.best
        return f"SearchResult({count} trials, best {objective.name} {best['score']:.4g} {best['values']})"

    @functools.cached_property
    def _ranked(self):
        return ranking(self.ledger)

    @property
    def leaderboard(self):
        """A DataFrame with one row a trial, the best first, those without a score last.

        Columns: rank, trial, status, score, low, high (the 95 % interval), seconds, epochs, parameters,
        reason; each hyperparameter; each further objective; `val_<name>` of each metric.
        """
        import pandas as pd

        scored = {entry.trial for entry in self._ranked}
        order = [*self._ranked, *(each for each in self.ledger.ended if each.trial not in scored)]
        rows = [
            self._row(entry, rank + 1 if entry.trial in scored else None) for rank, entry in enumerate(order)
        ]
        rows += [self._row(entry, None) for entry in self.ledger.running]
        names = dict.fromkeys(name for row in rows for name in row)
        board = pd.DataFrame(rows, columns=list(names) or list(_FACTS))
        for name in names:  # whole numbers stay whole where one is missing
            values = [row.get(name) for row in rows]
            if None in values and all(each is None or type(each) is int for each in values):
                board[name] = pd.array(values, dtype="Int64")
        return board

    def _row(self, entry, rank):
        found = entry.outcome or {"status": trial.RUNNING, "metrics": {}, "objectives": {}}
        low, high = found.get("interval") or (None, None)
        facts = {"rank": rank, "trial": entry.trial, **found, "low": low, "high": high}
        ranks = self.work.objectives[0].name  # its value is the score
        others = {k: v for k, v in found["objectives"].items() if k not in (*_FACTS, ranks)}
        metrics = {f"val_{name}": value for name, value in found["metrics"].items()}
        return {**{name: facts.get(name) for name in _FACTS}, **self.values(entry), **others, **metrics}

    def values(self, entry):
        """name -> value of the hyperparameters of a trial, as builders and `kit.fit` take them."""
        return study.assignment(entry, self.ledger, self.work, self.seed).values

    @property
    def best(self):
        """The winner: a dict with trial, values, score, interval, epochs, metrics, parameters.

        Raises:
            KitError: if no trial has a score; tells why the first ones have none.
        """
        entry = self._best
        return {**entry.outcome, "values": self.values(entry)}

    @property
    def _best(self):
        if not self._ranked:
            reasons = [f"  {each.trial}: {each.outcome['reason']}" for each in self.ledger.ended][:3]
            raise KitError("\n".join(["No trial has a score:", *(reasons or ["  none has ended."])]))
        return self._ranked[0]

    @property
    def default(self):
        """What the builder scores by itself, a dict as `best`, or None where it was not tried."""
        return self.ledger.note.get(DEFAULT)

    @property
    def settings(self):
        """name -> value of all that the winner was built and trained with, as far as anything was said."""
        return {**self.work.settings, **self.values(self._best)}

    @property
    def has_winner(self):
        """Whether any trial has a score."""
        return bool(self._ranked)

    @property
    def curves(self):
        """Trial id -> what was watched after each epoch."""
        return {entry.trial: entry.outcome["curve"] for entry in self._ranked}

    def facts(self):
        """Name -> {"kind", "log"} of each hyperparameter."""
        if self.ledger.space is not None:
            return self.ledger.space.facts()
        declared = self.ledger.oracle.get_space().space
        return {each.name: {"kind": _KINDS.get(type(each).__name__, "choice")} for each in declared}

    def account(self):
        """What the report tells besides the leaderboard, as `kit.search.report.write` takes it."""
        return {
            "name": self.work.data.name,
            "objectives": [each.name for each in self.work.objectives],
            "directions": {each.name: each.direction for each in self.work.objectives},
            "hyperparameters": self.facts(),
            "algorithm": self.ledger.asked["algorithm"],
            "seed": self.seed,
            "engine": self.engine,
            "curves": self.curves,
            "default": self.default,
            "code": self.code,
        }

    @property
    def code(self):
        """The code that builds and trains the winner."""
        if not self.has_winner:
            return ""
        if self.work.takes_hp:
            return "\n".join(f"{name} = {value!r}" for name, value in self.settings.items())
        parts = self.work.divided(self.values(self._best), self.work.data)
        builder = self.work.builder
        name = getattr(builder, "__name__", "build")
        return snippet(parts, f"kit.{name}" if builder.__module__.startswith("kit.") else name)

    @property
    def has_weights(self):
        """Whether the weights of the winner were kept, so that `load_best` has them."""
        best = self._best
        return bool(best.outcome["weights"]) and weights_path(self.folder, best.trial).exists()

    def save_report(self, logs=None):
        """Writes leaderboard.csv, figures and report.html into the search's folder; -> the page's path.

        Args:
            logs: folder for logs that TensorBoard's HParams tab shows, or None.
        """
        from kit.search import report, tensorboard

        if logs is not None:
            tensorboard.write(logs, self.leaderboard, self.account())
        return report.write(self.folder, self.leaderboard, self.account())

    def build_best(self):
        """A compiled model with the winner's settings, not trained."""
        import keras

        assignment, data, parts = self._winning(self.work.data)
        keras.utils.set_random_seed(self.seed)
        return self.work.built(assignment, parts, data)[0]

    def fit_best(self, data=None, **settings):
        """The winner's settings, trained anew.

        Args:
            data: a `Data`; None takes that of the search.
            settings: further arguments of `kit.fit`; they go before the winner's.

        Returns:
            (the trained model, Keras' `History`).
        """
        import keras

        import kit

        assignment, data, parts = self._winning(data or self.work.data)
        keras.utils.set_random_seed(self.seed)
        model = self.work.built(assignment, parts, data)[0]
        return model, kit.fit(model, data, **{"seed": self.seed, "verbose": 0, **parts["fit"], **settings})

    def load_best(self):
        """The model of the winning trial with the weights that were scored.

        Raises:
            KitError: if the trial kept none, as with folds or several seeds.
            ArtifactError: if their file is missing or damaged.
        """
        model, entry = self.build_best(), self._best
        if not entry.outcome["weights"]:
            why = (
                "is a mean over several trainings"
                if self.work.folds * self.work.seeds > 1
                else "was too large to keep"
            )
            raise KitError(f"The winner {why} and has no weights. Use fit_best().")
        path = weights_path(self.folder, entry.trial)
        if not path.exists() or storage.sha256(path) != entry.outcome["weights"]:
            raise ArtifactError(
                "checksum", str(path), "missing or damaged", cure="Train the winner anew: fit_best()."
            )
        with np.load(path, allow_pickle=False) as stored:
            model.set_weights([stored[name] for name in stored.files])
        return model

    def _winning(self, data):
        from kit import namespace

        assignment = study.assignment(self._best, self.ledger, self.work, self.seed)
        parts = self.work.divided(assignment.values, data)
        return assignment, namespace.changed(data, parts["task"], parts["input"]), parts


_KINDS = {"Float": "float", "Int": "int", "Boolean": "boolean"}
