"""Importance: how much of the spread of the scores each hyperparameter explains."""

import numpy as np

from kit.search.board import Board

LEAST = 8  # completed trials
_SEEDS = 8  # forests
_TREES = 30  # of each forest
_RESAMPLES = 400
_COLUMNS = ["name", "importance", "low", "high", "best"]


def importance(leaderboard, names, seed=0):
    """How much of the spread of the scores each hyperparameter explains.

    Random forests learn the score from the values. Of the trials that a forest did not see, the values of
    one hyperparameter are exchanged; half of what the squared error grows by, divided by the variance of the
    scores, is the importance. For scores that are a sum of effects it is the share of the variance that the
    effect makes; where effects depend on each other, each of them counts what they do together.

    Scores that are far from the middle half are taken as less far, so that one diverged trial does not
    decide. A hyperparameter that is active in some trials only counts with their share. A forest that sees
    few trials explains less than there is to explain: of a true 0.70 it found 0.22 with 10 trials, 0.45 with
    20, 0.55 with 40 and 0.66 with 100 (means over several drawings).

    Args:
        leaderboard: DataFrame as `SearchResult.leaderboard`; trials that were completed count.
        names: of the hyperparameters; or a dict name -> {"kind", "log"}.
        seed: of forests and exchanges.

    Returns:
        DataFrame with the largest importance first: name, importance (0 to 1), low and high (95 % interval
        over forests and trials), best (value of the winner). It is empty where nothing can be said, and
        `.attrs["reason"]` says why.

    Source: Breiman 2001, Random Forests; the half of the growth is Jansen's estimator (1999) of the total
    effect.

    Example:
        >>> width = np.arange(40) % 10
        >>> table = pd.DataFrame({"trial": "0", "status": "completed", "score": width * 0.1, "width": width})
        >>> importance(table, ["width"])["importance"].round(1).tolist()
        [1.0]
    """
    facts = dict(names) if isinstance(names, dict) else {name: {} for name in names}
    board = Board(leaderboard, {"hyperparameters": facts})
    rows = board.completed
    reason = _reason(rows["score"].to_numpy(), facts and board.names)
    if reason:
        return _table([], reason)
    parts = [_Part(name, board, rows) for name in board.names]
    growth = _growth(parts, _tamed(rows["score"].to_numpy()), seed)
    means, lows, highs = _summary(growth, seed)
    found = [
        (part.name, mean, low, high, board.best[part.name])
        for part, mean, low, high in zip(parts, means, lows, highs, strict=True)
    ]
    return _table(sorted(found, key=lambda row: -row[1]))


class _Part:
    """The columns in which a forest sees one hyperparameter, and the trials in which it is active."""

    def __init__(self, name, board, rows):
        scale = board.scale(name, rows)
        active, places = ~scale.is_missing, scale.straight
        filled = np.median(places[active]) if active.any() else 0.0
        if scale.choices and not active.all() and not _is_conditional(active, name, board, rows):
            active, filled = np.ones(len(rows), bool), -1.0  # None is one of the choices
        self.name, self.active = name, np.flatnonzero(active)
        if scale.is_ordered:
            self.columns = np.where(scale.is_missing, filled, places)[:, None]
        else:
            self.columns = (places[:, None] == np.arange(len(scale.choices))).astype(float)


def _is_conditional(active, name, board, rows):
    """Whether some other choice decides where a hyperparameter is active."""
    for other in board.names:
        scale = board.scale(other, rows)
        if other == name or not scale.choices:
            continue
        groups = [active[scale.numbers == place] for place in range(len(scale.choices))]
        if all(group.all() or not group.any() for group in groups):
            return True
    return False


def _growth(parts, scores, seed):
    """(forests, hyperparameters, trials) by how much the squared error of a trial grows, halved and divided
    by the variance of the scores; NaN where all trees of a forest saw the trial."""
    from sklearn.ensemble import RandomForestRegressor

    columns = np.concatenate([part.columns for part in parts], axis=1)
    starts = np.cumsum([0, *(part.columns.shape[1] for part in parts)])
    found = np.empty((_SEEDS, len(parts), len(scores)))
    for place in range(_SEEDS):
        forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=seed + place)
        forest.fit(columns, scores)
        unseen = np.array([~np.isin(np.arange(len(scores)), seen) for seen in forest.estimators_samples_])
        random = np.random.default_rng([seed, place])
        before = _errors(forest, unseen, columns, scores)
        for number, part in enumerate(parts):
            exchanged = columns.copy()
            block = slice(starts[number], starts[number + 1])
            exchanged[part.active, block] = columns[random.permutation(part.active), block]
            found[place, number] = _errors(forest, unseen, exchanged, scores) - before
    return found / (2 * scores.var())


def _errors(forest, unseen, columns, scores):
    """(trials,) the mean squared error of the trees that did not see a trial; NaN where there is none."""
    columns = columns.astype(np.float32)
    said = np.stack([tree.tree_.predict(columns)[:, 0] for tree in forest.estimators_])
    count = unseen.sum(axis=0)
    total = ((said - scores) ** 2 * unseen).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _summary(growth, seed):
    """Mean, low and high of each hyperparameter, by drawing forests and trials anew."""
    growth = np.where(np.isnan(growth), np.nanmean(growth, axis=(0, 2), keepdims=True), growth)
    random = np.random.default_rng(seed)
    forests, _, trials = growth.shape
    drawn = []
    for _ in range(_RESAMPLES):
        some, which = random.integers(0, forests, forests), random.integers(0, trials, trials)
        drawn.append(growth[some].mean(axis=0)[:, which].mean(axis=1))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    return (np.clip(each, 0, 1) for each in (growth.mean(axis=(0, 2)), low, high))


def _tamed(scores):
    """Scores of which none is far from the middle half."""
    first, third = np.quantile(scores, [0.25, 0.75])
    reach = 3 * (third - first)
    return np.clip(scores, first - reach, third + reach) if reach > 0 else scores


def _reason(scores, names):
    if not names:
        return "No hyperparameter was searched."
    if len(scores) < LEAST:
        return f"Too few trials: {len(scores)} completed; {LEAST} are needed to tell what matters."
    if np.ptp(scores) == 0:
        return f"All {len(scores)} completed trials have the same score."
    return ""


def _table(rows, reason=""):
    import pandas as pd

    frame = pd.DataFrame(rows, columns=_COLUMNS)
    frame.attrs["reason"] = reason
    return frame
