# %% [markdown]
# # The first model: from data to a saved model that predicts
#
# Question: what are the steps from labelled samples to a model that I can use tomorrow?
#
# The steps are always the same seven: load, look, build, fit, evaluate, save, predict. This
# tutorial takes them with images of handwritten digits, 8 x 8 pixels each. Run it as a script,
# or cell by cell in any editor that knows `# %%`. Pictures go to `pictures/`, the model to
# `saved_models/`, both in the working folder.

# %%
import os

import keras
import numpy as np

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds
EPOCHS = 8 if SHORT else 15
keras.utils.set_random_seed(0)  # the same initial weights in each run


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png, whole or not at all."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


# %% [markdown]
# ## 1. Load
# `kit.load_data` takes a name, a file, a folder, arrays or a DataFrame. It finds out what goes in
# (the *input*) and what comes out (the *task*), and says why it thinks so.

# %%
data = kit.load_data("digits")
print(data)

# %% [markdown]
# The samples are in three parts. The *training* part is learnt. The *validation* part is watched
# during training, to choose the best epoch. The *test* part is used once, at the end. A sample must
# be in one part only: a model that is tested on what it has learnt by heart looks better than it is.

# %%
parts = data.parts()
names = [name for part in parts.values() for name in part.names]
assert len(names) == len(set(names)) == 1797
assert [len(part) for part in parts.values()] == [1258, 270, 269]

# %% [markdown]
# ## 2. Look
# Look at samples before anything else. Wrong labels, black images or swapped channels are seen in
# seconds here, and in hours anywhere else.

# %%
with draw.style():
    picture, panels = draw.figure(
        "18 training samples and their labels", rows=2, columns=9, width=8, height=2.3
    )
    for panel, image, label in zip(panels, data.train.inputs, data.train.labels, strict=False):
        panel.imshow(np.squeeze(image), cmap="gray_r")
        panel.set_title(str(label), loc="center")
        panel.set_axis_off()
save_picture(picture, "01_samples")

# %% [markdown]
# Look at the numbers too. The pixels go from 0 to 16 and the ten classes are about equally frequent.
# Always guessing the most frequent class is then right in about one of ten cases. A model has to
# be better than that.

# %%
shares = np.unique(data.train.labels, return_counts=True)[1] / len(data.train)
print(f"Shares of the classes: {shares.min():.3f} to {shares.max():.3f}")
assert len(shares) == 10 and shares.min() > 0.09 and shares.max() < 0.11
assert (np.min(data.train.inputs), np.max(data.train.inputs)) == (0, 16)

# %% [markdown]
# ## 3. Build
# A model has three parts. The input's layers scale the pixels. The *backbone* turns them into
# features. The *head* turns features into outputs. The task decides the head and everything that must
# fit it: activation, loss, coding of the labels, metrics and decision. The result is a compiled
# `keras.Model`, nothing else.

# %%
model = kit.build_classifier(data.task, data.input)  # images of this size get a small convolutional network
row = data.task.match
print(f"{model.count_params():,} parameters")
print(f"output {row.activation}, loss {row.loss}, targets {row.code}, decision {row.decide}")

# %% [markdown]
# Ten units with a softmax give ten probabilities that sum to 1.
#
# A check that is always worth its second: an untrained model knows nothing, so its cross-entropy
# should be that of a uniform guess, ln 10 = 2.30, or a little above, since its random features make
# it prefer some classes. A first loss of twice ln 10 or more says that output, loss and labels do not fit.

# %%
images, targets = data.validation.arrays()
before = np.asarray(model.predict(images, verbose=0))
first_loss = -np.log(before[np.arange(len(before)), np.ravel(targets)]).mean()
print(f"Loss before training: {first_loss:.2f}; ln 10 = {np.log(10):.2f}")
assert model.output_shape == (None, 10)
np.testing.assert_allclose(before.sum(axis=1), 1, atol=1e-5)
assert np.log(10) - 0.2 < first_loss < 2 * np.log(10)

# %% [markdown]
# ## 4. Fit
# One *epoch* shows every training sample once. After each epoch the loss is measured on the
# validation part, and the weights of the best epoch are kept. `fit` returns Keras' `History`.

# %%
history = kit.fit(model, data, epochs=EPOCHS, verbose=0)
losses, val_losses = history.history["loss"], history.history["val_loss"]
ran = history.params
print(f"{len(losses)} epochs in {ran['seconds']:.0f} s, {ran['batch_size']} samples a step")
assert losses[-1] < losses[0] / 5

