# %% [markdown]
# # Is my model any good?
#
# Question: a model has a score. What does it not tell me, and how do I find that out?
#
# A score is one number for many decisions. This tutorial asks what stands behind it: how sure the score is,
# whether probabilities mean what they say, from which probability on to act, how far a number may be
# off, on whom the model is worse, and what it looks at. The data are made up, so that the truth is known and
# every answer can be checked.

# %%
import os
import tempfile
from pathlib import Path

import keras
import numpy as np
import pandas as pd

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer rows and epochs; every check below still holds
ROWS = 5000 if SHORT else 8000
WORK = Path(tempfile.mkdtemp())
rng = np.random.default_rng(0)

# %% [markdown]
# ## The patients
# One patient in four is ill. Age and a marker in the blood say who, but not for sure. In the clinic at the
# harbour the instrument is broken: its marker is noise, and nobody knows.


# %%
def patients(rows):
    """A table of patients, and the true chance of each to be ill."""
    age, marker = rng.normal(size=(2, rows))
    clinic = rng.choice(["harbour", "hill", "market", "station"], rows, p=[0.2, 0.2, 0.3, 0.3])
    chance = 1 / (1 + np.exp(-(1.2 * age + 3.0 * marker - 2.6)))
    measured = np.where(clinic == "harbour", rng.normal(size=rows), marker)
    state = np.where(rng.random(rows) < chance, "ill", "well")
    columns = {"age": 50 + 15 * age, "marker": np.exp(measured), "shoe": rng.normal(42, 2, rows)}
    return pd.DataFrame({**columns, "clinic": clinic, "state": state}), chance


table, chance = patients(ROWS)
data = kit.load_data(table, kit.Classification(("well", "ill")), target="state")
print(data)

# %% [markdown]
# ## How sure is the score, and against what?
# A wide network learns few rows by heart: no dropout, all epochs, no early end. Its accuracy looks fine,
# until it stands beside its interval and beside what always saying "well" would score.

# %%
keras.utils.set_random_seed(0)
few = kit.load_data(patients(700)[0], data.task, target="state")
model = kit.build(few.task, few.input, width=128, depth=3, dropout=0.0)
kit.fit(model, few, epochs=40, patience=0, class_weight=None, verbose=0)
first = kit.evaluate(model, data.test, resamples=300)
print(first)

assert first.metrics["accuracy"] > 0.78
assert first.baseline["accuracy"] > 0.7  # a model that looks at nothing is not far behind
low, high = first.intervals["auc"]
assert low < first.metrics["auc"] < high and low > first.baseline["auc"]  # but this one does know something

# %% [markdown]
# ## Do probabilities mean what they say?
# Of the patients who are said to be ill with a probability of 0.9, nine of ten should be ill. A network that
# has learnt by heart is too sure. `kit.calibrate` divides its logits by one number, the *temperature*, which
# it fits on the validation part. The order of the patients and the decisions stay the same.

# %%
print(kit.calibrate(model, data.validation))
second = kit.evaluate(model, data.test, resamples=300)

assert model.kit.task.calibration.temperature > 1.2  # it was too sure
assert second.metrics["nll"] < first.metrics["nll"] and second.metrics["ece"] < first.metrics["ece"]
assert second.metrics["accuracy"] == first.metrics["accuracy"]

# %% [markdown]
# The *reliability diagram* shows it. Below the dashed line the network is too sure. `ece` is the mean
# distance from that line.

# %%
storage.write_bytes("pictures/06_before.png", draw.png(first.figure("reliability")))
storage.write_bytes("pictures/06_after.png", draw.png(second.figure("reliability")))
print(f"ece {first.metrics['ece']:.3f} before, {second.metrics['ece']:.3f} after")

# %% [markdown]
# A network that stops in time needs less of that. This one is used from here on. `class_weight=None` matters,
# too: weights that make up for a rare class make it too probable by as much, which no temperature mends.

# %%
keras.utils.set_random_seed(0)
model = kit.build(data.task, data.input, width=32)
kit.fit(model, data, epochs=12 if SHORT else 20, class_weight=None, verbose=0)
print(kit.calibrate(model, data.validation))
plain = kit.evaluate(model, data.test, resamples=300)
assert plain.metrics["nll"] < second.metrics["nll"]
assert plain.metrics["ece"] < 0.06

# %% [markdown]
# ## On whom is it worse?
# `report.slices` compares every group with the rest: the names of a column, the quarters of a number, the
# classes. Among many groups one always looks bad by chance, so a group counts only if its difference is
# beyond chance with all groups counted.

# %%
groups = plain.slices
print(groups[groups["is_finding"]].round(3).to_string(index=False))
storage.write_bytes("pictures/06_slices.png", draw.png(plain.figure("slices")))

clinics = groups[groups["group"].str.startswith("clinic")].set_index("group")
assert clinics["error"].idxmax() == "clinic: harbour"
assert clinics.loc["clinic: harbour", "is_finding"]
assert clinics["is_finding"].sum() == 1

# %% [markdown]
# The broken instrument is found, without a hint. And groups that mean nothing are not: shuffle the
# clinics, and nobody is to blame.

# %%
shuffled = rng.permutation(data.test.inputs["clinic"].to_numpy())
found = kit.slices(model, data.test, by={"any": shuffled}).set_index("group")
assert not found.loc[[name for name in found.index if name.startswith("any")], "is_finding"].any()

