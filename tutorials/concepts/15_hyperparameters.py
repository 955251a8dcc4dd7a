# %% [markdown]
# # Hyperparameters: experiment, experiment, experiment
#
# Question: which settings are good, and how do I know that it was not luck?
#
# Claim: nobody can tell good settings beforehand, so one tries many. But a search ranks by a score that is
# partly chance: of seeds, and of which samples happen to be in the validation part. Whoever reads the
# first row only, reads mostly luck.
#
# To read: 8 minutes. To run: 30 seconds on two cores. Before: `14_nine_steps.py`. After: `../07_search.py`
# for all that `kit.search` can do.

# %%
import os
import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import kit
from kit import draw, storage
from kit.search.importance import importance

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer experiments; every check below still holds
TRIALS, SEEDS, KIT_TRIALS = (40, 6, 2) if SHORT else (120, 12, 8)
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


# %% [markdown]
# ## What is searched
# Weights are learnt. What has to be said before learning is a *hyperparameter*: learning rate, batch size,
# epochs, width, and so on. An experiment is a function of them; its result is a score on the validation part.
# This one is a network of one hidden layer on 300 digits, written out in NumPy, since we want to run it
# hundreds of times. (`09_overfitting_and_what_helps.py` explains the lines.)

# %%
pixels, digits = load_digits(return_X_y=True)
order = rng.permutation(len(pixels))
pixels, digits = (pixels[order] / 16).astype("float32"), digits[order]
TRAIN, VALID, TEST = slice(0, 300), slice(300, 500), slice(500, None)


