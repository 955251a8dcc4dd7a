# %% [markdown]
# # What belongs together: output, loss, labels, metric, decision
#
# Question: why does a network train without an error and is still wrong?
#
# Five choices depend on each other: the output activation, the loss, the coding of the labels, the
# metric and the decision. Keras takes any combination whose shapes fit. Most wrong ones train without
# a word. This tutorial trains six of them beside the right one, with the same layers, the same data,
# the same optimizer and the same number of steps. Only one choice differs each time.

# %%
import os

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_breast_cancer

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer, larger steps and one hidden layer; every check holds
EPOCHS, DEPTH, RATE = (5, 1, 0.01) if SHORT else (20, 2, 0.003)
SIZE = {
    "backbone": "mlp",
    "width": 32,
    "depth": DEPTH,
    "dropout": 0.0,
    "optimizer": "adam",
    "learning_rate": RATE,
}
curves = {}  # what the picture at the end shows: name -> one number an epoch

# %% [markdown]
# ## The table
# In kit one row of a table holds all five choices. A task names a loss and takes the rest from its row.

# %%
print(f"{'form':12}{'loss':26}{'output':13}{'targets':14}decision")
for row in kit.match.table():
    print(f"{row.form:12}{row.loss:26}{row.activation:13}{row.code:14}{row.decide}")

# %% [markdown]
# Changing one word changes the other four. Hinge loss wants a score without activation, targets -1 and
# +1, and the sign as decision.

# %%
usual = kit.Classification(("cat", "dog")).match
hinge = kit.Classification(("cat", "dog"), loss="hinge").match
assert (usual.activation, usual.code, usual.decide) == ("sigmoid", "indicator", "threshold")
assert (hinge.activation, hinge.code, hinge.decide) == ("linear", "sign", "sign")

# %% [markdown]
# What is not in the table is an error before the first step, with a reason and what fits instead.

# %%
try:
    _ = kit.Classification(("cat", "dog", "fox"), loss="hinge").match
    raise AssertionError("three classes and hinge loss were accepted")
except kit.MatchError as error:
    print(error)

# %% [markdown]
# ## The experiment
# The data: 569 tumours, 30 measurements each, benign or malignant. Inputs are standardised, so that
# nothing but the chosen combination can go wrong. `plain` is a network in Keras alone: two hidden
# layers of 32 units. `SIZE` gives kit's networks the same layers and the same optimizer. Their input is
# a table, and a table's numbers go in by the name "numeric".

# %%
x, y = load_breast_cancer(return_X_y=True)  # y: 0 malignant, 1 benign
x = ((x - x.mean(axis=0)) / x.std(axis=0)).astype("float32")
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]
x_train, y_train, x_test, y_test = x[:400], y[:400], x[400:], y[400:]


def plain(features, *head):
    """Two hidden layers (one in the short mode), then `head`."""
    hidden = [layers.Dense(32, activation="relu") for _ in range(DEPTH)]
    return keras.Sequential([keras.Input((features,)), *hidden, *head])


def train(model, inputs, targets, watch=None, watched_on=None):
    """Trains with Keras' own `fit`; returns its history, a dict.

    `watch`: name -> function of the outputs on the inputs `watched_on`, added each epoch.
    """
    found = {name: [] for name in watch or {}}

    def look(epoch, logs):
        for name, function in (watch or {}).items():
            found[name].append(float(function(predicted(model, watched_on))))

    prepare(model, inputs, targets)
    callback = keras.callbacks.LambdaCallback(on_epoch_end=look)
    history = model.fit(inputs, targets, epochs=EPOCHS, batch_size=32, verbose=0, callbacks=[callback])
    return {**history.history, **found}


def prepare(model, inputs, targets):
    """Makes training start sooner; what is learnt stays the same."""
    if keras.backend.backend() != "tensorflow":
        return
    model.jit_compile = False  # XLA compiles for longer than these short runs take
    first, true = keras.tree.map_structure(lambda array: array[:1], (inputs, targets))
    outputs = model(first)
    model.compute_loss(first, true, outputs)
    model.compute_metrics(first, true, outputs)  # variables that the first step would make
    model.reset_metrics()
    model.optimizer.build(model.trainable_variables)  # or TensorFlow would trace that step twice


