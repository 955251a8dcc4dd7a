"""Arrays without labels: values in time order, for forecasts."""

import numpy as np

from kit.data.raw import Raw
from kit.data.readers import READERS
from kit.data.readers.tasks import kind_of
from kit.errors import KitError


def _takes(source):
    return isinstance(source, np.ndarray) or (hasattr(source, "iloc") and not hasattr(source, "columns"))


@READERS.register("values in time order", takes=_takes, order=4)
def read(request):
    """An array (steps,) or (steps, channels), whose last channel is forecast unless said otherwise."""
    import pandas as pd

    values = np.asarray(request.source)
    if kind_of(request.task) != "forecasting":
        raise KitError(
            f"An array of shape {values.shape} without labels is data for a forecast only. "
            "Say task=kit.Forecasting(horizon=...), or give (x, y)."
        )
    if values.ndim not in (1, 2) or values.dtype.kind not in "buif":
        raise KitError(
            f"An array of shape {values.shape} alone is no data. Give (x, y), or (steps,) or (steps, "
            "channels) of numbers for a forecast."
        )
    values = values[:, None] if values.ndim == 1 else values
    last = str(getattr(request.source, "name", None) or "y")
    names = [*(f"x{i}" for i in range(values.shape[1] - 1)), last]
    note = f"Took an array for {len(values)} steps of {values.shape[1]} channels in time order."
    return Raw("values", pd.DataFrame(values, columns=names), target=(names[-1],), notes=[note])
