# %% [markdown]
# # SGD, momentum, RMSprop, Adam: four ways to use the same slope
#
# Question: all optimizers see the same gradient; what do they do with it, and when does it matter?
#
# Claim: momentum remembers the direction, RMSprop divides by the usual size, Adam does both. So momentum is
# fast along valleys, and RMSprop and Adam do not care in which unit the loss is.
#
# To read: 7 minutes. To run: 15 seconds on two cores. Before: `06_gradient_descent.py`. After:
# `08_batch_size_iterations_epochs.py`.

# %%
import os

import keras
import numpy as np
from keras import layers
from keras.optimizers import SGD, Adam, RMSprop
from sklearn.datasets import load_digits

from kit import draw, gradients, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer epochs; every check below still holds

# %% [markdown]
# ## The rules
# g is the gradient, r the learning rate; all operations are for each weight on its own.
#
#     SGD         w <- w - r g
#     momentum    v <- m v - r g                      w <- w + v
#     RMSprop     s <- d s + (1 - d) g^2              w <- w - r g / sqrt(s)
#     Adam        a <- b1 a + (1 - b1) g              first moment: the mean of gradients
#                 s <- b2 s + (1 - b2) g^2            second moment: the mean of their squares
#                 w <- w - r a' / sqrt(s')            a' = a / (1 - b1^t), s' = s / (1 - b2^t)
#
# Adam's a and s start at 0; a' and s' undo that start (t counts steps). Momentum: Polyak 1964. RMSprop:
# Hinton 2012, lecture 6. Adam: Kingma and Ba 2015 (arXiv:1412.6980). By hand in NumPy:


# %%
def valley(x, y):
    """A valley along x; 25 times as steep across."""
    return (x**2 + 25 * y**2) / 2


def slope(w):
    """Its gradient."""
    return np.array([w[0], 25 * w[1]])


def by_hand(name, rate, start, steps):
    """(steps + 1, 2) points by the rules above."""
    w, memory, size, way = np.array(start), np.zeros(2), np.zeros(2), [np.array(start)]
    for t in range(1, steps + 1):
        g = slope(w)
        if name == "momentum":
            memory = 0.8 * memory - rate * g
            w = w + memory
        elif name == "RMSprop":
            size = 0.9 * size + 0.1 * g**2
            w = w - rate * g / np.sqrt(size + 1e-7)
        elif name == "Adam":
            memory, size = 0.9 * memory + 0.1 * g, 0.999 * size + 0.001 * g**2
            w = w - rate * (memory / (1 - 0.9**t)) / (np.sqrt(size / (1 - 0.999**t)) + 1e-7)
        else:
            w = w - rate * g
        way.append(w)
    return np.array(way)


START, STEPS = (-4.0, 1.2), 60
RATES = {"SGD": 0.03, "momentum": 0.03, "RMSprop": 0.1, "Adam": 0.3}
MAKERS = {"SGD": SGD, "momentum": lambda rate: SGD(rate, momentum=0.8), "RMSprop": RMSprop, "Adam": Adam}
ways = {name: gradients.path(valley, MAKERS[name](rate), START, STEPS) for name, rate in RATES.items()}
for name, way in ways.items():
    np.testing.assert_allclose(way[:9], by_hand(name, RATES[name], START, 8), atol=2e-3)
    print(f"{name:9} rate {RATES[name]}: loss {valley(*way[-1]):.5f} after {STEPS} steps")

# %% [markdown]
# ## On one surface
# SGD (blue) is at the bottom of the valley soon, and then creeps along it: across the valley the slope is
# large and along it small, and one rate has to serve both. Momentum (red), with the same rate, sums the
# small slopes that agree, up to 1 / (1 - m) = 5 times, while those that change sign cancel. RMSprop (green)
# and Adam (purple) divide each direction by its own size: they set off on the diagonal.

