# %% [markdown]
# # Series: what is it, and what comes next?
#
# Question: how do I tell series apart, and how do I forecast one, without fooling myself?
#
# A series is numbers in an order that matters: a heartbeat, a week of temperatures. It brings two traps.
# Series differ in length, and what fills up the short ones must not be read. And in a forecast the future
# must not leak into the past. This tutorial draws its own series, so that the truth is known.

# %%
import os

import keras
import numpy as np
import pandas as pd

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds
EPOCHS = 12 if SHORT else 30
keras.utils.set_random_seed(0)  # the same initial weights in each run

# %% [markdown]
# ## Two kinds of series, and many lengths
# Each series is noise with one bump in it, somewhere: "slow" bumps are wide, "quick" ones narrow. They
# have 20 to 40 steps. No single step tells the kinds apart, and neither does the mean.

# %%
rng = np.random.default_rng(0)
WIDTH = {"slow": 4.0, "quick": 1.0}


def bump(kind):
    """A series (steps, 1) of this kind."""
    steps = np.arange(rng.integers(20, 41))
    middle = rng.uniform(6, len(steps) - 6)
    shape = np.exp(-(((steps - middle) / WIDTH[kind]) ** 2))
    return (5 + 2 * shape + 0.2 * rng.normal(size=len(steps)))[:, None]


kinds = np.array(["slow", "quick"] * 100)
series = [bump(kind) for kind in kinds]
data = kit.load_data((series, kinds))
print(data)
assert data.input.variable and data.input.shape == (max(map(len, series)), 1)

# %% [markdown]
# ## What a network sees
# Short series are padded at their end to one length. In the encoded array the padding is NaN, so it cannot
# be taken for a value. Inside the model it becomes 0, and a mask goes along that says where the series
# ends. Mean and deviation come from the steps of the training part alone, padding left out.

# %%
x, y = data.train.arrays()
first = data.train.inputs[0]
steps = np.concatenate(list(data.train.inputs))
assert np.isnan(x[0, len(first) :]).all() and not np.isnan(x[0, : len(first)]).any()
assert np.isclose(data.input.mean[0], steps.mean()) and np.isclose(data.input.std[0], steps.std())

# %% [markdown]
# ## Why the mask matters
# Without it a network reads the padding as if it were measured. Here is the test that every backbone for
# series passes in kit: the same series, padded to two lengths, is decided alike.

# %%
for name in ("gru", "fcn"):
    said = []
    for length in (40, 80):
        keras.utils.set_random_seed(1)
        room = kit.Series(length, variable=True)
        model = kit.build_classifier(data.task, room, backbone=name, width=8)
        said.append(np.asarray(model(room.encode(series[:8]))))
    print(f"{name}: largest difference {np.abs(said[0] - said[1]).max():.1e}")
    assert np.allclose(said[0], said[1], atol=1e-5)

# %% [markdown]
# ## Train, measure, save
# The default for series is `fcn`: three convolutions over the steps, then the mean of each channel. A
# convolution looks for a shape wherever it is. `kit list backbones` names the others: `gru` and `lstm` carry
# a state from step to step, `tcn` sees no later step, in a `transformer` every step looks at all others.

# %%
model = kit.build_classifier(data.task, data.input, width=16)
kit.fit(model, data, epochs=2 * EPOCHS, verbose=0)
report = kit.evaluate(model, data.test)
print(report)
assert report.metrics["accuracy"] > 0.85 > report.baseline["accuracy"]

kit.save(model, "saved_models/bumps", report=report)
predictor = kit.load("saved_models/bumps")
decision = predictor(bump("slow"))
print(decision)
assert decision.label in WIDTH

# %% [markdown]
# What cannot be right is told before anything is computed: a series without a step, one with too many, an
# infinite value. A missing value is allowed; write NaN.

# %%
try:
    predictor([series[0], np.zeros((0, 1)), np.zeros((90, 1))])
    raise AssertionError("an empty series was accepted")
except kit.DataError as error:
    print(error)
    assert "0 steps" in str(error) and "90 steps" in str(error)

# %% [markdown]
# ## A forecast
# Two years and a half of daily sales: a rise, a week in it, and noise that nobody can forecast. The table
# has a column of dates and one of numbers; what is asked is how many steps ahead.

# %%
DAYS = 900
day = np.arange(DAYS)
week = np.array([0.0, 1.0, 2.0, 2.0, 4.0, 9.0, 7.0])
sales = 100 + 0.1 * day + 3 * week[day % 7] + rng.normal(size=DAYS) * 2
dates = pd.date_range("2023-01-02", periods=DAYS).strftime("%Y-%m-%d")
table = pd.DataFrame({"date": dates, "sales": sales})

days = kit.load_data(table, kit.Forecasting(horizon=7))
print(days)
assert days.task.season == 7  # the dates are days, and days have weeks