def predicted(model, inputs):
    """Outputs as an array; one call of the model, without `predict`'s compilation."""
    return ops.convert_to_numpy(model(inputs))


def compiled(model, loss, metrics=()):
    """`model`, compiled as a user of Keras would."""
    model.compile(keras.optimizers.Adam(SIZE["learning_rate"]), loss, metrics=list(metrics))
    return model


keras.utils.set_random_seed(0)

# %% [markdown]
# ## 1. A sigmoid, and a loss that applies another one
# `from_logits=True` tells the loss that the outputs are logits, so it applies a sigmoid itself. After a
# sigmoid layer the output then passes through two. The inner one gives 0 to 1, so the outer one can only
# give 0.5 to 0.73. With the TensorFlow backend Keras notices a sigmoid that stands directly before the
# loss and warns. Here a reshape stands between: it looks harmless, and nobody notices.
#
# The lowest loss that two sigmoids can reach follows by hand: ln 2 for each sample of class 0 and
# ln(1 + 1/e) for each of class 1.

# %%
share = y_train.mean()
floor = (1 - share) * np.log(2) + share * np.log(1 + np.exp(-1))

twice = plain(30, layers.Dense(1, activation="sigmoid"), layers.Reshape((1,)))
compiled(twice, keras.losses.BinaryCrossentropy(from_logits=True))
curves["two sigmoids"] = train(twice, x_train, y_train)["loss"]

task = kit.Classification(("malignant", "benign")).fitted(np.where(y_train, "benign", "malignant"))
model = kit.build_classifier(task, (30,), **SIZE)
curves["one sigmoid"] = train(model, {"numeric": x_train}, y_train[:, None].astype("float32"))["loss"]

print(f"Lowest loss possible with two sigmoids: {floor:.3f}")
print(f"Loss with two sigmoids: {curves['two sigmoids'][-1]:.3f}, with one: {curves['one sigmoid'][-1]:.3f}")
assert min(curves["two sigmoids"]) > floor - 0.001
assert curves["one sigmoid"][-1] < floor / 3

# %% [markdown]
# The accuracy hides it, since both models put most samples on the right side of 0.5. But to lower this
# loss the first model pushes all its outputs towards 0 and 1. Its probabilities are far too sure, and
# so its errors are expensive: compare the cross-entropy on the test part.

# %%
truth = y_test[:, None]


def cross_entropy(outputs):
    outputs = np.clip(outputs.astype("float64"), 1e-7, 1 - 1e-7)
    return -np.mean(truth * np.log(outputs) + (1 - truth) * np.log(1 - outputs))


costs = []
for name, outputs in (
    ("two sigmoids", predicted(twice, x_test)),
    ("one sigmoid", predicted(model, {"numeric": x_test})),
):
    costs.append(cross_entropy(outputs))
    accuracy = np.mean((outputs > 0.5) == truth)
    print(f"{name:13} test accuracy {accuracy:.3f}, cross-entropy {costs[-1]:.3f}")
    assert accuracy > 0.93
assert costs[0] > costs[1]

# %% [markdown]
# ## 2. Hinge loss with a sigmoid, and the word "accuracy"
# Hinge loss is max(0, 1 - target x score) with targets -1 and +1. It pushes the scores of one class
# below -1. A sigmoid never goes below 0, so each sample of that class costs at least 1, and the loss
# can not fall below the share of that class.
#
# The metric is a second mistake. `metrics=["accuracy"]` compares the targets with outputs that were
# rounded to 0 or 1. A target of -1 never equals either, so every sample of that class counts as an
# error, however good the model is.

# %%
signs = np.where(y_train == 1, 1.0, -1.0)[:, None].astype("float32")

squeezed = compiled(plain(30, layers.Dense(1, activation="sigmoid")), "hinge", ["accuracy"])
squeezed_history = train(squeezed, x_train, signs)
curves["hinge, sigmoid"] = squeezed_history["accuracy"]
assert min(squeezed_history["loss"]) > (1 - share) - 0.001
assert (predicted(squeezed, x_test) > 0).all()  # by its sign, every sample is of class +1

right_sign = {"really right": lambda scores: np.mean((scores > 0) == truth)}
scored = compiled(plain(30, layers.Dense(1)), "hinge", ["accuracy"])
scored_history = train(scored, x_train, signs, watch=right_sign, watched_on=x_test)
curves['hinge, linear, "accuracy"'] = scored_history["accuracy"]
curves["right signs, linear"] = scored_history["really right"]

