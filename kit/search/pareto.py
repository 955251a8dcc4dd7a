"""The Pareto front: trials that no other trial beats in all objectives."""

import numpy as np

from kit.errors import KitError


def front(values, directions):
    """Which rows no other row beats: none is as good in all columns and better in one.

    Args:
        values: (N, objectives) numbers; a row with NaN is never in the front and beats nobody.
        directions: "min" or "max" for each column.

    Returns:
        (N,) booleans. Equal rows are in it together.

    Raises:
        KitError: if the columns and the directions differ in number, or a direction is none.

    Source: the definition. A row that is beaten is taken out: whoever it beats is beaten by its victor, too.

    Example:
        >>> front([[1, 9], [2, 2], [3, 3]], ["min", "min"]).tolist()
        [True, True, False]
    """
    values = np.asarray(values, float)
    if not len(values):
        return np.zeros(0, bool)
    if values.ndim != 2 or values.shape[1] != len(directions) or not {*directions} <= {"min", "max"}:
        raise KitError(
            f"values are (N, objectives) with 'min' or 'max' for each objective. "
            f"Received: shape {values.shape} and {list(directions)}."
        )
    costs = values * [1 if direction == "min" else -1 for direction in directions]
    found = ~np.isnan(costs).any(axis=1)
    for row in range(len(costs)):
        if found[row]:
            found &= ~((costs >= costs[row]).all(axis=1) & (costs > costs[row]).any(axis=1))
    return found
