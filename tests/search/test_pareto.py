"""The Pareto front is exactly the trials that no other trial beats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import KitError
from kit.search.pareto import front

NUMBERS = st.sampled_from([0.0, 1.0, 2.0, 3.0, -np.inf, np.inf, np.nan])


def beats(one, other, directions):
    """By the definition, in plain Python."""
    signs = [1 if direction == "min" else -1 for direction in directions]
    pairs = [(sign * a, sign * b) for sign, a, b in zip(signs, one, other, strict=True)]
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@given(st.data(), st.lists(st.sampled_from(["min", "max"]), min_size=1, max_size=4))
def test_the_front_is_that_of_brute_force(data, directions):
    rows = data.draw(st.lists(st.tuples(*[NUMBERS] * len(directions)), max_size=14))
    known = [not any(np.isnan(row)) for row in rows]
    wanted = [
        is_known and not any(beats(other, row, directions) for other in rows)
        for row, is_known in zip(rows, known, strict=True)
    ]
    assert front(rows, directions).tolist() == wanted


def test_equal_points_are_on_the_front_together():
    assert front([[1, 2], [1, 2], [2, 2]], ["min", "min"]).tolist() == [True, True, False]


def test_what_has_no_number_is_not_on_the_front_and_beats_nobody():
    assert front([[np.nan, 0], [1, 1]], ["min", "min"]).tolist() == [False, True]


def test_an_empty_board_has_an_empty_front():
    assert front([], ["min", "max"]).tolist() == []


@pytest.mark.parametrize(
    ("values", "directions"), [([[1, 2]], ["min"]), ([1, 2], ["min", "min"]), ([[1]], ["low"])]
)
def test_values_that_do_not_fit_the_directions_are_refused(values, directions):
    with pytest.raises(KitError, match=r"Received: shape \("):
        front(values, directions)