task = kit.Classification(("malignant", "benign"), loss="hinge")
model = kit.build_classifier(task, (30,), **SIZE)
labels = np.where(y_train == 1, "benign", "malignant")
curves["hinge in kit"] = train(model, {"numeric": x_train}, task.encode(labels))["accuracy"]

print(f"Reported: sigmoid {curves['hinge, sigmoid'][-1]:.3f}, linear {scored_history['accuracy'][-1]:.3f}")
print(f"Really right of the linear model: {scored_history['really right'][-1]:.3f}")
print(f"Reported in kit: {curves['hinge in kit'][-1]:.3f}")
assert max(curves["hinge, sigmoid"] + scored_history["accuracy"]) < share + 0.001  # class -1 never counts
assert scored_history["really right"][-1] > 0.93 and curves["hinge in kit"][-1] > 0.93

# %% [markdown]
# ## 3. Labels 1 and 2 in a loss for 0 and 1
# Binary cross-entropy with target t and output p is -t ln p - (1 - t) ln(1 - p). With t = 2 the second
# term changes its sign: the loss falls without end as p approaches 1. A loss below 0 of a loss that can
# not be negative is the symptom. The model ends up saying the same class for every sample.

# %%
numbers = y_train[:, None] + 1  # 1 and 2, as many files code two classes
shifted = compiled(plain(30, layers.Dense(1, activation="sigmoid")), "binary_crossentropy")
same = {"said class 1": lambda outputs: np.mean(outputs > 0.5)}
history = train(shifted, x_train, numbers, watch=same, watched_on=x_test)
curves["labels 1 and 2"], curves["labels 0 and 1"] = history["loss"], curves["one sigmoid"]
always = history["said class 1"][-1]
print(f"Loss {history['loss'][-1]:.1f}; share of test samples said to be of class 1: {always:.2f}")
assert history["loss"][-1] < 0
assert always > 0.95

# %% [markdown]
# A kit task knows the labels by name, so that 1 and 2 become 0 and 1. These are the targets of the right
# model of section 1, and its curve is the right one here too. A label that is no class is an error.

# %%
task = kit.Classification((1, 2))
assert np.array_equal(np.ravel(task.encode(np.ravel(numbers))), y_train)
try:
    task.encode([1, 2, 3])
    raise AssertionError("the label 3 was accepted")
except kit.DataError as error:
    print(error)

# %% [markdown]
# ## 4. "accuracy" for several labels a sample
# A photo may show a dog and a ball. Each label has its own sigmoid, and the loss is binary
# cross-entropy. The word "accuracy" makes Keras guess the metric from the shapes, and for several
# columns it takes the *categorical* accuracy: is the largest output where the first 1 of the targets is?
# That question has no meaning here. The model is fine; the number is not.

# %%
rng = np.random.default_rng(1)
inputs = rng.normal(size=(800, 8)).astype("float32")
several = (inputs @ rng.normal(size=(8, 5)) > 0.5).astype("float32")  # five labels, any number a sample

tagger = compiled(plain(8, layers.Dense(5, activation="sigmoid")), "binary_crossentropy", ["accuracy"])
right_labels = {"really right": lambda outputs: np.mean((outputs > 0.5) == several)}
history = train(tagger, inputs, several, watch=right_labels, watched_on=inputs)
curves['"accuracy"'], curves["right labels of that model"] = history["accuracy"], history["really right"]

task = kit.MultilabelClassification(5).fitted(several)
model = kit.build_classifier(task, (8,), **SIZE)
curves["accuracy in kit"] = train(model, {"numeric": inputs}, task.encode(several))["accuracy"]

print(f"Keras reports {history['accuracy'][-1]:.3f}; right labels: {history['really right'][-1]:.3f}")
print(f"kit reports {curves['accuracy in kit'][-1]:.3f}")
assert history["accuracy"][-1] < 0.75 and history["really right"][-1] > 0.9
assert curves["accuracy in kit"][-1] > 0.9

# %% [markdown]
# ## 5. Targets of 200,000
# An optimizer such as Adam moves each weight by about the learning rate in a step, whatever the size of
# the error. A last layer that has to reach 200,000 in steps of 0.003 does not arrive. Nothing fails:
# the loss is large, and falls a little. In kit the loss sees standardised targets, and the model's last
# layer multiplies by the standard deviation and adds the mean, so outputs are in the user's units.

