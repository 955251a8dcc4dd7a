# %% [markdown]
# # Losses: what a network is told to be good at
#
# Question: why do two networks that differ only in their loss learn different things from the same data?
#
# Claim: the value of a loss says what is best, and its slope says which samples pull. Squared errors are
# ruled by outliers, hinge stops at a margin, cross-entropy never does, and Dice hears rare pixels.
#
# To read: 8 minutes. To run: 10 seconds on two cores. Before: `04_why_non_linearity.py`. After:
# `06_gradient_descent.py`.

# %%
import os

import keras
import numpy as np

import kit
from kit import draw, gradients, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer steps; every check below still holds
rng = np.random.default_rng(0)

# %% [markdown]
# ## Numbers: MSE, MAE, Huber
# With e = output - target:
#
#     squared error   e^2                                   slope 2 e
#     absolute error  |e|                                   slope -1 or 1
#     Huber           e^2 / 2 if |e| <= 1, else |e| - 1/2   slope e, at most 1
#
# MSE and MAE are the means of the first two over the samples.


# %%
def squared(e):
    """MSE of each sample."""
    return e**2


def absolute(e):
    """MAE of each sample."""
    return np.abs(e)


def huber(e):
    """Squared up to 1, absolute beyond. Source: Huber 1964."""
    return np.where(np.abs(e) <= 1, e**2 / 2, np.abs(e) - 0.5)


LOSSES = {"mse": squared, "mae": absolute, "huber": huber}
errors = np.array([[-3.0], [-0.5], [0.25], [8.0]], "float32")
for name, function in LOSSES.items():
    loss = kit.match.make_loss(kit.match.resolve("numeric", name))
    found = keras.ops.convert_to_numpy(loss.call(np.zeros_like(errors), errors))
    np.testing.assert_allclose(found, function(errors[:, 0]), rtol=1e-6)
storage.write_bytes("pictures/concept_05_numbers.png", draw.png(draw.loss_curves(["mse", "mae", "huber"])))

# %% [markdown]
# The right side is the more important one: an error of 3 pulls six times as hard as one of 0.5 in MSE, and
# just as hard in MAE. Huber is MSE near 0, where MAE jumps, and MAE far away.

# %% [markdown]
# ### What is the best single number?
# For MSE it is the mean, for MAE the median. Nine values near 1 and one of 100:

# %%
values = np.array([0.8, 0.9, 0.9, 1.0, 1.0, 1.1, 1.1, 1.2, 1.3, 100.0])
guesses = np.linspace(0, 20, 20001)
best = {
    name: guesses[function(guesses[:, None] - values).mean(axis=1).argmin()]
    for name, function in LOSSES.items()
}
told = ", ".join(f"{name} {guess:.2f}" for name, guess in best.items())
print(f"mean {values.mean():.2f}, median {np.median(values):.2f}; best for {told}")
assert abs(best["mse"] - values.mean()) < 0.001
assert 1.0 <= best["mae"] <= 1.1  # between the two in the middle
assert 1.0 < best["huber"] < 1.5

# %% [markdown]
# ### A line through outliers
# Forty points on y = 2 x + 1 with a little noise, four of them measured 30 too high. The same optimizer
# fits the line by each loss.

# %%
x = np.linspace(-3, 3, 40)
y = 2 * x + 1 + rng.normal(0, 0.3, 40)
y[[30, 33, 36, 38]] += 30
STEPS = 150 if SHORT else 400
lines = {}
for name, function in LOSSES.items():
    way = gradients.path(
        lambda slope, shift, f=function: f(slope * x + shift - y).mean(),
        keras.optimizers.Adam(0.2),
        (0.0, 0.0),
        STEPS,
    )
    lines[name] = way[-1]
    print(f"{name:6} y = {way[-1][0]:.2f} x + {way[-1][1]:.2f}")
assert lines["mse"][0] > 3 and lines["mse"][1] > 3
for robust in ("mae", "huber"):
    assert abs(lines[robust][0] - 2) < 0.35 and abs(lines[robust][1] - 1) < 0.5

