"""The Pareto front: trials that no other beats in every objective."""

import numpy as np


def front(values, directions):
    """Which rows no other row beats: none is as good in all columns and better in one.

    Args:
        values: (N, objectives) numbers; a row with NaN is never in the front.
        directions: "min" or "max" for each column.

    Returns:
        (N,) booleans. Equal rows are in it together.

    Example:
        >>> front([[1, 9], [2, 2], [3, 3]], ["min", "min"]).tolist()
        [True, True, False]
    """
    signs = np.array([1 if direction == "min" else -1 for direction in directions])
    costs = np.asarray(values, float).reshape(-1, len(signs)) * signs
    known = ~np.isnan(costs).any(axis=1)
    found = np.zeros(len(costs), bool)
    for row in np.flatnonzero(known):
        others = costs[known]
        beaten = (others <= costs[row]).all(axis=1) & (others < costs[row]).any(axis=1)
        found[row] = not beaten.any()
    return found