# %%
price = 200_000 + 60_000 * np.tanh(inputs[:, 0] + inputs[:, 1])
price = price[:, None].astype("float32")
spread = price.std()  # the error of always saying the mean

raw = compiled(plain(8, layers.Dense(1)), "mse", [keras.metrics.RootMeanSquaredError(name="rmse")])
curves["raw targets"] = train(raw, inputs, price)["rmse"]

task = kit.Regression(("price",)).fitted(price)
model = kit.build_regressor(task, (8,), **SIZE)
curves["standardised in kit"] = train(model, {"numeric": inputs}, price)["rmse"]

print(f"Error: raw targets {curves['raw targets'][-1]:,.0f}, in kit {curves['standardised in kit'][-1]:,.0f}")
print(f"Error of always saying the mean: {spread:,.0f}")
assert curves["raw targets"][-1] > 2 * spread  # worse than knowing nothing
assert curves["standardised in kit"][-1] < spread / 3

# %% [markdown]
# ## 6. Batch normalisation after few steps
# In training, batch normalisation uses the mean and the variance of the batch. Afterwards it uses
# running averages, which keep a share of their old value in each step: the *momentum*, 0.99 in Keras.
# They start at mean 0 and variance 1. After 40 steps 0.99^40 = 67 % of that start is still in them. The
# model looks trained in training and broken in use. kit sets the momentum by the number of steps.

# %%
data = kit.load_data("digits")
BATCH, FEW = 128, 4  # 10 steps an epoch, 40 in all
pixels, digits = data.train.arrays()
test_pixels, test_digits = data.validation.arrays()
assert len(pixels) // BATCH + 1 == 10 and round(0.99**40, 2) == 0.67


def block():
    return [layers.Dense(64, use_bias=False), layers.BatchNormalization(), layers.Activation("relu")]


first = [keras.Input(pixels.shape[1:]), layers.Rescaling(1 / 16), layers.Flatten()]
norm = keras.Sequential([*first, *block(), *block(), *block(), layers.Dense(10, activation="softmax")])
compiled(norm, "sparse_categorical_crossentropy", ["accuracy"])
prepare(norm, pixels, digits)
history = norm.fit(
    pixels, digits, epochs=FEW, batch_size=BATCH, validation_data=(test_pixels, test_digits), verbose=0
).history
curves["momentum 0.99, training"] = history["accuracy"]
curves["momentum 0.99"] = history["val_accuracy"]

design = {"backbone": "mlp", "width": 64, "depth": 3, "normalization": "batch", "dropout": 0.0}
model = kit.build_classifier(data.task, data.input, **design, optimizer="adam", learning_rate=0.003)
settings = {"epochs": FEW, "batch_size": BATCH, "schedule": "constant", "patience": 0, "augment": None}
curves["momentum of kit"] = kit.fit(model, data, **settings, verbose=0).history["val_accuracy"]

print(f"Momentum 0.99: training {history['accuracy'][-1]:.3f}, validation {history['val_accuracy'][-1]:.3f}")
print(f"Momentum of kit: validation {curves['momentum of kit'][-1]:.3f}")
assert history["accuracy"][-1] - history["val_accuracy"][-1] > 0.05
assert curves["momentum of kit"][-1] > history["val_accuracy"][-1] + 0.05

# %% [markdown]
# ## All six in one picture
# Wrong combinations are orange or red, right ones blue. The light blue lines are the two models whose
# metric is wrong, measured rightly (in 2 on the test part). Note how calm most of the wrong curves look.

# %%
DRAWN = [  # title, unit, wrong curves, right curves
    ("1. Two sigmoids", "loss", ["two sigmoids"], ["one sigmoid"]),
    (
        "2. Hinge and accuracy",
        "accuracy",
        ["hinge, sigmoid", 'hinge, linear, "accuracy"'],
        ["hinge in kit", "right signs, linear"],
    ),
    ("3. Labels 1 and 2", "loss", ["labels 1 and 2"], ["labels 0 and 1"]),
    (
        "4. Several labels",
        "accuracy",
        ['"accuracy"'],
        ["accuracy in kit", "right labels of that model"],
    ),
    ("5. Targets of 200,000", "error in thousands", ["raw targets"], ["standardised in kit"]),
    ("6. Batch normalisation", "validation accuracy", ["momentum 0.99"], ["momentum of kit"]),
]
WRONG, RIGHT = ((draw.ORANGE, "--"), (draw.RED, ":")), ((draw.BLUE, "-"), (draw.SKY, "-."))