# %%
ends = {name: float(valley(*way[-1])) for name, way in ways.items()}
assert ends["momentum"] < ends["SGD"] / 10
assert max(ends.values()) == ends["SGD"]
away = np.diff(ways["SGD"], axis=0)
assert abs(away[0, 1]) > 7 * abs(away[0, 0])  # the first step goes across the valley
title = "One valley, 60 steps: SGD creeps, momentum rolls, RMSprop and Adam cut across"
picture = draw.loss_surface(valley, ways, x=(-4.6, 2.2), y=(-1.4, 1.6), minimum=(0, 0), title=title)
storage.write_bytes("pictures/concept_07_paths.png", draw.png(picture))

# %% [markdown]
# ### The unit of the loss
# Adam's first step is the learning rate, in every direction, however large the slope: a' / sqrt(s') is g /
# |g|. So Adam and RMSprop take the same way down a loss in cents as in euros. SGD does not: a hundredth of
# the slope is a hundredth of the step.

# %%
first = np.abs(ways["Adam"][1] - ways["Adam"][0])
print("First step of Adam:", first)
np.testing.assert_allclose(first, RATES["Adam"], rtol=1e-4)
for name in RATES:
    small = gradients.path(lambda x, y: valley(x, y) / 100, MAKERS[name](RATES[name]), START, 30)
    apart = float(np.abs(small - ways[name][:31]).max())
    print(f"{name:9} in a hundredth of the unit: {apart:.4f} away from its old path")
    assert (apart < 0.05) == (name in ("RMSprop", "Adam"))

# %% [markdown]
# ## On one network
# Images of digits, 32 hidden neurons, the same initial weights and batches for all. The rates: 0.01 for SGD
# and momentum, 0.003 for the others. Then once more with the loss times 0.01, which changes neither the
# best weights nor the order of any two networks.

# %%
pixels, digits = load_digits(return_X_y=True)
order = np.random.default_rng(0).permutation(len(pixels))
pixels, digits = (pixels[order] / 16).astype("float32"), digits[order]
draws = np.random.default_rng(1)
BEGIN = [draws.normal(0, 0.2, (64, 32)), np.zeros(32), draws.normal(0, 0.2, (32, 10)), np.zeros(10)]
EPOCHS = 2 if SHORT else 8
NETWORK = {"SGD": 0.01, "momentum": 0.01, "RMSprop": 0.003, "Adam": 0.003}


def trained(optimizer, unit=1.0):
    """Loss of each epoch, in the usual unit."""
    hidden = layers.Dense(32, activation="relu")
    model = keras.Sequential([keras.Input((64,)), hidden, layers.Dense(10, activation="softmax")])
    model.set_weights(BEGIN)
    model.compile(optimizer, "sparse_categorical_crossentropy", loss_weights=[unit])
    optimizer.build(model.trainable_variables)  # or TensorFlow would trace the first step twice
    if keras.backend.backend() == "tensorflow":
        model.jit_compile = False  # XLA compiles for longer than these short runs take
    history = model.fit(pixels, digits, batch_size=32, epochs=EPOCHS, shuffle=False, verbose=0)
    return np.array(history.history["loss"]) / unit


def made(name):
    """A fresh one; Keras adds epsilon to RMSprop's s: it is to be below the squares of small gradients."""
    rate = NETWORK[name]
    if name == "RMSprop":
        return RMSprop(rate, epsilon=1e-14)
    return {"SGD": SGD(rate), "momentum": SGD(rate, momentum=0.9), "Adam": Adam(rate)}[name]


curves = {}
for name in NETWORK:
    curves[name] = {unit: trained(made(name), unit) for unit in (1.0, 0.01)}
    print(f"{name:9} loss {curves[name][1.0][-1]:.2f}, trained on a hundredth {curves[name][0.01][-1]:.2f}")
last = {name: both[1.0][-1] for name, both in curves.items()}
assert last["momentum"] < 0.75 * last["SGD"]
assert max(last.values()) == last["SGD"]
for name in ("SGD", "momentum"):
    assert curves[name][0.01][-1] > last[name] + 0.3