with draw.style():
    title = "36 points lie on a line, 4 do not: MSE follows the few, MAE and Huber the many"
    picture, panel = draw.figure(title, width=6.6, height=3.6)
    panel.plot(x, y, "o", color=draw.GRAY, markersize=4)
    for (name, (slope, shift)), color, dashes in zip(
        lines.items(), draw.PALETTE, ("-", "--", "-."), strict=False
    ):
        panel.plot(x, slope * x + shift, dashes, color=color, label=f"{name}: {slope:.2f} x + {shift:.2f}")
    panel.set(xlabel="x", ylabel="y")
    panel.legend()
storage.write_bytes("pictures/concept_05_outliers.png", draw.png(picture))

# %% [markdown]
# MSE is not wrong: the mean is what it promises. If the 30 are real and rare costs (a flood, a breakdown),
# the mean is what you want. If they are faults of measurement, it is not.

# %% [markdown]
# ## Two classes: cross-entropy against hinge
# Let s be the score of the true class, before any activation.
#
#     cross-entropy   -ln sigmoid(s) = ln(1 + e^-s)     slope between -1 and 0, never 0
#     hinge           max(0, 1 - s)                     slope -1 below the margin 1, 0 beyond
#
# In kit one word changes the loss, and with it all that must change: output, targets and decision.

# %%
for loss in ("crossentropy", "hinge"):
    row = kit.Classification(("cat", "dog"), loss=loss).match
    print(f"{loss:13} output {row.activation:8} targets {row.code:10} decision {row.decide}")
storage.write_bytes(
    "pictures/concept_05_two_classes.png", draw.png(draw.loss_curves(["crossentropy", "hinge"], of="score"))
)

# %% [markdown]
# Left: the grey step counts mistakes, and its slope is 0; the losses follow it and have one. Right: no
# wrong label can pull harder than 1. Beyond the margin hinge asks nothing more, cross-entropy always does.
#
# What they ask for differs, too. Say a share P of all samples that look the same are dogs. The best score
# for cross-entropy is ln(P / (1 - P)): its sigmoid is P, a probability. The best score for hinge is 1 for
# every P above one half: it decides, and says nothing of how sure it is.

# %%
scores = np.linspace(-4, 4, 8001)
for share in (0.6, 0.9):
    entropy = share * np.log1p(np.exp(-scores)) + (1 - share) * np.log1p(np.exp(scores))
    hinge = share * np.maximum(0, 1 - scores) + (1 - share) * np.maximum(0, 1 + scores)
    sure, decided = scores[entropy.argmin()], scores[hinge.argmin()]
    print(f"{share:.0%} dogs: best score {sure:.2f} by cross-entropy, {decided:.2f} by hinge")
    assert abs(1 / (1 + np.exp(-sure)) - share) < 0.001
    assert abs(decided - 1) < 0.001

# %% [markdown]
# ## From probabilities to probabilities: KL
# Targets may be probabilities themselves: three doctors of ten say "yes". The *Kullback-Leibler divergence*
# measures how far outputs q are from targets p:
#
#     KL(p, q) = sum of p ln(p / q) = cross-entropy(p, q) - entropy(p)
#
# It is 0 only if q = p, and it is not symmetric. Cross-entropy has the same slope, but its lowest value is
# the entropy of p, not 0: a loss of 0.8 may be perfect.

# %%
p, q = np.array([0.7, 0.2, 0.1]), np.array([0.5, 0.3, 0.2])
kl, back = (p * np.log(p / q)).sum(), (q * np.log(q / p)).sum()
cross_entropy, entropy = -(p * np.log(q)).sum(), -(p * np.log(p)).sum()
print(f"KL {kl:.4f}, the other way {back:.4f}; cross-entropy {cross_entropy:.4f}, at best {entropy:.4f}")
assert abs(kl - (cross_entropy - entropy)) < 1e-12
assert abs(float(keras.losses.kl_divergence(p[None], q[None])[0]) - kl) < 1e-6
assert abs(kl - back) > 0.001 and (p * np.log(p / p)).sum() == 0

