"""Keras' own metrics under flat names, each for the outputs it is right for."""

import numpy as np
import pytest

from kit import metrics

CASES = [
    ("binary_accuracy", "accuracy", [[1.0], [0.0]], [[0.7], [0.6]], 0.5),
    ("sparse_accuracy", "accuracy", [2, 0], [[0.1, 0.2, 0.7], [0.2, 0.5, 0.3]], 0.5),
    ("one_hot_accuracy", "accuracy", [[0.0, 1.0], [1.0, 0.0]], [[0.2, 0.8], [0.6, 0.4]], 1.0),
    ("mae", "mae", [[1.0], [2.0]], [[1.0], [5.0]], 1.5),
    ("rmse", "rmse", [[1.0], [2.0]], [[1.0], [5.0]], np.sqrt(4.5)),
]


@pytest.mark.parametrize("name, flat, y_true, y_pred, by_hand", CASES)
def test_values_by_hand_under_flat_names(name, flat, y_true, y_pred, by_hand):
    metric = metrics.make(name)
    metric.update_state(np.array(y_true), np.array(y_pred))
    assert metric.name == flat and float(metric.result()) == pytest.approx(by_hand, rel=1e-5)


def test_the_threshold_moves_the_accuracy():
    metric = metrics.make("binary_accuracy", threshold=0.65)
    metric.update_state(np.array([[1.0], [0.0]]), np.array([[0.7], [0.6]]))
    assert float(metric.result()) == 1.0


def test_options_of_others_are_left_out():
    options = {"threshold": 0.3, "quantiles": (0.5,)}
    assert metrics.taken("mae", options) == {}
    assert metrics.taken("binary_accuracy", options) == {"threshold": 0.3}


def test_a_metric_survives_its_config():
    for name in metrics.names():
        metric = metrics.make(name)
        assert type(metric).from_config(metric.get_config()).name == metric.name


@pytest.mark.parametrize(
    ("name", "y_true", "y_pred", "by_hand"),
    [
        ("binary_accuracy", [[0.7], [0.7], [0.3]], [[0.9], [0.1], [0.1]], 2 / 3),
        ("binary_accuracy", [[0.7, 1.0, 0.3, 0.0]], [[0.9, 0.9, 0.9, 0.9]], 1 / 2),
        ("sparse_accuracy", [[0.3, 0.7, 0.0], [0.6, 0.0, 0.4]], [[0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], 1 / 2),
        ("one_hot_accuracy", [[0.3, 0.7, 0.0], [0.6, 0.0, 0.4]], [[0.1, 0.8, 0.1], [0.1, 0.8, 0.1]], 1 / 2),
    ],
)
def test_of_shares_the_larger_counts(name, y_true, y_pred, by_hand):
    metric = metrics.make(name)
    metric.update_state(np.array(y_true), np.array(y_pred))
    assert float(metric.result()) == pytest.approx(by_hand, rel=1e-5)
