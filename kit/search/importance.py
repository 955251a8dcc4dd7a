"""Importance: how much of the spread of the scores each hyperparameter explains."""

import numpy as np

LEAST = 8  # trials with a score, below which nothing can be said
_SEEDS, _TREES, _REPEATS = 5, 60, 5


def importance(leaderboard, facts):
    """How much of what can be foretold of the score is lost when one hyperparameter is not known.

    A random forest learns the score from the hyperparameters; the values of one are then shuffled among the
    trials. Hyperparameters that are not active in a trial count as a value of their own.

    Args:
        leaderboard: of a `SearchResult`.
        facts: name -> {"kind", "log"} of each hyperparameter.

    Returns:
        DataFrame with name, importance (shares that sum to 1), low, high (over seeds), best (its value in the
        best trial), the most important first; without rows where there are too few trials, or all are equal.

    Source: Breiman 2001, "Random forests", section 10 (permutation importance).

    Example:
        >>> board = pd.DataFrame({"score": range(20), "width": range(20), "depth": [1, 2] * 10})
        >>> importance(board, {"width": {"kind": "int"}, "depth": {"kind": "int"}})["name"].tolist()
        ['width', 'depth']
    """
    import pandas as pd

    columns = ("name", "importance", "low", "high", "best")
    scored = leaderboard[leaderboard["score"].notna()]
    names = [name for name in facts if name in scored and scored[name].astype(str).nunique() > 1]
    if len(scored) < LEAST or scored["score"].nunique() < 2 or not names:
        return pd.DataFrame(columns=columns)
    shares = np.stack([_shares(scored, names, facts, seed) for seed in range(_SEEDS)])
    low, high = np.percentile(shares, [5, 95], axis=0)
    best = [scored[name].iloc[0] for name in names]
    found = pd.DataFrame(dict(zip(columns, (names, shares.mean(axis=0), low, high, best), strict=True)))
    return found.sort_values("importance", ascending=False, kind="stable", ignore_index=True)


def _shares(scored, names, facts, seed):
    """(names,) shares of the score's foretold spread, of one forest; zeros where it foretells nothing."""
    from sklearn.ensemble import RandomForestRegressor

    x = np.stack([_numbers(scored[name], facts[name]) for name in names], axis=1)
    y = scored["score"].rank().to_numpy(float)  # one diverged trial does not outweigh all others
    forest = RandomForestRegressor(_TREES, min_samples_leaf=2, random_state=seed).fit(x, y)
    draw, errors = np.random.default_rng(seed), np.zeros(len(names))
    base = np.mean((forest.predict(x) - y) ** 2)
    for place in range(len(names)):
        for _ in range(_REPEATS):
            shuffled = x.copy()
            shuffled[:, place] = draw.permutation(x[:, place])
            errors[place] += max(0.0, np.mean((forest.predict(shuffled) - y) ** 2) - base)
    return errors / errors.sum() if errors.sum() else errors


def _numbers(values, facts):
    """A hyperparameter as numbers: ranges as they are or by magnitude, choices by their best trial."""
    if facts["kind"] in ("float", "int"):
        numbers = values.astype(float).to_numpy()
        numbers = np.log10(numbers) if facts.get("log") else numbers
    else:
        texts = values.astype(str)
        order = {text: place for place, text in enumerate(dict.fromkeys(texts))}  # the best trial comes first
        numbers = texts.map(order).to_numpy(float)
    return np.nan_to_num(numbers, nan=np.nanmin(numbers, initial=0) - 1)
