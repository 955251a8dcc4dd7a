"""Schedules: each step's rate against the formula by hand."""

import math

import pytest

from kit import schedules
from kit.errors import KitError

WARMING = ("cosine", "exponential", "step")


def test_all_are_there():
    assert schedules.names() == ["constant", "cosine", "exponential", "one_cycle", "plateau", "step"]


@pytest.mark.parametrize("name", ["constant", "plateau"])
def test_some_stay_at_the_peak(name):
    assert schedules.table(name, 0.5, 4) == [0.5] * 4


def test_cosine_falls_along_half_a_cosine():
    by_hand = [2 * 0.5 * (1 + math.cos(math.pi * step / 8)) for step in range(8)]
    assert schedules.table("cosine", 2.0, 8, warmup=0) == pytest.approx(by_hand)


def test_exponential_falls_by_one_factor_to_a_hundredth():
    rates = schedules.table("exponential", 1.0, 10, warmup=0)
    assert [after / before for before, after in zip(rates, rates[1:], strict=False)] == pytest.approx(
        [0.01**0.1] * 9
    )


def test_step_falls_at_one_half_and_at_three_quarters():
    assert schedules.table("step", 1.0, 8, warmup=0) == [1, 1, 1, 1, 0.1, 0.1, 0.01, 0.01]


def test_one_cycle_rises_for_three_tenths_and_then_falls():
    rates = schedules.table("one_cycle", 1.0, 10)
    assert rates[0] == pytest.approx(0.04) and rates[3] == pytest.approx(1.0)
    assert rates[:4] == sorted(rates[:4]) and rates[3:] == sorted(rates[3:], reverse=True)


@pytest.mark.parametrize("name", WARMING)
def test_the_warm_up_rises_in_a_line_to_the_peak(name):
    rates = schedules.table(name, 1.0, 100, warmup=0.04)
    assert rates[:5] == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])


@pytest.mark.parametrize("name", schedules.names())
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_each_step_has_one_rate_within_0_and_the_peak(name, steps):
    rates = schedules.table(name, 0.3, steps)
    assert len(rates) == steps and all(0 <= rate <= 0.3 for rate in rates)


def test_an_unknown_schedule_names_the_nearest():
    with pytest.raises(KitError, match="Did you mean 'cosine'"):
        schedules.table("cosin", 1.0, 10)
