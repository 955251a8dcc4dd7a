# %% [markdown]
# # Gradient descent: steps, their size, and where they end
#
# Question: how far is a step of learning to go, and what is at the end of the way?
#
# Claim: a learning rate below 2 / curvature goes down, above it goes up. Descent ends where the slope is 0:
# in a minimum near the start, or for a long time at a saddle point.
#
# To read: 6 minutes. To run: 5 seconds on two cores. Before: `05_losses.py`. After: `07_optimizers.py`.

# %%
import keras
import numpy as np
from sklearn.datasets import load_digits

from kit import draw, gradients, storage

SGD = keras.optimizers.SGD

# %% [markdown]
# ## One step
# The gradient points uphill. A step goes against it, and the *learning rate* says how far:
#
#     w  <-  w - rate * dL/dw
#
# Take L = w^2, whose slope is 2 w. By hand: each step multiplies w by (1 - 2 rate). The factor tells all:
#
#     rate 0.02   factor 0.96    creeps
#     rate 0.30   factor 0.40    arrives
#     rate 0.95   factor -0.90   jumps from side to side, and still arrives
#     rate 1.05   factor -1.10   jumps higher each time


# %%
def bowl(w):
    """L = w^2."""
    return w**2


START, RATES = 2.5, (0.02, 0.3, 0.95, 1.05)
ways = {rate: gradients.path(bowl, SGD(rate), [-START], 12)[:, 0] for rate in RATES}
for rate, way in ways.items():
    np.testing.assert_allclose(way, -START * (1 - 2 * rate) ** np.arange(13), rtol=1e-4, atol=1e-5)
losses = {rate: float(bowl(way[-1])) for rate, way in ways.items()}
print("Loss after 12 steps:", {rate: round(loss, 3) for rate, loss in losses.items()})
assert losses[0.3] < 1e-6 < losses[0.95] < losses[0.02] < bowl(START) < losses[1.05]

named = {f"learning rate {rate}": way for rate, way in ways.items()}
storage.write_bytes(
    "pictures/concept_06_rates.png", draw.png(draw.descent_steps(bowl, named, low=-4, high=4))
)

# %% [markdown]
# The ring is the start, the blue dot the end. At 1.05 the steps leave the picture.
#
# The border is not a matter of luck: it is 2 / curvature, the curvature being the slope of the slope (2
# here, so the border is 1). At 1 / curvature one step arrives. A steeper bowl needs smaller steps.

# %%
for curvature in (0.5, 2.0, 10.0):
    steep = gradients.path(lambda w, c=curvature: c * w**2 / 2, SGD(1.9 / curvature), [1.0], 40)
    burst = gradients.path(lambda w, c=curvature: c * w**2 / 2, SGD(2.1 / curvature), [1.0], 40)
    once = gradients.path(lambda w, c=curvature: c * w**2 / 2, SGD(1.0 / curvature), [1.0], 1)
    assert abs(steep[-1, 0]) < 0.02 and abs(burst[-1, 0]) > 40 and abs(once[-1, 0]) < 1e-4
print("below 2 / curvature it arrives, above it bursts")

# %% [markdown]
# ## Local minima: the end depends on the start
# A curve with two valleys. Descent knows the slope under its feet and nothing else, so it ends in the
# valley it started in.


# %%
def valleys(w):
    """Two valleys; the left one is deeper."""
    return (w**2 - 1) ** 2 / 4 + 0.15 * w


starts = {
    f"start at {start}": gradients.path(valleys, SGD(0.2), [start], 40)[:, 0]
    for start in (-1.7, 0.0, 0.4, 1.7)
}
ends = np.array([way[-1] for way in starts.values()])
print("Ends:", ends.round(3), "losses:", valleys(ends).round(3))
assert np.ptp(ends[:2]) < 0.01 and np.ptp(ends[2:]) < 0.01
assert valleys(ends[0]) < valleys(ends[3]) - 0.2
for end in ends:
    assert abs(gradients.of_surface(valleys, [end])[0]) < 1e-3  # the slope is 0 in both
title = "Two valleys: where descent ends depends on where it starts"
picture = draw.descent_steps(valleys, starts, low=-1.9, high=1.9, title=title)
storage.write_bytes("pictures/concept_06_valleys.png", draw.png(picture))

# %% [markdown]
# ## Saddle points: flat, and not the end
# With two weights there is a third place of slope 0: uphill in one direction, downhill in another. L = x^2
# / 2 - y^2 / 2 + y^4 / 4 has one at (0, 0), and its two minima at (0, -1) and (0, 1).


# %%
def saddle(x, y):
    """A saddle between two minima."""
    return x**2 / 2 - y**2 / 2 + y**4 / 4


ways = {
    f"start at y = {y:g}": gradients.path(saddle, SGD(0.1), (-1.6, y), 140) for y in (0.0, 0.001, 0.2, -0.2)
}
at_saddle, late, early, _ = ways.values()
print(f"Start at exactly 0: ends at {at_saddle[-1].round(3)}. A thousandth beside it: {late[-1].round(3)}")
np.testing.assert_allclose(at_saddle[-1], [0, 0], atol=1e-3)
np.testing.assert_allclose(late[-1], [0, 1], atol=0.02)
np.testing.assert_allclose(early[-1], [0, 1], atol=1e-3)


