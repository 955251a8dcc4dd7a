"""Pinball loss: its minimum is the quantile."""

import numpy as np
import pytest

from kit.losses.quantile import Pinball


def test_under_and_over_cost_by_the_level():
    loss = Pinball((0.9,))
    assert float(loss(np.array([[1.0]]), np.array([[0.0]]))) == pytest.approx(0.9)
    assert float(loss(np.array([[0.0]]), np.array([[1.0]]))) == pytest.approx(0.1)


def test_the_best_constant_is_the_quantile():
    y = np.random.default_rng(0).normal(size=(2000, 1)).astype("float32")
    grid = np.linspace(-2, 2, 81)
    losses = [float(Pinball((0.8,))(y, np.full_like(y, each))) for each in grid]
    assert grid[int(np.argmin(losses))] == pytest.approx(np.quantile(y, 0.8), abs=0.06)


def test_targets_come_one_after_the_other():
    y, p = np.array([[0.0, 10.0]]), np.array([[0.0, 0.0, 10.0, 10.0]])
    assert float(Pinball((0.2, 0.8))(y, p)) == 0.0


@pytest.mark.parametrize("levels", [(), (0.5, 0.5), (0.9, 0.1), (0.0, 0.5), (0.5, 1.0)])
def test_levels_that_do_not_rise_between_0_and_1_are_refused(levels):
    with pytest.raises(ValueError, match="quantiles"):
        Pinball(levels)