for name in ("RMSprop", "Adam"):
    assert abs(curves[name][0.01][-1] - last[name]) < 0.1 * curves[name][1.0][0]

with draw.style():
    title = "The same network and batches: SGD and momentum depend on the unit of the loss, the others do not"
    picture, panels = draw.figure(title, columns=2, width=9.4, height=3.4)
    for panel, (unit, label) in zip(
        panels, ((1.0, "the loss"), (0.01, "a hundredth of the loss")), strict=True
    ):
        for (name, both), color, mark in zip(curves.items(), draw.PALETTE, "os^D", strict=False):
            epochs = np.arange(1, EPOCHS + 1)
            panel.plot(
                epochs,
                both[unit],
                f"-{mark}",
                color=color,
                markersize=4,
                label=f"{name}, rate {NETWORK[name]}",
            )
        panel.set(xlabel="epoch", title=f"trained on {label}", ylim=(0, 2.7))
        panel.xaxis.get_major_locator().set_params(integer=True)
    panels[0].set_ylabel("training loss")
    panels[0].legend()
storage.write_bytes("pictures/concept_07_network.png", draw.png(picture))

# %% [markdown]
# Left: the usual loss. Right: trained on a hundredth of it, drawn in the same unit. SGD and momentum hardly
# learn any more; RMSprop and Adam draw the lines that they drew before.
#
# It does not follow that Adam is better. SGD with momentum and a rate that was searched for is as good on
# many networks, or better (Wilson et al. 2017, arXiv:1705.08292). Adam is easier: one rate near 0.001 to
# 0.003 is right, or not far off, for most.

# %% [markdown]
# ## The rate over time
# A batch's gradient is the right one plus noise. At a constant rate the noise keeps the weights away from
# the minimum for ever. On L = w^2 / 2 with noise of variance 1 the mean of w^2 settles at r / (2 - r). A
# falling rate lets them settle. kit's schedules:

# %%
noise = np.random.default_rng(0).normal(size=(2000, 400))  # runs, steps


def settled(rates):
    """Mean of w^2 at the end of 2000 noisy descents from 0."""
    w = np.zeros(2000)
    for rate, each in zip(rates, noise.T, strict=True):
        w = w - rate * (w + each)
    return float(np.mean(w**2))


constant, falling = settled(np.full(400, 0.4)), settled(0.4 * (1 + np.cos(np.pi * np.arange(400) / 400)) / 2)
print(f"mean of w^2: constant rate {constant:.3f} (formula {0.4 / 1.6:.3f}), falling rate {falling:.4f}")
assert abs(constant - 0.25) < 0.03
assert falling < constant / 10
storage.write_bytes("pictures/concept_07_schedules.png", draw.png(draw.schedule_curves()))

# %% [markdown]
# Left on a linear axis, right on a logarithmic one, where "exponential" is a straight line and "step" a
# staircase. Most begin with a short rise: the first gradients are the wildest.
#
# ## To think about
# With momentum 0.9, what is the largest total that a single gradient of 1 can move a weight by, at rate r?
# And what follows for the rate when momentum is switched on?

# %%
velocity, moved = 0.0, 0.0
for t in range(200):
    velocity = 0.9 * velocity - 0.01 * (t == 0)
    moved += velocity
print(f"A gradient of 1 at rate 0.01 moves the weight by {moved:.3f} in all")
assert abs(moved + 0.1) < 1e-6

# %% [markdown]
# r (1 + 0.9 + 0.81 + ...) = 10 r. Switching momentum on is like a rate ten times as large: lower it.
#
# ## What to remember
# - Momentum: a mean over time, for directions that agree. RMSprop: a scale for each weight. Adam: both.
# - SGD's rate has the unit of the loss in it. Adam's is the size of a step.
# - Start with Adam, search its rate first, let it fall at the end.
#
# Next: `08_batch_size_iterations_epochs.py`.