def left(way):
    """First step at which a path is on its way to a minimum."""
    return int(np.argmax(np.abs(way[:, 1]) > 0.5))


print(f"{left(late)} steps to leave from 0.001, {left(early)} from 0.2")
assert left(late) > 4 * left(early) > 0

curvatures = [
    (gradients.of_surface(saddle, step) - gradients.of_surface(saddle, -step)) / 0.02
    for step in 0.01 * np.eye(2)
]
assert np.linalg.eigvalsh(curvatures).round(2).tolist() == [
    -1.0,
    1.0,
]  # up in one direction, down in the other

title = "A saddle: slope 0, but not the end. The nearer to its ridge, the longer descent waits."
picture = draw.loss_surface(saddle, ways, x=(-1.9, 0.9), y=(-1.4, 1.4), title=title)
storage.write_bytes("pictures/concept_06_saddle.png", draw.png(picture))

# %% [markdown]
# The blue path starts exactly on the ridge and stays at the saddle. A thousandth beside it (red), the path
# looks the same for forty steps, and then falls. A loss that has been flat for long may be a saddle. In
# practice the noise of small batches pushes off the ridge: see tutorial 8.
#
# Are there many? A place of slope 0 is a minimum only if it curves upward in *every* direction. Were each
# direction a coin, that would be rare with many weights. Random symmetric matrices as curvatures:

# %%
rng = np.random.default_rng(0)
minima = {}
for size in (1, 2, 3, 8):
    square = rng.normal(size=(2000, size, size))
    lowest = np.linalg.eigvalsh(square + square.transpose(0, 2, 1))[:, 0]
    minima[size] = float((lowest > 0).mean())
print("Share of minima among random places of slope 0, by number of weights:", minima)
assert minima[1] > 0.4 > minima[2] > 0.1 > minima[3] > minima[8] == 0

# %% [markdown]
# So in large networks most of what looks like a bad minimum is a saddle (Dauphin et al. 2014,
# arXiv:1406.2572).

# %% [markdown]
# ## A rate for a real model
# Nobody knows the curvature of a network, and it changes on the way. So try. Here softmax regression on
# images of digits: ten steps for each of 25 rates.

# %%
pixels, digits = load_digits(return_X_y=True)
pixels, truth = pixels[:600] / 16, np.eye(10)[digits[:600]]


def chances(weights):
    """(600, 10) probabilities."""
    scores = pixels @ weights
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def loss_after(rate, steps=10):
    """Cross-entropy of all samples after so many steps from 0."""
    weights = np.zeros((64, 10))
    for _ in range(steps):
        weights -= rate * pixels.T @ (chances(weights) - truth) / len(pixels)
    return -np.log(np.maximum((chances(weights) * truth).sum(axis=1), 1e-30)).mean()


rates = np.geomspace(1e-3, 100, 25)
reached = np.array([loss_after(rate) for rate in rates])
best = rates[reached.argmin()]
print(f"Loss before ln 10 = {np.log(10):.2f}; best rate {best:.2g}: {reached.min():.2f}")
assert reached[0] > 0.9 * np.log(10)  # too small: hardly anything learnt
assert reached.min() < 0.4 * np.log(10) and 0.3 < best < 10
assert reached[-1] > 2 * np.log(10)  # too large: worse than before
picture = draw.loss_against_rate(rates, reached, start=float(np.log(10)))
storage.write_bytes("pictures/concept_06_loss_against_rate.png", draw.png(picture))

# %% [markdown]
# Too small costs time only. Too large learns nothing, and the border between right and too large is sharp.
# So the usual advice: find the largest rate that works, and stay a little below it.
# `kit.find_learning_rate(model, data)` does that in one run of a few seconds: its rate rises until the loss
# bursts. Compare by a factor of 2 or 3 at a time, never by percents.

# %% [markdown]
# ## To think about
# A bowl is 25 times as steep in one direction as in the other: L = x^2 / 2 + 25 y^2 / 2. Which rate is the
# largest that works, and how long does the flat direction take with it?

# %%
steep = gradients.path(lambda x, y: x**2 / 2 + 25 * y**2 / 2, SGD(0.95 * 2 / 25), (1.0, 1.0), 30)
print(f"After 30 steps: x {steep[-1, 0]:.3f}, y {steep[-1, 1]:.3f}")
assert abs(steep[-1, 1]) < abs(steep[-1, 0])
assert abs(steep[-1, 0] - (1 - 0.076) ** 30) < 1e-3

# %% [markdown]
# The steep direction sets the limit, 2 / 25. In the flat one a step is then only 8 % of the way. That is
# the trouble that momentum and Adam were made for.
#
# ## What to remember
# - A step is rate times slope. Below 2 / curvature it goes down, above it goes up.
# - Slope 0 is a minimum, a maximum or a saddle. In many dimensions mostly a saddle.
# - The rate is the first setting to search, on a logarithmic scale.
#
# Next: `07_optimizers.py`.
