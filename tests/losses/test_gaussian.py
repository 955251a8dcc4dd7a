"""Gaussian likelihood against the density."""

import numpy as np
import pytest

from kit.losses.gaussian import GaussianNLL


def test_it_is_minus_the_log_density():
    y, mean, sigma = 1.0, 3.0, 2.0
    density = np.exp(-(((y - mean) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    loss = GaussianNLL()(np.array([[y]]), np.array([[mean, sigma]]))
    assert float(loss) == pytest.approx(-np.log(density), rel=1e-5)


def test_targets_come_one_after_the_other():
    y, p = np.array([[1.0, 5.0]]), np.array([[1.0, 1.0, 5.0, 1.0]])
    assert float(GaussianNLL()(y, p)) == pytest.approx(np.log(2 * np.pi) / 2, rel=1e-5)
