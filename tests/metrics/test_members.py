"""Metrics of the members' mean: against Keras' metric of the mean."""

import keras
import numpy as np
import pytest

from kit.metrics.members import OfMean


def test_the_mean_of_the_members_is_measured(rng):
    y, said = rng.integers(0, 3, size=8), rng.uniform(size=(8, 4, 3)).astype("float32")
    mine, stock = OfMean(keras.metrics.SparseCategoricalAccuracy(name="accuracy")), keras.metrics
    mine.update_state(y, said.reshape(32, 3))
    stock = stock.SparseCategoricalAccuracy()
    stock.update_state(y, said.mean(axis=1))
    assert mine.name == "accuracy" and float(mine.result()) == float(stock.result())


def test_outputs_that_are_a_mean_already_are_measured_as_they_are():
    metric = OfMean(keras.metrics.RootMeanSquaredError(name="rmse"))
    metric.update_state(np.array([[1.0], [2.0]]), np.array([[4.0], [6.0]]))
    assert float(metric.result()) == pytest.approx(np.sqrt((9 + 16) / 2))


def test_a_new_epoch_begins_at_nothing_and_its_variables_are_known():
    metric = OfMean(keras.metrics.MeanAbsoluteError(name="mae"))
    metric.update_state(np.array([[1.0]]), np.array([[4.0]]))
    assert [float(each) for each in metric.variables] == [3.0, 1.0]
    metric.reset_state()
    assert float(metric.result()) == 0


def test_it_is_saved_with_the_metric_inside():
    config = keras.saving.serialize_keras_object(OfMean(keras.metrics.BinaryAccuracy(threshold=0.3)))
    assert keras.saving.deserialize_keras_object(config).metric.get_config()["threshold"] == 0.3