def draw_lines(panel, names, styles, factor):
    for name, (colour, dashes) in zip(names, styles, strict=False):
        values = factor * np.array(curves[name])
        panel.plot(np.arange(1, len(values) + 1), values, dashes, color=colour, label=draw.readable(name))


with draw.style():
    picture, panels = draw.figure(
        "Wrong combinations train without an error; the right ones beside them",
        rows=2,
        columns=3,
        width=11,
        height=6.2,
    )
    for panel, (title, unit, wrong, right) in zip(panels, DRAWN, strict=True):
        factor = 0.001 if "thousands" in unit else 1
        draw_lines(panel, wrong, WRONG, factor)
        draw_lines(panel, right, RIGHT, factor)
        panel.set_title(title)
        panel.set_ylabel(unit)
        panel.set_xlabel("epoch")
        panel.xaxis.get_major_locator().set_params(integer=True)
        if "accuracy" in unit:
            panel.set_ylim(0, 1.03)
        panel.legend(loc="best")
    panels[0].axhline(floor, color=draw.GRAY, linewidth=1)
    panels[0].set_ylim(bottom=0)
    panels[0].text(
        EPOCHS, floor - 0.015, "lowest possible with two", ha="right", va="top", color=draw.GRAY, fontsize=9
    )
    panels[4].axhline(spread / 1000, color=draw.GRAY, linewidth=1)
    panels[4].text(
        EPOCHS, spread / 1000 + 3, "always saying the mean", ha="right", color=draw.GRAY, fontsize=9
    )
    panels[4].set_ylim(bottom=0)
storage.write_bytes("pictures/02_what_belongs_together.png", draw.png(picture))

# %% [markdown]
# ## One more: the same order in every epoch
# Training assumes that each epoch shows the samples in a new order. After
# `keras.utils.set_random_seed`, `fit` on arrays with the TensorFlow backend draws one order and uses it
# in all epochs. Runs are repeatable, but a bad order stays bad. With the JAX backend each epoch has its
# own order.
#
# To see it, make the loss tell which sample was shown: a model whose output is 0 and never changes,
# with target i for sample i. Its absolute error is then i. With one sample a step, the mean that Keras
# reports after each step tells the order.


# %%
class Order(keras.callbacks.Callback):
    """Collects the samples' numbers in the order of training, a list an epoch."""

    def __init__(self):
        super().__init__()
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.epochs.append([])

    def on_train_batch_end(self, batch, logs=None):
        total = logs["loss"] * (batch + 1)  # Keras reports the mean of the epoch so far
        self.epochs[-1].append(round(total - sum(self.epochs[-1])))


keras.utils.set_random_seed(0)
still = keras.Sequential([keras.Input((1,)), layers.Dense(1, kernel_initializer="zeros")])
still.compile(keras.optimizers.SGD(0.0), "mae")  # a learning rate of 0: nothing moves
seen = Order()
numbered = np.arange(8, dtype="float32")[:, None]
prepare(still, numbered, numbered)
still.fit(np.zeros((8, 1), "float32"), numbered, batch_size=1, epochs=3, verbose=0, callbacks=[seen])
print(*seen.epochs, sep="\n")
assert all(sorted(epoch) == list(range(8)) for epoch in seen.epochs)
repeated = seen.epochs[0] == seen.epochs[1] == seen.epochs[2]
assert repeated == (keras.backend.backend() == "tensorflow")

# %% [markdown]
# `kit.fit` draws each epoch's order from the seed and the number of the epoch: repeatable, and new each
# time, with both backends.
#
# ## What to remember
# - Output, loss, labels, metric and decision are one choice, not five.
# - Suspect a loss that stops at a round number (ln 2, ln C, a share of a class) or falls below 0.
# - Give a metric by its class. The word "accuracy" is a guess from shapes.
# - Compare every error with the error of always saying the mean.
#
# `kit list matches` prints the table with a reason for each row.
