# %% [markdown]
# # Search: learning rate, batch size and epochs
#
# Question: which settings are good, how do I find them, and how far can I trust the winner?
#
# Weights are learnt; the learning rate, the batch size, the epochs, the width and the activation are not.
# They are called hyperparameters. This tutorial first looks at the most important one by hand, then lets
# `kit.search` try many settings, and then asks how much of the winner's lead is luck.

# %%
import os
import tempfile
from pathlib import Path

import keras
import numpy as np

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer trials; every check below still holds
TRIALS = 4 if SHORT else 24
WORK = Path(tempfile.mkdtemp())
data = kit.load_data("breast_cancer")
print(data)

# %% [markdown]
# ## The learning rate: too small, right, too large
# The same network, the same first weights, the same order of the samples. Only the step size differs.
# Too small: the loss falls, but training ends before it arrives. Too large: the steps jump over the
# valley: the loss goes up and down and arrives nowhere.

# %%
RATES = {"too small": 1e-4, "right": 0.1, "too large": 1.0}
SIZE = {"width": 16, "depth": 1, "dropout": 0.0}
curves = {}
for name, rate in RATES.items():
    keras.utils.set_random_seed(0)
    model = kit.build_classifier(data.task, data.input, optimizer="sgd", learning_rate=rate, **SIZE)
    history = kit.fit(model, data, epochs=6, batch_size=32, schedule="constant", patience=0, verbose=0)
    curves[name] = history.history["val_loss"]
    print(f"{name:10} {rate:8}  " + "  ".join(f"{loss:.3f}" for loss in curves[name]))

with draw.style():
    picture, axes = draw.figure("one learning rate is too small, one right, one too large")
    for color, (name, losses) in zip(draw.PALETTE, curves.items(), strict=False):
        axes.plot(range(1, 7), losses, color=color, label=f"{name} ({RATES[name]:g})")
    axes.set(xlabel="epoch", ylabel="validation loss", yscale="log")
    axes.legend()
storage.write_bytes("pictures/07_learning_rates.png", draw.png(picture))

assert curves["right"][-1] < 0.5 * curves["too small"][-1]
assert curves["right"][-1] < 0.5 * curves["too large"][-1]
assert curves["too small"][-1] < curves["too small"][0]  # it does learn, only slowly

# %% [markdown]
# ## A search
# A range with "log" is searched by magnitude: 0.001 to 0.01 gets as many trials as 0.01 to 0.1, as a
# learning rate is right or wrong by factors. Batch size and epochs are hyperparameters like any other.
# Trials are ranked by the validation part; the test part is not touched.

# %%
SPACE = {
    "learning_rate": (1e-4, 1e-1, "log"),
    "batch_size": [16, 64],
    "epochs": [2, 6],
}
found = kit.search(
    kit.build_classifier,
    data,
    SPACE,
    trials=TRIALS,
    objective="nll",
    out=WORK / "search",
    engine="inline",
    **SIZE,
)
board = found.leaderboard
print(board[["rank", "trial", "score", "low", "high", *SPACE]].head(8).to_string(index=False))
print(found.best["values"])

assert board["score"].is_monotonic_increasing  # nll: small is good
assert len(board) == TRIALS
assert found.best["score"] == board["score"].iloc[0]

# %% [markdown]
# Each trial is on the disk as soon as it has ended. The same call again finds them all there and trains
# nothing; with more trials it goes on. So it does after a power cut.

# %%
more = kit.search(
    kit.build_classifier,
    data,
    SPACE,
    trials=TRIALS + 2,
    objective="nll",
    out=WORK / "search",
    engine="inline",
    **SIZE,
)
same = more.leaderboard.set_index("trial")["score"]
assert all(same[row.trial] == row.score for row in board.itertuples())
assert len(more.leaderboard) == TRIALS + 2

# %% [markdown]
# `save_report` draws what was tried: the history of the best, each hyperparameter against the score, and,
# from eight trials on, how much of the spread each explains.

# %%
page = more.save_report()
figures = sorted(path.name for path in (WORK / "search" / "figures").iterdir())
print(page.name, figures)
storage.write_bytes("pictures/07_values.png", (WORK / "search" / "figures" / "values.png").read_bytes())
assert {"history.png", "values.png"} <= set(figures)

# %% [markdown]
# ## How good is the winner?
# It is the best of many on the validation part, so part of its lead is luck: among 24 equal coins, one
# falls heads oftenest. The test part, which chose nothing, says what it is worth. And the interval of
# the score says which trials are really worse: those whose intervals do not meet the winner's.

# %%
model = more.load_best()
validation = kit.evaluate(model, data.validation, resamples=0).metrics["nll"]
report = kit.evaluate(model, data.test, resamples=200)
low, high = more.best["interval"]
print(f"validation nll {validation:.3f}, which chose it, interval {low:.3f} to {high:.3f}")
print(f"test nll {report.metrics['nll']:.3f}")

assert np.isclose(validation, more.best["score"], atol=1e-6)  # the very weights that were ranked
assert low <= more.best["score"] <= high

# %% [markdown]
# ## Folds
# With few samples the validation part itself is luck. Folds let all training and validation samples take
# turns; each trial is trained once for each fold, and its score is the mean.

# %%
folded = kit.search(
    kit.build_classifier, data, {"learning_rate": [1e-4, 1e-2]}, algorithm="grid", folds=2, epochs=3,
    objective="nll", out=WORK / "folds", engine="inline", verbose=0, **SIZE,
)  # fmt: skip
print(folded.leaderboard[["trial", "score", "low", "high", "learning_rate"]].to_string(index=False))
assert folded.best["values"] == {"learning_rate": 1e-2}

# %% [markdown]
# The same from a shell, with the winner saved under `saved_models/`:
#
#     kit search breast_cancer --trials 24 --space learning_rate=1e-4:1e-1:log batch_size=16,64 epochs=2,6
#
# To think about: the best trials of your search all stand at the upper end of the range of a
# hyperparameter. What do you do next, and what would you have to fear if you did not?
