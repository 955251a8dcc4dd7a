"""Spacing: the season that dates suggest."""

import numpy as np
import pandas as pd
import pytest

from kit.data.spacing import season_of, uneven


@pytest.mark.parametrize(
    ("frequency", "season"), [("h", 24), ("D", 7), ("W", 52), ("MS", 12), ("QS", 4), ("YS", 1), ("min", 1)]
)
def test_the_usual_step_says_the_season(frequency, season):
    dates = pd.date_range("2024-01-01", periods=30, freq=frequency)
    days = dates.to_numpy().astype("datetime64[ms]").astype("int64") / 86_400_000
    assert season_of(days)[0] == season and uneven(days) is None


def test_a_lost_day_is_told():
    assert uneven(np.array([0.0, 1, 3, 4])) == "1 of 3 steps are longer or shorter than usual"


def test_one_step_has_no_season():
    assert season_of(np.array([5.0])) == (1, "")