def experiment(learning_rate, batch_size, epochs, width, momentum=0.9, seed=0):
    """Trains by momentum; returns the shares of right answers on the validation and the test part."""
    rng = np.random.default_rng(seed)
    shapes = ((64, width), (1, width), (width, 10), (1, 10))
    scales = (np.sqrt(2 / 64), 0, np.sqrt(1 / width), 0)
    weights = [rng.normal(0, scale, shape) for scale, shape in zip(scales, shapes, strict=True)]
    speeds = [np.zeros(shape) for shape in shapes]

    def forward(x):
        hidden = np.maximum(x @ weights[0] + weights[1], 0)
        scores = np.clip(hidden @ weights[2] + weights[3], -1e6, 1e6)
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        return hidden, shares / shares.sum(axis=1, keepdims=True)

    x_all, y_all = pixels[TRAIN], digits[TRAIN]
    for _ in range(epochs):
        for rows in np.array_split(rng.permutation(len(x_all)), len(x_all) // batch_size):
            x, (hidden, wrong) = x_all[rows], forward(x_all[rows])
            wrong[np.arange(len(rows)), y_all[rows]] -= 1
            wrong /= len(rows)
            back = (wrong @ weights[2].T) * (hidden > 0)
            slopes = (x.T @ back, back.sum(0), hidden.T @ wrong, wrong.sum(0))
            for place, slope in enumerate(slopes):
                speeds[place] = momentum * speeds[place] - learning_rate * np.clip(slope, -10, 10)
                weights[place] = weights[place] + speeds[place]
    return tuple((forward(pixels[p])[1].argmax(axis=1) == digits[p]).mean() for p in (VALID, TEST))


# %% [markdown]
# ## First: how large is chance?
# Before comparing two settings, run *one* of them several times. Only the seed differs: other first weights,
# another order of samples. The spread of these scores is the ruler for all that follows. A difference that is
# not larger than it says nothing.

# %%
USUAL = {"learning_rate": 0.03, "batch_size": 30, "epochs": 10, "width": 32}
again = np.array([experiment(**USUAL, seed=seed)[0] for seed in range(SEEDS)])
narrow = np.array([experiment(**{**USUAL, "width": 24}, seed=seed)[0] for seed in range(SEEDS)])
spread = again.std(ddof=1)
wins = np.mean(narrow[:, None] > again)  # of all pairs of one run each
print(f"width 32: {again.mean():.3f}, from {again.min():.3f} to {again.max():.3f}, deviation {spread:.4f}")
print(f"width 24: {narrow.mean():.3f}; it wins in {wins:.0%} of the duels of one run against one run")
assert again.max() > again.min()
assert abs(narrow.mean() - again.mean()) < 3 * spread  # two settings that one run each cannot tell apart
assert 0.02 < wins < 0.98

# %% [markdown]
# The other half of chance is the validation part. With n samples and a share p of right answers, the standard
# deviation of the share is sqrt(p (1 - p) / n); a 95 % interval is about twice that to both sides. With 200
# samples and p = 0.9 it is 0.021: from 0.858 to 0.942. Ten times the samples make it three times as narrow.

# %%
by_formula = np.sqrt(0.9 * 0.1 / 200)
drawn = (rng.random((4000, 200)) < 0.9).mean(axis=1)
print(f"standard deviation {by_formula:.4f} by the formula, {drawn.std():.4f} in 4000 drawings")
assert abs(drawn.std() / by_formula - 1) < 0.05

# %% [markdown]
# ## Then: many experiments, at random
# A range is searched by magnitude where factors count. Drawn evenly from 0.0001 to 1, nine learning rates of
# ten lie above 0.1, and all that is below is hardly looked at. Drawn evenly in the logarithm, each factor of
# ten gets a quarter.
#
# Random, not a grid (Bergstra and Bengio 2012). Nine trials on a grid of two hyperparameters try three
# values of each; nine at random try nine. If only one of the two matters, and one does not know which,
# that is three times as much.

# %%
even, by_magnitude = rng.uniform(1e-4, 1, 10_000), 10 ** rng.uniform(-4, 0, 10_000)
assert np.mean(even > 0.1) > 0.88 and abs(np.mean(by_magnitude > 0.1) - 0.25) < 0.03


def worth(rate, other):
    """A score of which only the first number decides; best at 10^-1.4."""
    return -np.abs(np.log10(rate) + 1.4) + 0 * other


levels = 10 ** np.array([-3.0, -1.5, 0.0])
best_random = np.array([worth(10 ** rng.uniform(-3.5, 0.5, 9), 0).max() for _ in range(2000)])
shift = 10 ** rng.uniform(-0.5, 0.5, (2000, 1))  # no luck of the grid: its place is drawn
best_grid = worth(levels * shift, 0).max(axis=1)
print(f"factors of ten from the best: random {-best_random.mean():.2f}, grid {-best_grid.mean():.2f}")
assert -best_random.mean() < -best_grid.mean()

# %%
SPACE = {
    "learning_rate": lambda: float(10 ** rng.uniform(-4, 0)),
    "batch_size": lambda: int(rng.choice([10, 20, 50])),
    "epochs": lambda: int(rng.choice([5, 10, 20])),
    "width": lambda: int(rng.choice([8, 16, 32, 64])),
}
rows = []
for trial in range(TRIALS):
    values = {name: draw_one() for name, draw_one in SPACE.items()}
    score, on_test = experiment(**values, seed=trial)
    colour = rng.choice(["red", "green", "blue"])  # of the pen: a hyperparameter that cannot matter
    rows.append({"trial": f"{trial:03}", "status": "completed", "score": score, "test": on_test, **values})
    rows[-1]["pen"] = str(colour)
board = pd.DataFrame(rows).sort_values("score", ascending=False, ignore_index=True)
print(board.drop(columns="status").head(6).round(4).to_string(index=False))
assert board["score"].iloc[0] > 0.85 and board["score"].min() < 0.5  # settings decide

# %% [markdown]
# ## Read it: one picture a hyperparameter
# Not the first row, but all rows. A hyperparameter that matters shows a shape: too small, right, too
# large. One that does not matter is a cloud.

# %%
NAMES = [*SPACE, "pen"]
floor = board["score"].iloc[0] - 2 * np.sqrt(board["score"].iloc[0] * (1 - board["score"].iloc[0]) / 200)
level_with = board["score"] >= floor
with draw.style():
    title = f"{TRIALS} experiments; blue: {level_with.sum()} that cannot be told from the winner"
    picture, panels = draw.figure(title, columns=5, width=12, height=2.5)
    for panel, name in zip(panels, NAMES, strict=True):
        values = board[name]
        if name != "learning_rate":  # a little to the side, so that points do not hide each other
            choices = sorted(values.unique())
            values = values.map(choices.index) + rng.uniform(-0.2, 0.2, len(board))
            panel.set_xticks(range(len(choices)), choices)
        else:
            panel.set_xscale("log")
        colors = np.where(level_with, draw.BLUE, draw.ORANGE)
        panel.scatter(values, board["score"], c=colors, s=14, alpha=0.8)
        panel.set(xlabel=draw.readable(name), ylim=(0, 1))
    panels[0].set_ylabel("right answers")
save_picture(picture, "concept_15_values")

# %% [markdown]
# The learning rate has a shape: nothing is learnt on the left, on the right it falls apart. The colour of the
# pen is a cloud, as it should be. To say it with numbers, kit fits forests to the table and asks how much
# of the spread goes when one column is shuffled (Breiman 2001).

# %%
shares = importance(board, NAMES)
print(shares[["name", "importance", "low", "high"]].round(3).to_string(index=False))
by_name = shares.set_index("name")
assert shares["name"].iloc[0] == "learning_rate" and by_name.loc["learning_rate", "importance"] > 0.3
assert by_name.loc["pen", "importance"] < 0.05
assert by_name.loc["learning_rate", "low"] > by_name.loc["pen", "high"]

# %% [markdown]
# Next, one would narrow the learning rate to where the blue points are and search there again: experiment,
# experiment, experiment. If blue points stand at the rim of a range, the range was too small.
#
# ## The winner's luck
# The best of many scores is too good. Take 100 settings that are all *equally* good, right in 0.90 of all
# cases, and judge each by 200 validation samples. The best of them will seem to have 0.95, without any merit.

# %%
equal = (rng.random((500, 100, 200)) < 0.9).mean(axis=2)
best_of = {count: equal[:, :count].max(axis=1).mean() for count in (1, 10, 100)}
print({count: round(best, 3) for count, best in best_of.items()})
assert abs(best_of[1] - 0.9) < 0.01 and best_of[100] > 0.94

top = board.head(10)
print(f"the best ten: validation {top['score'].mean():.3f}, test {top['test'].mean():.3f}")
repeated = [
    experiment(**{name: top[name].iloc[0].item() for name in SPACE}, seed=900 + s) for s in range(SEEDS)
]
on_valid, on_test = np.mean(repeated, axis=0)
low, high = on_test - 2 * np.std([t for _, t in repeated]), on_test + 2 * np.std([t for _, t in repeated])
print(f"the winner {top['score'].iloc[0]:.3f}; with other seeds {on_valid:.3f}; test {on_test:.3f}")
easier = (board["test"] - board["score"]).mean()
print(f"on average of all settings the test part scores {easier:+.3f} beside the validation part")
assert on_valid < top["score"].iloc[0] + 0.005  # trained again, it is not better than when it won
assert low < on_test < high and abs(easier) < 0.05 and level_with.sum() >= 2

with draw.style():
    title = "the best of 100 equal settings seems to be better by 0.05"
    picture, (left, right) = draw.figure(title, columns=2, width=9, height=2.9)
    edges = np.arange(0.8125, 1.0, 0.005)
    for count, color in ((1, draw.GRAY), (10, draw.SKY), (100, draw.BLUE)):
        left.hist(
            equal[:, :count].max(axis=1),
            edges,
            color=color,
            alpha=0.7,
            density=True,
            label=f"best of {count}",
        )
    left.axvline(0.9, color=draw.RED, linestyle="--", label="what all are worth")
    left.set(xlabel="score on 200 samples", yticks=[])
    left.legend(fontsize=8, loc="upper left")
    right.errorbar(
        range(1, 13),
        board["score"].head(12),
        fmt="o",
        color=draw.BLUE,
        markersize=5,
        capsize=3,
        yerr=2 * np.sqrt(board["score"] * (1 - board["score"]) / 200).head(12),
        label="validation",
    )
    right.plot(range(1, 13), board["test"].head(12), "x", color=draw.RED, label="test")
    right.axhline(floor, color=draw.GRAY, linestyle=":")
    right.set(xlabel="rank", ylabel="right answers", xticks=range(1, 13))
    right.legend(fontsize=8, loc="lower left")
save_picture(picture, "concept_15_luck")

# %% [markdown]
# The winner, trained again with other seeds, is worse than on the day when it won. The test part scores
# higher for all settings alike: its samples happen to be easier. Compare within a part, not across.
#
# In the picture, left: the more one tries, the further right the best one seems to stand; all of them are
# worth the red line. Right: the first twelve of our table with their intervals, and crosses for what they
# are worth on the test part. Where intervals overlap, the order means nothing. Of settings that cannot be
# told apart, take the cheapest.
#
# ## The same with kit.search
# `kit.search` does this for any builder: every trial is on the disk as soon as it has ended, has an interval,
# and the test part is left alone. `kit.repeat` trains the winner again with other seeds.

# %%
data = kit.load_data("wine")
found = kit.search(
    kit.build_classifier,
    data,
    {"learning_rate": (1e-4, 1e-1, "log"), "batch_size": [16, 64]},
    trials=KIT_TRIALS,
    objective="accuracy",
    out=Path(tempfile.mkdtemp()) / "search",
    engine="inline",
    verbose=0,
    epochs=5,
    width=16,
    depth=1,
)
table = found.leaderboard
print(table[["rank", "score", "low", "high", "learning_rate", "batch_size"]].round(4).to_string(index=False))
assert len(table) == KIT_TRIALS and table["score"].is_monotonic_decreasing
assert ((table["low"] <= table["score"]) & (table["score"] <= table["high"])).all()
equals = (table["high"] >= table["low"].iloc[0]).sum()
print(f"{equals} of {len(table)} trials have intervals that meet the winner's")

# %% [markdown]
# ## What to remember
# - Measure chance first: one setting, several seeds. Less than that is no difference.
# - Search by magnitude, at random, wide first and narrow later.
# - Look at all trials, not at the first row. Let importance say what to search on.
# - The winner's score is too good. The test part, used once, says what it is worth.
#
# To think about: a colleague has searched for a week and reports 0.953 on the validation part, where you had
# 0.948. Which three questions do you ask?