# %% [markdown]
# ## The future stays in the future
# Samples are windows of the past, each with the 7 values after it. They are not shuffled into parts: the
# test part is the latest. A window belongs to the part in which all 7 values lie, so that no value is
# learnt from and judged by. Split at random, neighbours that share 6 of 7 values would be on both sides.

# %%
known = [set(part.labels.ravel()) for part in days.parts().values()]
assert not known[0] & known[1] and not known[1] & known[2] and not known[0] & known[2]
assert max(days.train.names) < min(days.validation.names) < min(days.test.names)  # dates of the first step

# %% [markdown]
# ## Distances from the last value
# Sales rise: the test part has levels that training never had. A network that learnt levels would be lost.
# So the model sees each window as distances from its last value, in units of the window's own spread, and
# forecasts such distances. All of it is inside the model: it takes raw numbers and says raw numbers.
# Before training it says "as now".

# %%
model = kit.build_regressor(days.task, days.input, width=16)
windows = days.test.inputs[:3]
untrained = np.asarray(model(days.input.encode(windows)))
assert np.allclose(untrained, windows[:, -1:, 0], rtol=1e-4)

higher = np.asarray(model(days.input.encode(windows + 1000)))
assert np.allclose(higher - untrained, 1000, rtol=1e-3)

# %% [markdown]
# ## Better than what?
# A forecast is worth its network only where it beats what needs none: the last value, and the value a week
# ago. Both stand in the report. `mase` is the error divided by that of the value a season ago in the
# training part: below 1 is better than it.

# %%
kit.fit(model, days, epochs=EPOCHS, verbose=0)
forecast = kit.evaluate(model, days.test)
print(forecast)
assert forecast.metrics["mae"] < forecast.baseline["mae"] < forecast.beside["the last value"]["mae"]
assert forecast.metrics["mase"] < 1

# %% [markdown]
# The noise has a standard deviation of 2, and nobody can say its next value: a mean absolute error below
# 2 x sqrt(2 / pi) = 1.6 is out of reach. The value a week ago pays for the noise twice, as it copies it.

# %%
floor = 2 * np.sqrt(2 / np.pi)
print(f"mae {forecast.metrics['mae']:.2f}; nothing can be below {floor:.2f}")
assert floor * 0.85 < forecast.metrics["mae"] < 2 * floor

# %% [markdown]
# ## How sure? Quantiles
# One word changes: the loss. The model says three values for each step, of which 10, 50 and 90 % of what
# comes should lie below.

# %%
sure = kit.load_data(table, kit.Forecasting(horizon=7, loss="quantile"))
ranges = kit.build_regressor(sure.task, sure.input, width=16)
kit.fit(ranges, sure, epochs=EPOCHS, verbose=0)
judged = kit.evaluate(ranges, sure.test, resamples=0)
print(f"{judged.metrics['coverage']:.2f} of the true values lie in their interval; 0.80 is the aim")
assert 0.5 < judged.metrics["coverage"] < 0.98

kit.save(ranges, "saved_models/sales", report=judged)
next_week = kit.load("saved_models/sales")(table)  # the whole table: its last window is taken
print(next_week)
assert list(next_week.values) == [f"+{step}" for step in range(1, 8)]
assert all(low < high for low, high in next_week.interval.values())

# %% [markdown]
# The picture shows the last weeks of the test part with the forecast of the last seven days. Weekends stand
# out as they did before, at the level of now.

# %%
outputs = np.asarray(ranges(sure.input.encode(sure.test.inputs[-1:])))
low, middle, high = outputs.reshape(7, 3).T
past, ahead = np.arange(-27, 1), np.arange(1, 8)
with draw.style():
    picture, panel = draw.figure(
        "Seven days ahead, with the interval that should hold 80 %", width=7.6, height=4
    )
    panel.plot(past, sales[-35:-7], color="black", label="sales")
    panel.plot(ahead, sales[-7:], "o", color="black", markersize=4, label="what came")
    panel.fill_between(ahead, low, high, color=draw.SKY, alpha=0.5, label="0.1 to 0.9")
    panel.plot(ahead, middle, color=draw.BLUE, label="forecast")
    panel.set_xlabel("days from the last one known")
    panel.set_ylabel("sales")
    panel.legend(loc="upper left")
storage.write_bytes("pictures/05_forecast.png", draw.png(picture))
assert np.abs(middle - sales[-7:]).mean() < 10

# %% [markdown]
# ## The same from the command line
#
#     kit train beats_TRAIN.ts
#     kit train sales.csv --task forecasting --set horizon=7 loss=quantile
#     kit predict saved_models/sales sales.csv
#
# ## What to remember
# - Padding is no data. It needs a mask in every layer, or the length of a series decides.
# - Forecasts are split in time order, and no value is forecast in two parts.
# - A network that sees distances from the last value can meet levels that it never learnt.
# - Beside each error of a forecast stands that of the last value and of the value a season ago.
