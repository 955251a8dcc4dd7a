# %% [markdown]
# # Tables: missing values, categories, and how sure a prediction is
#
# Question: how do I predict a number from the columns of a table, and how far can I trust it?
#
# A table is harder than it looks. Values are missing, categories are words, new words come up later,
# columns change places, and some columns know the answer beforehand. This tutorial meets each of them
# in a small table of houses, made here, so that the truth is known. Then it does the same with real data.

# %%
import os
import warnings

import keras
import numpy as np
import pandas as pd

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds
EPOCHS = 15 if SHORT else 40
SIZE = {"backbone": "mlp", "width": 64, "depth": 2, "dropout": 0.0}
keras.utils.set_random_seed(0)  # the same initial weights in each run

# %% [markdown]
# ## A table of 1,500 houses
# The price follows from area, age, district and garden, plus noise that grows with the area: nobody can
# predict a large house to the euro. One age in five is missing. The broker's fee is 3 % of the price
# plus 500.

# %%
rng = np.random.default_rng(0)
COUNT = 1500
FACTOR = {"centre": 1.5, "harbour": 1.2, "north": 1.0, "south": 0.9, "west": 0.8}

area = rng.uniform(40, 200, COUNT)
age = rng.integers(0, 100, COUNT).astype("float64")
district = rng.choice(list(FACTOR), COUNT)
garden = rng.random(COUNT) < 0.4
expected = 1500 * area * np.array([FACTOR[name] for name in district]) * (1 - age / 250) + 20_000 * garden
price = expected + rng.normal(size=COUNT) * 150 * area

age[rng.random(COUNT) < 0.2] = np.nan
houses = pd.DataFrame(
    {
        "number": np.arange(COUNT),
        "area": area.round(),
        "age": age,
        "district": district,
        "garden": garden,
        "fee": 0.03 * price + 500,
        "price": price,
    }
)
print(houses.head())

# %% [markdown]
# ## Columns that know the answer
# The fee is computed from the price, so it is known only after the sale. A model that sees it predicts
# the price perfectly here, and not at all where it is needed. This is called *leakage*. kit reports a
# column that is the target in other units, and one whose values each go with one label.

# %%
leaky = kit.load_data(houses, target="price", ignore=["number"])
print(*leaky.issues, sep="\n")
assert any("'fee'" in issue.where and "gives 'price' away" in issue.found for issue in leaky.issues)

# %% [markdown]
# Ask of each column: do I know its value at the moment when I predict? No software can answer that.

# %%
data = kit.load_data(houses, target="price", ignore=["number", "fee"])
print(data)
assert not data.issues
assert [column.name for column in data.input.columns] == ["area", "age", "district", "garden"]

# %% [markdown]
# ## What goes into the network
# Each kind of column has its own coding. Its statistics come from the training part alone: statistics
# of all rows would leak knowledge of the test part.
#
# - *Numbers* are centred by their median and divided by their interquartile range. A missing value
#   becomes the median, and where training had missing ones, an extra input says that it was missing.
# - *Categories* become one input each (*one-hot*); above nine of them, a learnt vector.
# - *Booleans* become -1 and +1.

# %%
columns = {column.name: column for column in data.input.columns}
training = data.train.inputs
assert np.isclose(columns["age"].center, training["age"].median())
assert columns["age"].missing and not columns["area"].missing
assert set(columns["district"].levels) == set(FACTOR)
print({name: column.kind for name, column in columns.items()})

# %% [markdown]
# ## Targets in euros
# Prices near 170,000 are too large for a network to learn directly (see `02_what_belongs_together.py`).
# The task keeps mean and standard deviation of the training prices. The loss sees standardised prices;
# the last layer turns outputs into euros. So nothing has to be scaled back by hand.

# %%
assert np.isclose(data.task.mean[0], np.mean(data.train.labels))
assert np.isclose(data.task.scale[0], np.std(data.train.labels))

