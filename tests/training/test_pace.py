"""Pace: the learning rate follows the clock, so that it is low when the time is up."""

import keras
import numpy as np
import pytest

import kit
from kit.training import callbacks


class Clock:
    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr(callbacks.time, "monotonic", lambda: self.now)


def rates_of(monkeypatch, seconds_of, budget=100.0, expected=10):
    """Learning rate of each epoch until the callback stops; epoch e takes `seconds_of(e)`."""
    clock = Clock(monkeypatch)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    pace = callbacks.Pace(budget, 0.0, expected, "cosine", 1.0)
    pace.set_model(model)
    pace.set_params({})
    model.stop_training = False
    pace.on_train_begin()
    rates = []
    while not model.stop_training:
        pace.on_epoch_begin(len(rates))
        rates.append(float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)))
        clock.now += seconds_of(len(rates) - 1)
        pace.on_epoch_end(len(rates) - 1)
    pace.on_train_end()
    assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == 1.0
    return np.array(rates), clock.now


def test_epochs_that_take_what_was_expected_give_the_cosine(monkeypatch):
    rates, end = rates_of(monkeypatch, lambda epoch: 10.0)
    middles = (np.arange(10) + 0.5) / 10
    np.testing.assert_allclose(rates[1:], 0.5 * (1 + np.cos(np.pi * (middles[1:] - 0.05) / 0.95)), atol=0.01)
    assert end == 100


@pytest.mark.parametrize("slower", [2.0, 0.5])
def test_epochs_of_another_length_end_in_time_and_with_a_low_rate(monkeypatch, slower):
    rates, end = rates_of(monkeypatch, lambda epoch: 10.0 * slower)
    assert rates[-1] < 0.15 and 75 < end <= 100
    assert len(rates) == int(10 / slower)


def test_a_machine_that_slows_down_on_the_way_still_ends_low_and_in_time(monkeypatch):
    rates, end = rates_of(monkeypatch, lambda epoch: 4.0 if epoch < 10 else 10.0, expected=25)
    assert rates[-1] < 0.15 and end <= 100


def test_the_time_for_tracing_in_the_first_epoch_does_not_foretell_the_others(monkeypatch):
    rates, end = rates_of(monkeypatch, lambda epoch: 30.0 if epoch == 0 else 4.0, expected=25)
    assert rates[1] > 0.85 and (np.diff(rates[1:]) < 0.01).all()  # no fall that is taken back
    assert rates[-1] < 0.15 and 90 < end <= 100


def test_who_stops_the_training_after_the_first_epoch_is_heard(monkeypatch):
    clock = Clock(monkeypatch)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    pace = callbacks.Pace(100.0, 0.0, 10, "cosine", 1.0)
    pace.set_model(model)
    pace.on_train_begin()
    model.stop_training = True  # another callback comes first
    clock.now += 10.0
    pace.on_epoch_end(0)
    assert model.stop_training


def test_training_by_the_clock_leaves_the_rate_as_it_was(toys):
    data = toys.table_data()
    model = kit.build_regressor(data.task, data.input, backbone="mlp", width=8, depth=2, learning_rate=0.02)
    for _ in range(2):
        history = kit.fit(model, data, minutes=0.01, verbose=0)
        assert history.params["is_paced"]
        assert float(keras.ops.convert_to_numpy(model.optimizer.learning_rate)) == pytest.approx(0.02)


def test_a_model_trained_by_steps_can_be_trained_by_the_clock(toys):
    data = toys.table_data()
    model = kit.build_regressor(data.task, data.input, backbone="mlp", width=8, depth=2, learning_rate=0.02)
    kit.fit(model, data, epochs=2, verbose=0)
    assert kit.fit(model, data, minutes=0.01, verbose=0).params["is_paced"]


def test_the_feed_is_told_how_many_epochs_there_will_be():
    class Feed:
        epochs = None

    told = callbacks.Calendar(Feed())
    told.set_params({"epochs": 12})
    told.on_epoch_begin(0)
    assert told.feed.epochs == 12