# %% [markdown]
# The learning curve answers three questions. Does the training loss fall? If not, the model does not
# learn: check data and learning rate. Does the validation loss fall with it? If it rises while the
# training loss falls, the model *overfits*: it learns the samples and not the rule. Do both still fall
# at the end? Then more epochs help.

# %%
epochs = np.arange(1, len(losses) + 1)
best = int(np.argmin(val_losses))
with draw.style():
    title = (
        f"Learning curve: lowest validation loss {min(val_losses):.3f} in epoch {best + 1} of {len(losses)}"
    )
    picture, (left, right) = draw.figure(title, columns=2, width=8.4, height=3.2)
    for panel, name in ((left, "loss"), (right, "accuracy")):
        panel.plot(epochs, history.history[name], color=draw.BLUE, label="training")
        panel.plot(epochs, history.history[f"val_{name}"], "--", color=draw.ORANGE, label="validation")
        panel.plot(best + 1, history.history[f"val_{name}"][best], "o", color=draw.ORANGE, label="kept")
        panel.set_xlabel("epoch")
        panel.set_ylabel(name)
        panel.xaxis.get_major_locator().set_params(integer=True)
    left.axhline(np.log(10), color=draw.GRAY, linestyle=":", label="uniform guess, ln 10")
    left.set_ylim(bottom=0)
    left.legend()
    right.legend(loc="lower right")
save_picture(picture, "01_learning_curve")

# %% [markdown]
# In the first epochs the validation loss may lie below the training loss. The training loss is a mean
# over the epoch, while the model still improves; the validation loss is measured at its end.

# %% [markdown]
# ## 5. Evaluate
# The test part has not been used so far. Its numbers come with a 95 % interval, since another 269
# samples would give other numbers, and with a *baseline*: what a model that always says the same scores.

# %%
report = kit.evaluate(model, data.test, history=history)
print(report)
low, high = report.intervals["accuracy"]
assert report.metrics["accuracy"] > 0.95
assert low > report.baseline["accuracy"]  # better than the baseline, beyond chance
assert low <= report.metrics["accuracy"] <= high

# %% [markdown]
# Then look at the worst cases: the test samples with the highest loss. They show where the model is
# weak, and often which labels are wrong.

# %%
with draw.style():
    title = "The 9 test samples with the highest loss: label, and what the model says (bold: wrong)"
    picture, panels = draw.figure(title, columns=9, width=8, height=1.15)
    worst = report.worst.head(9)
    for panel, image, truth, said in zip(
        panels, report.examples, worst["truth"], worst["decision"], strict=False
    ):
        panel.imshow(np.squeeze(image), cmap="gray_r")
        wrong = truth != said
        style = {"color": draw.RED, "weight": "bold"} if wrong else {}
        panel.set_title(f"{truth}, {said}", loc="center", **style)
        panel.set_axis_off()
save_picture(picture, "01_worst")

# %% [markdown]
# ## 6. Save
# The folder holds the network, what goes in, what comes out, and the measured numbers. So nothing has
# to be remembered: not the scale of the pixels, not the order of the classes.

# %%
folder = kit.save(model, "saved_models/first", report=report, history=history)
print(sorted(member.name for member in folder.iterdir()))

# %% [markdown]
# ## 7. Load and predict
# `kit.load` checks the folder and gives a predictor. It takes raw images, as the user has them, and
# returns decisions in the user's words.

# %%
predictor = kit.load("saved_models/first")
decision = predictor(data.test.inputs[0])
print(decision)
assert decision.label in data.task.classes
assert abs(sum(decision.probabilities.values()) - 1) < 1e-5

# %% [markdown]
# A list gives a list. What was saved predicts what was measured: the accuracy is the report's.

# %%
decisions = predictor(data.test.inputs)
right = np.mean([said.label == label for said, label in zip(decisions, data.test.labels, strict=True)])
print(f"Accuracy of the loaded model: {right:.4f}")
assert abs(right - report.metrics["accuracy"]) < 1e-9

# %% [markdown]
# ## What to remember
# - Three parts, each with one use: learn, choose, judge.
# - Look at samples first and at the worst cases last.
# - Before training, cross-entropy is near ln(number of classes).
# - A number without an interval and a baseline says little.
#
# Next: `02_what_belongs_together.py` shows what happens when output, loss and labels do not fit.