model = kit.build_regressor(data.task, data.input, **SIZE)
kit.fit(model, data, epochs=EPOCHS, verbose=0)
report = kit.evaluate(model, data.test)
print(report)
assert model.layers[-1].name == "units"
assert report.metrics["mae"] < report.baseline["mae"] / 2  # far better than always saying the mean

# %% [markdown]
# ## Predict with a table that has changed
# Columns are found by name, so their order does not matter. A missing value is allowed in any column. A
# category that training did not have counts as unknown: all its one-hot inputs are 0. Further columns
# are ignored with a warning.

# %%
kit.save(model, "saved_models/houses", report=report)
predictor = kit.load("saved_models/houses")
new = data.test.inputs.head(3)
turned = new[["garden", "district", "age", "area"]]
usual = [said.value for said in predictor(new)]
assert [said.value for said in predictor(turned)] == usual

unseen = predictor({"area": 100, "age": None, "district": "hillside", "garden": False})
print(f"100 square metres in an unknown district: {unseen.value:,.0f}")
assert 72_000 < unseen.value < 225_000  # what the cheapest and the dearest district allow

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    assert [said.value for said in predictor(new.assign(colour="red"))] == usual
print(next(str(warning.message) for warning in caught if "colour" in str(warning.message)))

# %% [markdown]
# A column that is not there is an error. It is named, with the nearest name that is there.

# %%
try:
    predictor(new.rename(columns={"district": "districts"}))
    raise AssertionError("a table without its district was accepted")
except kit.SchemaError as error:
    print(error)

# %% [markdown]
# ## How sure? Quantiles
# One number hides how uncertain it is. *Quantile regression* predicts several: the 0.1-quantile is the
# value that 10 % of prices stay below, the 0.9-quantile the one that 90 % stay below. Between them lie
# 80 % of the prices, if the model is right. One word changes: the loss. The task changes output units,
# decision and metrics.

# %%
task = kit.Regression(("price",), loss="quantile", quantiles=(0.1, 0.5, 0.9))
data = kit.load_data(houses, task, target="price", ignore=["number", "fee"])
model = kit.build_regressor(data.task, data.input, **SIZE)
kit.fit(model, data, epochs=EPOCHS, verbose=0)
report = kit.evaluate(model, data.test)
print(report)
assert model.output_shape == (None, 3)

# %% [markdown]
# The width of the interval differs from house to house. The noise was made to grow with the area, and
# the model found that out: nobody told it.

# %%
outputs = np.asarray(model.predict(data.test.arrays()[0], verbose=0))
low, middle, high = outputs.T
large = data.test.inputs["area"].to_numpy() > 120
width = high - low
print(f"Mean width: small houses {width[~large].mean():,.0f}, large houses {width[large].mean():,.0f}")
assert (low <= middle).all() and (middle <= high).all()  # quantiles never cross
assert width[large].mean() > 1.2 * width[~large].mean()

# %% [markdown]
# ## Are the intervals true?
# *Coverage* is the share of test prices that lie in their interval. It should be 0.80, and is usually
# lower: on the training rows the model knows the noise, so its intervals are too narrow for new rows.
#
# The cure is called *conformal* (Romano, Patterson and Candès 2019, Conformalized Quantile Regression).
# Measure on the validation part how far each price lies outside its interval; inside counts as
# negative. Take the value that 80 % of these distances stay below, and widen all intervals by it.


# %%
def covered(outputs, true, margin=0.0):
    """Share of true values in their interval, widened by `margin` on both sides."""
    return np.mean((outputs[:, 0] - margin <= true) & (true <= outputs[:, -1] + margin))


watched = np.asarray(model.predict(data.validation.arrays()[0], verbose=0))
watched_true = np.asarray(data.validation.labels)
distances = np.maximum(watched[:, 0] - watched_true, watched_true - watched[:, -1])
margin = np.quantile(distances, min(1, 0.8 * (1 + 1 / len(distances))))