# %% [markdown]
# ## Rare pixels: Dice
# A mask of 64 x 64 pixels in which an object covers 21, half a percent. Cross-entropy is a mean over
# pixels; each counts the same. *Dice* compares areas:
#
#     Dice loss = 1 - 2 |shared| / (|true| + |said|)
#
# First, how much do the 21 pixels have to say? Take a network that says 0.5 everywhere, and sum the slopes
# of the loss over the pixels of the object and over the rest.

# %%
SIDE = 64
row, column = np.mgrid[:SIDE, :SIDE]


def disc(radius):
    """(1, 64, 64) mask of 0 and 1."""
    return ((row - 32) ** 2 + (column - 32) ** 2 <= radius**2).astype("uint8")[None]


def mask_loss(name, mask):
    """Function (1, 64, 64, 1) -> (1,) of a loss of kit's match table."""
    loss = kit.match.make_loss(kit.match.resolve("binary mask", name))
    return lambda said: loss.call(mask, said)


mask = disc(2.5)
even = np.full((1, SIDE, SIDE, 1), 0.5, "float32")
voice = {}
for name in ("crossentropy", "dice"):
    slope = np.abs(gradients.of_function(mask_loss(name, mask), even))[..., 0]
    voice[name] = float(slope[mask == 1].sum() / slope.sum())
share = mask.mean()
print(f"The object covers {share:.2%}; its share of the slope:", {n: f"{v:.1%}" for n, v in voice.items()})
assert abs(voice["crossentropy"] - share) < 1e-4
assert voice["dice"] > 0.4

# %% [markdown]
# Second, what is the price of finding nothing? A network that says 0.01 everywhere has missed the object.
# The rarer the object, the less cross-entropy minds. Dice minds always.

# %%
nothing = np.full((1, SIDE, SIDE, 1), 0.01, "float32")
radii = (20.0, 14.0, 10.0, 7.0, 5.0, 3.5, 2.5, 1.5)
covered = np.array([disc(radius).mean() for radius in radii])
price = {
    name: np.array([float(mask_loss(name, disc(radius))(nothing)[0]) for radius in radii])
    for name in ("crossentropy", "dice")
}
by_hand = -covered * np.log(0.01) - (1 - covered) * np.log(0.99)
np.testing.assert_allclose(price["crossentropy"], by_hand, rtol=1e-3)
rare = covered < 0.01
assert price["crossentropy"][rare].max() < 0.06 < 1 < price["crossentropy"][0]
assert price["dice"].min() > 0.75

with draw.style():
    title = "The price of finding nothing: cross-entropy forgives it where objects are small"
    picture, panel = draw.figure(title, width=6.6, height=3.4)
    for name, color, mark in (("crossentropy", draw.BLUE, "o-"), ("dice", draw.ORANGE, "s--")):
        panel.plot(100 * covered, price[name], mark, color=color, label=name)
    panel.set(
        xlabel="share of pixels that the object covers, percent", ylabel="loss", xscale="log", ylim=(0, 1.6)
    )
    panel.legend()
storage.write_bytes("pictures/concept_05_rare_pixels.png", draw.png(picture))

# %% [markdown]
# Read it from right to left: as the object shrinks, the blue line falls to 0 and the orange one stays.
#
# ## To think about
# A model for house prices is trained with MAE and always predicts a little too low on average. Is that a
# fault? Look at prices that have a long tail to the right.

# %%
prices = np.exp(rng.normal(12, 0.8, 5000))
print(f"median {np.median(prices):,.0f}, mean {prices.mean():,.0f}")
assert np.median(prices) < 0.85 * prices.mean()

# %% [markdown]
# No: MAE asks for the median, and with a long tail the median lies below the mean. Sums of its predictions
# will be too low. Who needs totals takes MSE.
#
# ## What to remember
# - MSE: mean, outliers rule. MAE: median. Huber: between the two.
# - Cross-entropy gives probabilities, hinge only a side.
# - A mean over pixels does not hear rare ones. Dice does.
# - Change the loss and you change output, targets and decision: `02_what_belongs_together.py`, one folder up.
#
# Next: `06_gradient_descent.py` goes down the loss.
