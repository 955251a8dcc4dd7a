"""Forecasters: what they refuse, and what stands in them."""

import keras
import numpy as np
import pytest

import kit
from kit.errors import MatchError


@pytest.mark.parametrize(
    ("input", "words"),
    [
        ((4,), "takes a Series, and was given a Table"),
        ((None, 2), "windows of one length"),
        (kit.Series(8, variable=True), "windows of one length"),
    ],
)
def test_what_is_no_window_is_refused(input, words):
    with pytest.raises(MatchError, match=words):
        kit.build_regressor(kit.Forecasting(2), input)


def test_a_forecast_is_no_classification():
    with pytest.raises(MatchError, match="was given a Forecasting. Use kit.build"):
        kit.build_classifier(kit.Forecasting(2), (8, 1))


def test_the_task_takes_the_units_of_the_window():
    series = kit.Series(8, 1, mean=(50.0,), std=(4.0,))
    model = kit.build(kit.Forecasting(2, mean=(1.0, 1.0), scale=(1.0, 1.0)), series, width=4)
    assert model.kit.task.mean == (50.0, 50.0) and model.kit.task.scale == (4.0, 4.0)


@pytest.mark.parametrize("channels", [1, 2])
def test_an_untrained_network_says_the_last_value(channels, rng):
    series = kit.Series(8, channels).fitted(rng.normal(50, 4, size=(5, 8, channels)))
    model = kit.build_regressor(kit.Forecasting(3), series, width=4)
    windows = rng.normal(50, 4, size=(2, 8, channels))
    windows[1, -1, 0] = np.nan
    outputs = keras.ops.convert_to_numpy(model(series.encode(windows)))
    np.testing.assert_allclose(outputs, [[windows[0, -1, 0]] * 3, [windows[1, -2, 0]] * 3], rtol=1e-4)


def test_a_straight_line_is_within_reach_of_the_head(rng):
    """With the backbone's part of the kernel at zero the forecast is linear in the window (NLinear)."""
    series = kit.Series(4, 1, mean=(0.0,), std=(1.0,))
    model = kit.build_regressor(kit.Forecasting(1), series, width=4)
    head = next(layer for layer in model.layers if layer.name == "logits")
    kernel, bias = head.get_weights()
    kernel[-4:, 0] = [0.0, 0.0, -1.0, 0.0]  # minus the distance of the last but one: the next one of a line
    head.set_weights([kernel, bias])
    line = np.array([1.0, 3.0, 5.0, 7.0]).reshape(1, 4, 1)
    assert keras.ops.convert_to_numpy(model(series.encode(line)))[0, 0] == pytest.approx(9, abs=1e-4)
