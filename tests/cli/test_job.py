"""A training command: what of its minutes is left for training."""

import pytest

from kit.cli.job import for_training


@pytest.mark.parametrize("minutes", [1.0, 3.0, 30.0])
@pytest.mark.parametrize("beginning", [0.03, 0.08, 0.15])
def test_a_command_whose_end_takes_twice_its_beginning_ends_in_time(minutes, beginning):
    training = for_training(minutes, beginning)
    assert beginning + training + 2 * beginning <= minutes * 1.0001
    assert training >= 0.5 * minutes


def test_at_least_half_of_the_time_is_trained_however_slow_the_beginning():
    assert for_training(1.0, 2.0) == 0.5