true = np.asarray(data.test.labels)
before, after = covered(outputs, true), covered(outputs, true, margin)
print(f"Coverage {before:.2f}; widened by {margin:,.0f} on both sides {after:.2f}")
assert abs(before - report.metrics["coverage"]) < 0.01
assert abs(after - 0.8) < 0.09  # both parts have 225 rows, so chance alone moves it by up to 0.08
assert round(2 * np.sqrt(2 * 0.8 * 0.2 / 225), 2) == 0.08 and len(data.test) == len(watched) == 225

# %% [markdown]
# ## Real data: diabetes
# 442 patients, ten measurements, and how far the disease went a year later. The rows are few and the
# measurements explain only a part. This is what most real tables look like.

# %%
task = kit.Regression(("progression",), loss="quantile", quantiles=(0.1, 0.5, 0.9))
patients = kit.load_data("diabetes", task)
model = kit.build_regressor(patients.task, patients.input, **SIZE)
kit.fit(model, patients, epochs=EPOCHS, verbose=0)
patients_report = kit.evaluate(model, patients.test)
print(patients_report)
patients_outputs = np.asarray(model.predict(patients.test.arrays()[0], verbose=0))
patients_true = np.asarray(patients.test.labels)
assert patients_report.metrics["mae"] < patients_report.baseline["mae"]

# %% [markdown]
# The picture shows each test row with its interval, sorted by the predicted middle. For houses the
# intervals are narrow and grow with the price. For patients they cover about half of the scale: the
# model knows something, and its intervals say how little.


# %%
def draw_intervals(panel, outputs, true, unit):
    """One vertical line a row from the lowest to the highest quantile, with the true value on it."""
    order = np.argsort(outputs[:, 1])
    (low, middle, high), true = outputs[order].T, true[order]
    inside = (low <= true) & (true <= high)
    rank = np.arange(len(true))
    panel.vlines(rank, low, high, color=draw.SKY, alpha=0.55, linewidth=240 / len(true), label="0.1 to 0.9")
    panel.plot(rank, middle, color=draw.BLUE, label="middle")
    panel.plot(rank[inside], true[inside], ".", color="black", markersize=4, label="true, inside")
    panel.plot(rank[~inside], true[~inside], "x", color=draw.RED, markersize=5, label="true, outside")
    panel.set_title(f"{100 * inside.mean():.0f} % of {len(true)} test rows inside")
    panel.set_xlabel("test rows, by prediction")
    panel.set_ylabel(unit)
    panel.legend(loc="upper left")


with draw.style():
    picture, (left, right) = draw.figure(
        "Intervals that should hold 80 % of the true values", columns=2, width=9.6, height=4
    )
    widened = outputs + margin * np.array([-1, 0, 1])
    draw_intervals(left, widened / 1000, true / 1000, "price in thousands, intervals widened")
    draw_intervals(right, patients_outputs, patients_true, "progression of diabetes")
    left.set_ylim(bottom=0)
    right.set_ylim(bottom=0)
storage.write_bytes("pictures/03_intervals.png", draw.png(picture))

relative = [
    np.mean(each[:, 2] - each[:, 0]) / np.ptp(values)
    for each, values in ((widened, true), (patients_outputs, patients_true))
]
print("Mean width of the intervals as a share of the scale: {:.2f} and {:.2f}".format(*relative))
assert relative[0] < 0.25 and 0.3 < relative[1] < 0.6

# %% [markdown]
# The right picture has few rows, so its share has a wide interval of its own. With that many rows a
# share of 0.80 is known to about +-0.10, twice the standard error sqrt(0.8 x 0.2 / rows).

# %%
low, high = patients_report.intervals["coverage"]
print(f"Coverage {patients_report.metrics['coverage']:.2f}, 95 % interval {low:.2f} to {high:.2f}")
assert round(2 * np.sqrt(0.8 * 0.2 / len(patients.test)), 2) == 0.10

# %% [markdown]
# ## What to remember
# - A column that is known only after the target is leakage, however well it predicts.
# - Statistics of inputs and targets come from the training part alone, and belong into the model.
# - Columns by name; unknown categories and missing values are part of the plan, not accidents.
# - A prediction without an interval is half a prediction. Check its coverage, and widen it by
#   what validation rows show.
