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
SIZE = {"width": 64, "depth": 2}
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
        "price": price.round(),
    }
)
print(houses.head())

# %% [markdown]
# ## Columns that know the answer
# The fee is computed from the price, so it is known only after the sale. A model that sees it predicts
# the price perfectly here, and not at all where it is needed. This is called *leakage*. kit reports a
# column that is the target in other units, and one whose values each go with one label.

# %%
leaky = kit.load_data(houses.astype({"price": "float64"}), target="price", ignore=["number"])
print(*leaky.issues, sep="\n")
exact = [issue for issue in leaky.issues if "gives 'price' away" in issue.found]
if not exact:
    print("The price was rounded, so the fee is not exactly the price in other units.")

# %% [markdown]
# Ask of each column: do I know its value at the moment when I predict? No software can answer that.

# %%
data = kit.load_data(houses, target="price", ignore=["number", "fee"])
print(data)
