import numpy as np
import pandas as pd
import pytest

from kit.search import scales


def test_numbers_lie_by_distance_and_by_magnitude():
    assert scales.scale([0, 5, 10], "int").units.tolist() == [0, 0.5, 1]
    np.testing.assert_allclose(scales.scale([1e-4, 1e-3, 1e-2], "float", log=True).units, [0, 0.5, 1])


def test_choices_of_numbers_are_in_their_order_and_evenly_apart():
    found = scales.scale([64, 16, 128, 16], "choice")
    assert found.choices == ("16", "64", "128") and found.units.tolist() == [0.5, 0, 1, 0]
    assert found.is_ordered


def test_values_of_all_kinds_find_a_place():
    values = [True, None, 3, "3", [1, 2], float("nan"), np.float32(0.5), "ü"]
    found = scales.scale(values, "choice")
    assert found.is_missing.tolist() == [False, True, False, False, False, True, False, False]
    assert not found.is_ordered and len(found.choices) == 5  # the number 3 and the text are written alike


def test_whole_numbers_of_a_column_with_gaps_stay_whole():
    gaps = pd.array([10, None, 5], dtype="Int64")
    assert scales.scale(pd.Series(gaps), "choice").choices == ("5", "10")
    assert scales.text(scales.whole(pd.Series([16.0, np.nan]))[0]) == "16"


def test_a_range_by_magnitude_that_holds_a_zero_is_read_by_distance():
    assert not scales.scale([0.0, 1.0], "float", log=True).log


@pytest.mark.parametrize("values", [[], [None, None], [float("nan")]])
def test_an_axis_without_values_has_no_marks(values):
    assert scales.scale(values).ticks() == ([], [])


def test_an_axis_with_one_value_has_it_in_the_middle():
    assert scales.scale([7, 7], "int").ticks() == ([0.5], ["7"])


def test_marks_are_round_and_within_the_range():
    places, texts = scales.scale([0.00013, 0.09], "float", log=True).ticks()
    assert texts == ["0.001", "0.01"] and all(0 <= place <= 1 for place in places)


def test_of_many_choices_some_are_marked():
    places, texts = scales.scale(list(range(100)), "choice").ticks()
    assert len(texts) <= 12 and texts[0] == "0"
