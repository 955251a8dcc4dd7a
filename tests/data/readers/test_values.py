"""Values in time order without labels: what is forecast."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import KitError


@pytest.mark.parametrize("source", [np.arange(80.0), pd.Series(np.arange(80.0), name="sales")])
def test_values_alone_are_forecast_from_their_past(source):
    data = kit.load_data(source, kit.Forecasting(2))
    assert data.task.targets == (getattr(source, "name", "y"),)
    assert (data.train.labels[:, 0] == data.train.inputs[:, -1, 0] + 1).all()


def test_of_several_channels_the_last_is_forecast():
    data = kit.load_data(np.arange(160.0).reshape(80, 2), kit.Forecasting(1))
    assert data.input.columns == ("y", "x0")


def test_values_alone_are_no_data_for_anything_else():
    with pytest.raises(KitError, match="without labels is data for a forecast only"):
        kit.load_data(np.arange(80.0))
    with pytest.raises(KitError, match=r"shape \(2, 3, 4\) alone is no data"):
        kit.load_data(np.zeros((2, 3, 4)), "forecasting")
