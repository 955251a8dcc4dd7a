"""Metrics of signs and ranks, counted by hand."""

import numpy as np
import pytest

from kit.metrics import make

CUMULATIVE = np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
SAID = np.array([[0.1, 0.1], [0.9, 0.7], [0.2, 0.1], [0.9, 0.9]])  # classes 0, 2, 0, 2; right: 0, 1, 2, 2


def result(name, y_true, y_pred, weight=None, **options):
    metric = make(name, **options)
    metric.update_state(y_true, y_pred, weight)
    return float(metric.result())


def test_signs_are_compared_with_signs():
    y, scores = np.array([[-1.0], [-1.0], [1.0], [1.0]]), np.array([[-0.2], [3.0], [0.1], [9.0]])
    assert result("sign_accuracy", y, scores) == 0.75


def test_a_rank_is_met_or_missed():
    assert result("rank_accuracy", CUMULATIVE, SAID) == 0.5


def test_the_rank_error_counts_classes():
    assert result("rank_error", CUMULATIVE, SAID) == pytest.approx((0 + 1 + 2 + 0) / 4)


def test_weights_count():
    assert result("rank_error", CUMULATIVE, SAID, np.array([0.0, 0.0, 1.0, 1.0])) == pytest.approx(1.0)
