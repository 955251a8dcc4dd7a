"""Poisson likelihood: least where the rate is the mean."""

import numpy as np
import pytest

from kit.losses.poisson import Poisson


def test_it_is_the_formula():
    loss = Poisson()(np.array([[2.0, 0.0]]), np.array([[3.0, 0.5]]))
    assert float(loss) == pytest.approx(((3 - 2 * np.log(3)) + 0.5) / 2, rel=1e-5)


def test_the_best_constant_is_the_mean():
    y = np.array([[0.0], [1.0], [2.0], [9.0]])
    grid = np.linspace(0.5, 6, 56)
    losses = [float(Poisson()(y, np.full_like(y, rate))) for rate in grid]
    assert grid[int(np.argmin(losses))] == pytest.approx(3.0)
