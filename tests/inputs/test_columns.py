"""kit.inputs.columns: one column -> numbers, by its kind."""

import dataclasses

import numpy as np
import pandas as pd
import pytest

from kit.inputs import columns
from kit.inputs.columns import Boolean, Category, Date, Numeric


def objects(*items):
    return np.array([*items, None], object)[:-1]


@pytest.mark.parametrize("kind", [Numeric, Boolean, Date, Category])
def test_a_column_comes_back_from_its_fields_and_kind(kind):
    column = kind("x")
    assert columns.from_json({"kind": column.kind, **dataclasses.asdict(column)}) == column


def test_numbers_are_centred_by_median_and_interquartile_range(rng):
    numbers = rng.normal(size=101)
    fitted = Numeric("x").fitted(numbers)
    assert fitted.center == pytest.approx(np.median(numbers))
    assert fitted.spread == pytest.approx(np.percentile(numbers, 75) - np.percentile(numbers, 25), rel=1e-6)
    assert not fitted.missing


@pytest.mark.parametrize(
    "numbers, center, spread",
    [([0, 0, 0, 0, 10], 0, 5), ([7, 7], 7, 1), ([np.nan, np.nan], 0, 1), ([np.inf, 1, 3], 2, 1)],
    ids=["half the range", "constant", "all missing", "infinite"],
)
def test_spread_is_never_zero(numbers, center, spread):
    fitted = Numeric("x").fitted(np.array(numbers, float))
    assert (fitted.center, fitted.spread) == (center, spread)


def test_missing_numbers_are_remembered():
    assert Numeric("x").fitted(np.array([1, np.nan])).missing


def test_booleans_stand_at_plus_and_minus_one():
    ((center, spread, missing),) = Boolean("x").fitted(objects(True, None)).standards()
    assert ((1 - center) / spread, (0 - center) / spread, missing) == (1, -1, True)


def test_a_date_is_its_day_and_points_on_circles():
    monday = pd.Timestamp("2024-01-01")
    numbers, _ = Date("x").encode(
        objects(monday, monday + pd.Timedelta(days=7), monday + pd.Timedelta(hours=6))
    )
    assert numbers[:, 0].tolist() == [19723, 19730, 19723.25]
    assert numbers[0, 3:5] == pytest.approx(numbers[1, 3:5], abs=1e-5)  # the same day of the week
    assert numbers[2, 5:7] == pytest.approx([1, 0], abs=1e-5)  # six o'clock is a quarter turn


def test_the_same_day_of_another_year_is_near():
    numbers, _ = Date("x").encode(objects("2020-03-01", "2023-03-01", "2020-09-01"))
    assert np.abs(numbers[0, 1:3] - numbers[1, 1:3]).max() < 0.03
    assert np.abs(numbers[0, 1:3] - numbers[2, 1:3]).max() > 1


def test_a_missing_date_is_missing_in_every_number():
    assert np.isnan(Date("x").encode(objects("2020-01-01", None))[0][1]).all()


def test_a_fitted_date_centres_only_the_day():
    standards = Date("x").fitted(objects("2020-01-01", "2020-01-03", "2020-01-05", None)).standards()
    assert standards[0] == (18264.0, 2.0, True) and standards[1:] == [(0.0, 1.0, False)] * 6


def test_levels_are_sorted_and_missing_is_not_one():
    fitted = Category("x").fitted(objects("b", "a", None, "b"))
    assert fitted.levels == ("a", "b") and fitted.missing
    assert fitted.encode(objects("b", "c", None))[0].tolist() == [2, 0, 0]


def test_few_levels_are_all_kept_and_of_many_those_seen_twice():
    assert len(Category("x").fitted(objects(*"abcdefghi")).levels) == 9
    fitted = Category("x").fitted(objects(*"abcdefghij", *"abcdefghi"))
    assert fitted.levels == tuple("abcdefghi") and fitted.missing


@pytest.mark.parametrize("levels, length", [(9, 0), (10, 6), (100, 21), (10_000, 50)])
def test_many_levels_are_embedded_by_the_rule_of_thumb(levels, length):
    assert Category("x", tuple(range(levels))).embedded == length


def test_numbered_levels_stay_numbers():
    assert Category("x").fitted(np.array([3, 1, 3])).levels == (1, 3)


def test_unseen_names_are_counted():
    assert Category("x", ("a",)).unseen(objects("a", "b", "b", None)) == {"b": 2}