# %% [markdown]
# ## What does it look at?
# Deal out the values of one column anew among the patients: as much as the error grows, the decisions
# depended on it. What nobody looks at has an interval around 0. (For images: `kit.grad_cam`.)

# %%
importance = kit.importance(model, data.test).set_index("column")
print(importance.round(3))
assert importance.index[0] == "marker"
assert importance.loc["marker", "low"] > 0
assert abs(importance.loc["shoe", "importance"]) < 0.2 * importance.loc["marker", "importance"]

# %% [markdown]
# ## From which probability on should I act?
# 0.5 is right only if both mistakes cost the same. Say that a missed patient costs ten times as much as
# a needless second look. If probabilities are true, theory says: act from 1 / (1 + 10) on. `aim=` finds the
# threshold on the validation part. It is kept in the task, so it is saved with the model.

# %%
print(kit.calibrate(model, data.validation, aim="cost=1:10"))
careful = kit.evaluate(model, data.test, resamples=300)
costs = {}
for name, threshold in (("0.5", 0.5), ("chosen", model.kit.task.threshold), ("theory", 1 / 11)):
    probabilities = careful.outcome.probabilities[:, 1]
    said, ill = probabilities >= threshold, careful.outcome.true[:, 1] > 0.5
    costs[name] = np.mean(1 * (said & ~ill) + 10 * (~said & ill))
    print(f"threshold {threshold:.3f} ({name}): cost {costs[name]:.3f}")

assert np.isclose(costs["chosen"], careful.metrics["cost"])
assert costs["chosen"] < 0.8 * costs["0.5"]
assert abs(costs["chosen"] - costs["theory"]) < 0.25 * costs["theory"]
assert careful.metrics["recall"] > plain.metrics["recall"]  # more are found, more are sent for a second look
assert careful.metrics["precision"] < plain.metrics["precision"]
storage.write_bytes("pictures/06_threshold.png", draw.png(careful.figure("threshold")))

# %% [markdown]
# Other aims: `"f1"`, `"recall@precision=0.9"` (find as many as possible, nine of ten alarms are right) and
# `"precision@recall=0.9"`. What was reached on the validation part is not a promise: the report measures
# it on the test part, with an interval.
#
# ## When the answer is "one of these two"
# A *label set* names every class that may be right. It is made to hold the right one for nine of ten new
# patients, whatever the network is worth; a bad network pays with large sets.

# %%
kit.save(model, WORK / "patients", report=careful, onnx=False)
predictor = kit.load(WORK / "patients")
decisions = predictor(data.test.inputs)
unsure = [decision for decision in decisions if len(decision.labels) > 1]
print(decisions[0], f"{len(unsure)} of {len(decisions)} are unsure")

held = np.mean([true in said.labels for true, said in zip(data.test.labels, decisions, strict=True)])
assert np.isclose(held, careful.metrics["coverage"])
assert held > 0.86
assert predictor.task.threshold == model.kit.task.threshold != 0.5

# %% [markdown]
# ## How far may a number be off?
# How long will they stay? The older, the longer, and the less certain. `kit.calibrate` measures how far
# off the model is on the validation part, and makes intervals that hold nine of ten new values.

# %%
table["days"] = np.exp(0.03 * table["age"] + 0.25 * rng.normal(size=ROWS) * (table["age"] / 50))
reports = {}
for loss in ("mse", "gaussian"):
    stays = kit.load_data(table, kit.Regression(("days",), loss=loss), target="days", ignore=["state"])
    keras.utils.set_random_seed(0)
    model = kit.build(stays.task, stays.input, width=32)
    kit.fit(model, stays, epochs=10 if SHORT else 20, verbose=0)
    print(loss, kit.calibrate(model, stays.validation), sep=": ")
    reports[loss] = kit.evaluate(model, stays.test, resamples=300)
    print({name: round(reports[loss].metrics[name], 3) for name in ("mae", "coverage", "interval_width")})
    assert abs(reports[loss].metrics["coverage"] - 0.9) < 0.05

# %% [markdown]
# Nine of ten hold on average over all patients. No more is promised: not nine of ten of the old ones.
# With "mse" all intervals are equally wide, too wide for the young and too narrow for the old. A loss that
# also learns the spread ("gaussian", "quantile") gives each patient an interval of its own.

# %%
old = stays.test.inputs["age"].to_numpy() > 65
shares = {}
for loss, report in reports.items():
    (low, high), true = np.moveaxis(report.outcome.interval[:, 0], -1, 0), report.outcome.truth[:, 0]
    shares[loss] = np.mean((low <= true) & (true <= high), where=old)
    print(f"{loss}: {shares[loss]:.2f} of the {old.sum()} old patients are inside")
assert shares["mse"] < shares["gaussian"]
assert shares["mse"] < 0.8
storage.write_bytes("pictures/06_intervals.png", draw.png(reports["gaussian"].figure("intervals")))

# %% [markdown]
# ## The same from a shell
# `kit train` calibrates on the validation part by itself and says what it found; the report beside the saved
# model has all of these figures:
#
#     kit train patients.csv --target state --set aim=cost=1:10 class_weight=null
#     kit evaluate saved_models/patients patients.csv --report report/
#
# To think about: the temperature, the threshold and the intervals were all fitted on the validation part,
# which also said when training ends. Why is the test part needed all the same, and what would be
# wrong with choosing the threshold there?
