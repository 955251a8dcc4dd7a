"""Errors and coverage of quantiles and spreads, counted by hand."""

import numpy as np
import pytest

from kit.metrics import make

LEVELS = np.array([[1.0, 4.0, 9.0], [1.0, 4.0, 9.0]])


def result(name, y_true, y_pred, **options):
    metric = make(name, **options)
    metric.update_state(y_true, y_pred)
    return float(metric.result())


def test_the_middle_quantile_is_the_value():
    assert result("middle_mae", np.array([[5.0], [1.0]]), LEVELS) == 2.0


def test_the_middle_is_the_level_nearest_one_half():
    assert result("middle_mae", np.array([[4.0], [4.0]]), LEVELS, quantiles=(0.1, 0.4, 0.9)) == 0.0


def test_the_mean_of_a_gaussian_is_the_value():
    assert result("mean_mae", np.array([[5.0, 1.0]]), np.array([[4.0, 9.0, 3.0, 9.0]])) == pytest.approx(1.5)


def test_coverage_counts_what_lies_between_the_outer_two():
    assert result("coverage", np.array([[9.0], [0.0]]), LEVELS) == 0.5
