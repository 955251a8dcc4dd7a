# %% [markdown]
# # Batch size, iterations, epochs
#
# Question: how many samples should a step look at, and how does that change everything else?
#
# Claim: a batch's gradient is the full one plus noise that falls with the root of the batch size. Small
# batches make many noisy steps of an epoch, large ones few good ones.
#
# To read: 6 minutes. To run: 5 seconds on two cores. Before: `07_optimizers.py`. After:
# `09_overfitting_and_what_helps.py`.

# %%
import keras
import numpy as np
from keras import layers

from kit import draw, gradients, storage

# %% [markdown]
# ## Three words
# - *Batch*: the samples whose mean gradient makes one step. *Batch size*: their number, B.
# - *Iteration*: one step, so one batch.
# - *Epoch*: every training sample was used once. With N samples that is N / B iterations, rounded up: the
#   last batch has what is left.
#
# Keras counts them: 100 samples, batches of 32, 3 epochs.


# %%
def small_model(optimizer):
    """One layer on two inputs; run step by step, since tracing takes longer than these few steps."""
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, kernel_initializer="zeros")])
    model.compile(optimizer, "mse", run_eagerly=keras.backend.backend() == "tensorflow")
    return model


draws = np.random.default_rng(0)
inputs = draws.normal(size=(100, 2)).astype("float32")
targets = (inputs @ np.array([[2.0], [-1.0]]) + 0.5).astype("float32")
steps = []
count = keras.callbacks.LambdaCallback(on_train_batch_end=lambda batch, logs: steps.append(batch))
model = small_model(keras.optimizers.SGD(0.05))
model.fit(inputs, targets, batch_size=32, epochs=3, verbose=0, callbacks=[count])
print(f"{len(steps)} iterations, numbered {steps}; the last of an epoch has {100 % 32} samples")
assert len(steps) == 3 * int(np.ceil(100 / 32)) == 12

# %% [markdown]
# ## A batch's gradient is an estimate
# The loss of an epoch is a mean over samples, and so is its gradient. The mean of the gradients of four
# batches of 25 is exactly the gradient of all 100 samples. (So a large batch that does not fit into memory
# can be had in parts: kit's optimizers take `accumulate`.)

# %%
whole = list(gradients.of_weights(model, inputs, targets).values())
parts = [
    list(gradients.of_weights(model, inputs[start : start + 25], targets[start : start + 25]).values())
    for start in range(0, 100, 25)
]
for place, full in enumerate(whole):
    np.testing.assert_allclose(np.mean([part[place] for part in parts], axis=0), full, atol=1e-6)
away = [float(np.linalg.norm(part[0] - whole[0]) / np.linalg.norm(whole[0])) for part in parts]
print("Each part alone is off by", [f"{each:.0%}" for each in away])
assert min(away) > 0.01

# %% [markdown]
# How far is one batch off? The mean of B random samples has 1 / sqrt(B) of the deviation of one. Four times
# the batch halves the noise, and costs four times the work. A line y = w x + b through noisy points:

# %%
N = 64
x = draws.normal(size=N)
y = 2 * x + 1 + draws.normal(0, 0.7, N)


def loss(w, b):
    """Mean squared error of all samples, for arrays of weights."""
    errors = np.multiply.outer(w, x) + np.asarray(b)[..., None] - y
    return (errors**2).mean(axis=-1)


def slope(w, chosen):
    """Gradient of the mean over the chosen samples."""
    error = w[0] * x[chosen] + w[1] - y[chosen]
    return 2 * np.array([(error * x[chosen]).mean(), error.mean()])


START = np.array([-1.0, -1.5])
full = slope(START, np.arange(N))
np.testing.assert_allclose(full, gradients.of_surface(loss, START), atol=1e-6)
sizes = np.array([1, 4, 16, 64, 256])
noise = np.array(
    [
        np.sqrt(
            np.mean([np.sum((slope(START, draws.integers(0, N, size)) - full) ** 2) for _ in range(2000)])
        )
        for size in sizes
    ]
)
print("Noise by batch size:", dict(zip(sizes.tolist(), noise.round(3).tolist(), strict=True)))
np.testing.assert_allclose(noise[:-1] / noise[1:], 2, rtol=0.12)

with draw.style():
    picture, panel = draw.figure("Four times the batch, half the noise", width=5.6, height=3.2)
    panel.plot(sizes, noise, "o", color=draw.BLUE, label="measured, 2000 batches each")
    panel.plot(sizes, noise[0] / np.sqrt(sizes), "--", color=draw.ORANGE, label="noise of one / sqrt(size)")
    panel.axhline(np.linalg.norm(full), color=draw.GRAY, linestyle=":")
    panel.text(
        256,
        np.linalg.norm(full),
        "length of the gradient",
        color=draw.GRAY,
        ha="right",
        va="bottom",
        fontsize=9,
    )
    panel.set(xlabel="batch size", ylabel="deviation of the gradient", xscale="log", yscale="log")
    panel.set_xticks(sizes, [str(size) for size in sizes])
    panel.legend(loc="lower left")
