"""Board: a leaderboard and the facts of its search, as figures and pages read them."""

import dataclasses
import functools

import numpy as np

from kit.search import scales

FACTS = ("rank", "trial", "status", "score", "low", "high", "seconds", "epochs", "parameters", "reason")
DEFAULT = "default"  # the trial whose settings nobody chose: it has no values of its own
_NUMBERS = ("rank", "score", "low", "high", "seconds", "epochs", "parameters")


@dataclasses.dataclass(frozen=True, eq=False)
class Board:
    """A leaderboard with what is known about its search.

    Args:
        leaderboard: DataFrame with a row a trial, the best first; columns as `SearchResult.leaderboard`.
        facts: dict that may hold "name", "objectives" (names, the first ranks), "directions" (name -> "min"
            or "max"), "hyperparameters" (name -> {"kind", "log"}), "algorithm", "seconds", "seed", "engine",
            "curves" (trial -> number watched after each epoch), "watched" (its name),
            "default" ({"score"} or None), "code".

    Example:
        >>> table = pd.DataFrame({"trial": ["0", "1"], "score": [0.9, 0.8], "width": [8, 4]})
        >>> board = Board(table, {"objectives": ["accuracy"]})
        >>> board.names, board.best["trial"], board.direction
        (('width',), '0', 'max')
    """

    leaderboard: object
    facts: dict = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def frame(self):
        """The leaderboard with every column of `FACTS`; scores that are not finite are NaN."""
        import pandas as pd

        frame = self.leaderboard.rename(columns=str).reset_index(drop=True)
        frame = frame.loc[:, ~frame.columns.duplicated(keep="last")].copy()
        for name in FACTS:
            column = frame[name] if name in frame else pd.Series(np.nan, frame.index, float)
            frame[name] = _numeric(column) if name in _NUMBERS else column.map(scales.text).astype(object)
        for name in self._named(frame):
            kind = (self.facts.get("hyperparameters") or {}).get(name, {}).get("kind")
            frame[name] = scales.whole(frame[name]) if kind != "float" else frame[name]
        return frame

    @functools.cached_property
    def trials(self):
        """The rows of `frame` in the order in which they were asked for, without the default settings."""
        tried = self.frame[self.frame["trial"] != DEFAULT]
        return tried.iloc[sorted(range(len(tried)), key=lambda row: _asked(tried["trial"].iloc[row]))]

    @property
    def scored(self):
        """The rows of `trials` with a score."""
        return self.trials[self.trials["score"].notna()]

    @property
    def completed(self):
        """The rows of `trials` that were trained to the end and have a score."""
        return self.scored[self.scored["status"] == "completed"]

    @functools.cached_property
    def best(self):
        """The row of the winner, or None where no trial has a score."""
        scored = self.frame[self.frame["score"].notna()]
        ranked = scored[scored["rank"] == 1] if len(scored) else scored
        if not len(scored):
            return None
        return (ranked if len(ranked) else scored).iloc[0]

    @property
    def default(self):
        """The score of the default settings, or None."""
        said = (self.facts.get("default") or {}).get("score")
        rows = self.frame.loc[self.frame["trial"] == DEFAULT, "score"]
        score = said if said is not None else (rows.iloc[0] if len(rows) else np.nan)
        return float(score) if np.isfinite(score) else None

    @property
    def objectives(self):
        """Names of what was optimized; the first one ranks."""
        return tuple(self.facts.get("objectives") or ["score"])

    @property
    def direction(self):
        """ "min" or "max": what is better in the first objective."""
        return self.directions[0]

    @property
    def directions(self):
        """ "min" or "max" of each objective."""
        known = self.facts.get("directions") or {}
        return tuple(known.get(name, "max") for name in self.objectives)

    def values(self, name):
        """(N,) the values of an objective in the rows of `frame`, NaN where they are not known."""
        column = "score" if name == self.objectives[0] else name
        column = column if column in self.frame else f"val_{name}"
        if column not in self.frame:
            return np.full(len(self.frame), np.nan)
        return _numeric(self.frame[column]).to_numpy()

    @functools.cached_property
    def names(self):
        """Names of the hyperparameters that the leaderboard has."""
        return self._named(self.frame)

    def _named(self, frame):
        if known := self.facts.get("hyperparameters"):
            return tuple(str(name) for name in known if str(name) in frame)
        taken = (*FACTS, *self.objectives)
        return tuple(name for name in frame if name not in taken and not name.startswith("val_"))

    @functools.cached_property
    def importance(self):
        """How much each hyperparameter matters: see `kit.search.importance.importance`."""
        from kit.search.importance import importance  # which reads boards

        known = self.facts.get("hyperparameters") or {}
        return importance(self.frame, {name: known.get(name, {}) for name in self.names})

    @property
    def ranked_names(self):
        """`names`, those that matter most first where that is known."""
        return tuple(self.importance["name"]) or self.names

    def scale(self, name, rows=None):
        """The `Scale` of a hyperparameter over some rows, by default those of `trials`."""
        facts = (self.facts.get("hyperparameters") or {}).get(name, {})
        values = (self.trials if rows is None else rows)[name]
        return scales.scale(values, facts.get("kind"), facts.get("log", False))

    def limits(self):
        """(low, high) between which scores are shown: those far worse than most would hide the others."""
        scores = self.scored["score"].to_numpy()
        scores = scores if self.default is None else np.append(scores, self.default)
        return robust(scores, self.direction)

    def better(self, scores):
        """Scores as numbers of which the larger are better."""
        return scores if self.direction == "max" else -np.asarray(scores)


def robust(values, direction):
    """(low, high) of some finite values, with a margin; what is far worse than most stays outside.

    Example:
        >>> low, high = robust(np.array([1.0, 2.0, 3.0, 4.0, 1e9]), "min")
        >>> round(low, 2), round(high, 2)
        (0.55, 10.45)
    """
    if not len(values):
        return 0.0, 1.0
    low, high = float(np.min(values)), float(np.max(values))
    first, third = np.quantile(values, [0.25, 0.75])
    reach = 3 * (third - first)
    if reach > 0:
        low, high = (max(low, first - reach), high) if direction == "max" else (low, min(high, third + reach))
    margin = 0.05 * (high - low) or max(1e-6, 0.05 * abs(high))
    return float(low - margin), float(high + margin)


def _numeric(column):
    """A column as float, NaN where there is no finite number."""
    import pandas as pd

    numbers = pd.to_numeric(column, errors="coerce").astype(float)
    return numbers.where(np.isfinite(numbers))


def _asked(trial):
    """Trials by their number, others behind them by name."""
    return (0, int(trial), trial) if trial.isdecimal() else (1, 0, trial)
