"""Forecasting: distances from the last value, in the column's own units."""

import json

import keras
import numpy as np
import pytest

import kit
from kit import match, tasks
from kit.errors import DataError, KitError, MatchError
from kit.tasks.forecasting import seen

LOSSES = [row.loss for row in match.table("numeric") if row.scale == "standard"]
every_loss = pytest.mark.parametrize("loss", LOSSES)


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def task_of(loss="mse", horizon=3):
    return kit.Forecasting(horizon, 7, loss=loss).fitted(np.arange(12.0).reshape(4, 3))


@every_loss
def test_an_untrained_head_says_the_last_value(loss):
    task = task_of(loss)
    features, last, spread = keras.Input((4,)), keras.Input((1,)), keras.Input((1,))
    model = keras.Model([features, last, spread], task.head(features, last, spread))
    outputs = numpy(model([np.ones((2, 4)), np.array([[0.0], [2.0]]), np.array([[1.0], [0.5]])]))
    mean, std = np.arange(12.0).mean(), np.arange(12.0).std()
    expected = np.array([[mean] * 3, [mean + 2 * std] * 3])
    np.testing.assert_allclose(task.decided(outputs).values, expected, rtol=1e-4)


def test_the_interval_is_as_wide_as_the_window_is_spread():
    task = task_of("quantile")
    features, last, spread = keras.Input((4,)), keras.Input((1,)), keras.Input((1,))
    model = keras.Model([features, last, spread], task.head(features, last, spread))
    outputs = numpy(model([np.zeros((2, 4)), np.zeros((2, 1)), np.array([[1.0], [0.5]])]))
    low, high = np.moveaxis(task.decided(outputs).interval, -1, 0)
    np.testing.assert_allclose((high - low)[0], 2 * (high - low)[1], rtol=1e-4)
    assert (low < high).all()


def test_a_window_is_seen_from_its_last_present_value():
    window = np.array([[1.0, 3.0, 0.0]], "float32")
    last, spread, distance = map(numpy, seen(window, np.array([[1.0, 1.0, 0.0]], "float32")))
    assert last.tolist() == [[3.0]]
    assert spread[0, 0] == pytest.approx(np.sqrt(1.01))  # variance of (1, 3), and what keeps it above 0
    np.testing.assert_allclose(distance, [[-2 / np.sqrt(1.01), 0, 0]], rtol=1e-6)


def test_a_level_that_training_never_had_changes_the_forecast_by_as_much():
    series = kit.Series(8, 1).fitted(np.random.default_rng(0).normal(size=(9, 8, 1)))
    model = kit.build_regressor(kit.Forecasting(2), series, backbone="gru", width=4)
    kernel = next(layer for layer in model.layers if layer.name == "logits")
    kernel.set_weights([np.ones_like(weight) * 0.1 for weight in kernel.get_weights()])
    window = np.arange(8.0).reshape(1, 8, 1)
    low, high = (numpy(model(series.encode(window + level))) for level in (0.0, 1000.0))
    np.testing.assert_allclose(high - low, 1000, rtol=1e-4)


def test_the_simple_forecasts_are_as_by_hand():
    task = kit.Forecasting(horizon=4, season=3)
    found = task.naive(np.array([[[1.0], [2.0], [3.0], [4.0], [np.nan]]]))
    assert found["the last value"].tolist() == [[4.0] * 4]
    assert found["the value a season ago"].tolist() == [[3.0, 4.0, 4.0, 3.0]]
    assert list(kit.Forecasting(2, season=9).naive(np.zeros((1, 5, 1)))) == ["the last value"]


@every_loss
def test_the_stored_task_is_equal(loss):
    task = task_of(loss)
    assert tasks.from_json(json.loads(json.dumps(task.to_json(), allow_nan=False))) == task


@every_loss
def test_the_loss_does_not_depend_on_the_unit(loss):
    losses = []
    for factor in (1.0, 1000.0):
        labels = np.arange(12.0).reshape(4, 3) * factor
        task = kit.Forecasting(3, loss=loss).fitted(labels)
        inputs = keras.Input((2,))
        outputs = numpy(keras.Model(inputs, task.head(inputs))(np.zeros((4, 2), "float32")))
        losses.append(float(task.make_loss()(task.encode(labels), outputs)))
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_a_decision_has_a_value_for_each_step():
    decision = task_of().decide(np.array([[1.0, 2.0, 3.0]]))[0]
    assert decision.values == {"+1": 1.0, "+2": 2.0, "+3": 3.0}
    one = kit.Forecasting(1, loss="quantile").decide(np.array([[1.0, 2.0, 3.0]]))[0]
    assert (one.value, one.interval) == (2.0, (1.0, 3.0))


def test_labels_that_are_not_finite_are_named():
    with pytest.raises(DataError, match=r"row 1, target '\+2'"):
        kit.Forecasting(2).encode([[1.0, 2.0], [3.0, np.nan]])


@pytest.mark.parametrize("wrong", [{"horizon": 0}, {"horizon": 1.5}, {"season": -1}, {"horizon": True}])
def test_steps_are_whole_and_positive(wrong):
    with pytest.raises(KitError, match="whole number of steps, at least 1"):
        kit.Forecasting(**wrong)


def test_only_one_column_is_forecast():
    with pytest.raises(KitError, match="One column is forecast"):
        kit.Forecasting(targets=("a", "b"))


def test_a_loss_of_numbers_that_cannot_be_negative_does_not_fit():
    with pytest.raises(MatchError, match="either side of the last value") as error:
        kit.build_regressor(kit.Forecasting(loss="poisson"), (8, 1))
    assert "quantile" in str(error.value)