storage.write_bytes("pictures/concept_08_noise.png", draw.png(picture))

# %% [markdown]
# The dots lie on the line of 1 / sqrt(B). With one sample the noise is longer than the gradient itself
# (dotted): a step may go anywhere, and only the mean of many steps goes down.
#
# ## The way down
# The same line, four epochs, the same learning rate, three batch sizes. Every epoch has a new order.


# %%
def descent(size, rate=0.1, epochs=4, seed=0):
    """(steps + 1, 2) weights of gradient descent by batches of so many samples."""
    order, w, way = np.random.default_rng(seed), START, [START]
    for _ in range(epochs):
        shuffled = order.permutation(N)
        for start in range(0, N, size):
            w = w - rate * slope(w, shuffled[start : start + size])
            way.append(w)
    return np.array(way)


ways = {size: descent(size) for size in (1, 8, 64)}
design = np.stack([x, np.ones(N)], axis=1)
lowest = float(loss(*np.linalg.lstsq(design, y, rcond=None)[0]))
after_one = {size: float(loss(*way[N // size])) for size, way in ways.items()}
at_end = {size: float(loss(*way[-1])) for size, way in ways.items()}
for size in ways:
    print(f"batch of {size:2}: loss {after_one[size]:.2f} after one epoch, {at_end[size]:.2f} after four")
print(f"Lowest possible: {lowest:.2f}")
assert [len(way) - 1 for way in ways.values()] == [256, 32, 4]
assert max(after_one[1], after_one[8]) < after_one[64] / 2
picture = draw.batch_paths(loss, ways, samples=N, x=(-1.8, 3.6), y=(-2.2, 2.6), names=("w", "b"))
storage.write_bytes("pictures/concept_08_paths.png", draw.png(picture))

# %% [markdown]
# One sample a step (blue) is near the minimum after a quarter of an epoch, and never rests there. All 64 a
# step (green) goes straight and has made four steps only. Eight a step (orange) are the best of both here.
#
# With enough epochs the picture turns: the full batch reaches the minimum exactly, and one sample a step
# still dances around it. A falling learning rate cures that (tutorial 7).

# %%
long = {size: loss(*descent(size, epochs=40).T) for size in (1, 64)}
dance = float(long[1][-N * 10 :].mean())  # over the last ten epochs
print(f"After 40 epochs: full batch {long[64][-1]:.4f}, one sample {dance:.4f}, lowest {lowest:.4f}")
assert long[64][-1] - lowest < 1e-3
assert dance - lowest > 0.01

# %% [markdown]
# ## Batch size and learning rate belong together
# Four times the batch makes a quarter of the steps. With four times the rate each of them goes four times
# as far, and the way is about the same (Goyal et al. 2017, arXiv:1706.02677). It holds as long as the rate
# stays below the border of tutorial 6.

# %%
small, same, scaled = (
    float(loss(*descent(size, rate, epochs=1)[-1])) for size, rate in ((4, 0.02), (16, 0.02), (16, 0.08))
)
print(
    f"Loss after one epoch: batch 4 {small:.2f}; batch 16 {same:.2f}, with four times the rate {scaled:.2f}"
)
assert abs(scaled - small) < 0.25 * abs(same - small)

# %% [markdown]
# ## Which size?
# - Too small wastes the machine: every step has a fixed cost, however few its samples.
# - Too large wastes samples: beyond some size a better gradient does not make a better step.
# - 32 to 256 are usual for a start. In kit batch size and epochs are settings like others:
#   `kit.fit(model, data, batch_size=64, epochs=20)`, and `kit.search` may choose them.
#
# ## To think about
# N = 1000. Which trains longer: 10 epochs with batches of 10, or 50 epochs with batches of 100? And why is
# the order drawn anew in each epoch?

# %%
first, second = (epochs * int(np.ceil(1000 / size)) for epochs, size in ((10, 10), (50, 100)))
print(f"{first} steps on {10 * 1000} samples against {second} steps on {50 * 1000} samples")
assert (first, second) == (1000, 500)
by_label = np.argsort(y)  # as files often are: one class after the other
sided = [float(np.linalg.norm(slope(START, part) - full)) for part in by_label.reshape(8, 8)]
mixed = [float(np.linalg.norm(slope(START, part) - full)) for part in draws.permutation(N).reshape(8, 8)]
print(f"A batch of 8 is off by {np.mean(sided):.1f} if samples are sorted, by {np.mean(mixed):.1f} if mixed")
assert np.mean(sided) > 1.5 * np.mean(mixed)

# %% [markdown]
# The first makes more steps, the second reads more samples. Training is counted in both, so say which.
# Batches of sorted samples pull to one side each; mixed ones are small pictures of the whole.
#
# ## What to remember
# - Iterations in an epoch = N / B, rounded up.
# - Noise falls with the root of the batch size, work grows with the size.
# - Change the batch size and the learning rate together.
#
# Next: `09_overfitting_and_what_helps.py` asks whether what was learnt holds for new samples.
