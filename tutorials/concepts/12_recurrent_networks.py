# %% [markdown]
# # Recurrent networks: a state that is handed on
#
# Question: how does a network with fixed weights read a sequence of any length, and why does it forget?
#
# Claim: a recurrent layer is one small network applied again and again; by hand in NumPy it gives what
# Keras gives. A plain one forgets after some steps because its state is squeezed each time; the cell of an
# LSTM is kept by a gate. Padding must be masked, or the state is spoilt.
#
# To read: 8 minutes. To run: 10 seconds on two cores. Before: `11_convolutions_and_efficientnet.py`. After:
# `13_attention_and_transformers.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops

from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer sequences; every check below still holds
SEQUENCES = 600 if SHORT else 4000
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


def numbers(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(tensor)


def sigmoid(z):
    """1 / (1 + e^-z), from any number to 0 ... 1."""
    return 1 / (1 + np.exp(-z))


# %% [markdown]
# ## One step, by hand
# At each step the layer gets an input x_t and its own state of the step before, h_(t-1). Both are multiplied
# by weights, added, and squeezed to -1 ... 1:
#
#     h_t = tanh(x_t W + h_(t-1) U + b)
#
# W, U and b are the same in all steps. So the number of weights does not depend on the length, and what was
# learnt about an event holds wherever in the sequence it happens.

# %%
STEPS, FEATURES, UNITS = 7, 3, 5
x = rng.normal(size=(1, STEPS, FEATURES)).astype("float32")
recurrent = layers.SimpleRNN(UNITS, return_sequences=True)
states = numbers(recurrent(x))[0]
W, U, b = (numbers(each) for each in recurrent.cell.weights)


def rnn(x, W, U, b):
    """The states after each step, (sequences, steps, units), of sequences (sequences, steps, features)."""
    h, states = np.zeros((len(x), U.shape[0])), []
    for x_t in np.swapaxes(x, 0, 1):
        h = np.tanh(x_t @ W + h @ U + b)
        states.append(h)
    return np.stack(states, axis=1)


np.testing.assert_allclose(rnn(x, W, U, b)[0], states, atol=1e-5)
assert recurrent.count_params() == UNITS * (FEATURES + UNITS + 1)  # whatever STEPS is
save_picture(draw.unrolled(x[0], states), "concept_12_unrolled")

# %% [markdown]
# The picture is the loop, unrolled: seven copies of one layer, side by side. Each column is the state after
# a step, red above 0 and blue below. The upright arrow is the input (its mean is written), the level one is
# the state that is handed on. The last column has to hold all that is to be known about the sequence.
#
# ## Why it forgets
# How much does the last state still depend on an input k steps ago? Each step multiplies a small change by
# diag(1 - h_t^2) U'. Both factors shrink: 1 - h^2 is at most 1, and U is chosen so that it keeps lengths at
# best. After k steps it is a product of k such matrices. A product of numbers below 1 *vanishes*; of numbers
# above 1 it *explodes*. With weights the size of U times s:


# %%
def reach(scale, steps=60, units=32):
    """How large a change of the state is after 1, 2, ... steps, beside what it was."""
    rng = np.random.default_rng(1)
    U = scale * np.linalg.qr(rng.normal(size=(units, units)))[0]  # keeps lengths, times the scale
    h, change, sizes = 0.1 * rng.normal(size=units), np.eye(units), []
    for _ in range(steps):
        h = np.tanh(h @ U + 0.1 * rng.normal(size=units))
        change = change @ U * (1 - h**2)
        sizes.append(np.linalg.norm(change, 2))
    return np.array(sizes)


vanishing = {scale: reach(scale) for scale in (0.6, 0.9, 1.0)}
for scale, sizes in vanishing.items():
    print(
        f"U times {scale}: after 20 steps {sizes[19]:.1e}, after 60 steps {sizes[-1]:.1e} of a change is left"
    )
assert vanishing[0.6][19] < 1e-4
assert all(sizes[-1] < sizes[9] < 1 for sizes in vanishing.values())
U3 = 3 * np.linalg.qr(rng.normal(size=(32, 32)))[0]
assert np.linalg.norm(np.linalg.matrix_power(U3, 20), 2) > 1e9  # without tanh nothing stops it

# %% [markdown]
# ## The LSTM: a cell with gates
# Hochreiter and Schmidhuber (1997) added a second state, the cell c. It is not multiplied by a matrix and
# not squeezed. Three gates, numbers in 0 ... 1 for each unit, say what is forgotten, what is written and what
# is shown:
#
#     f = sigmoid(x W_f + h U_f + b_f)      keep this share of the cell
#     i = sigmoid(x W_i + h U_i + b_i)      write this share of the new
#     g = tanh(x W_g + h U_g + b_g)         the new
#     o = sigmoid(x W_o + h U_o + b_o)      show this share
#     c <- f * c + i * g
#     h <- o * tanh(c)
#
# Along the cell a change is multiplied by f in each step. With f = 0.99 a third of it is left after 100.
# Keras keeps the four blocks of weights side by side, in the order i, f, g, o.


# %%
def lstm(x, W, U, b):
    """The states h after each step, as `rnn`."""
    h, states = np.zeros((len(x), U.shape[0])), []
    c = np.zeros_like(h)
    for x_t in np.swapaxes(x, 0, 1):
        i, f, g, o = np.split(x_t @ W + h @ U + b, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        states.append(h)
    return np.stack(states, axis=1)


layer = layers.LSTM(UNITS, return_sequences=True)
in_keras = numbers(layer(x))
weights = [numbers(each) for each in layer.cell.weights]
np.testing.assert_allclose(lstm(x, *weights), in_keras, atol=1e-5)
assert layer.count_params() == 4 * UNITS * (FEATURES + UNITS + 1)
assert (np.split(weights[2], 4)[1] == 1).all()  # Keras begins with b_f = 1: gates that are open

# %% [markdown]
# ## Memory, measured
# Nothing need be trained to see how long a state remembers. Many sequences begin with a number of their own,
# and go on with small noise. After each step ask the state for that first number, by the best linear readout
# (least squares). The share of its variance that the readout gets right, on sequences that it was not made
# from, is what is still remembered: 1 is all, 0 is nothing. The state is read with an error of 0.01, as no
# network reads its numbers exactly. The forget bias of the second LSTM is 5: its
# gates stand at sigmoid(5) = 0.993.

# %%
WIDTH, LENGTH = 24, 60
signals = rng.normal(0, 0.1, (SEQUENCES, LENGTH, 1))
first = signals[:, 0, 0] = rng.uniform(-1, 1, SEQUENCES)


def plain(scale):
    """States of a plain recurrent layer for the signals."""
    U = scale * np.linalg.qr(rng.normal(size=(WIDTH, WIDTH)))[0]
    return rnn(signals, rng.normal(0, 0.5, (1, WIDTH)), U, np.zeros(WIDTH))


def gated(forget_bias):
    """States of an LSTM with this forget bias for the signals."""
    W, U = rng.normal(0, 0.5, (1, 4 * WIDTH)), rng.normal(0, 0.02, (WIDTH, 4 * WIDTH))
    return lstm(signals, W, U, np.repeat([0.0, forget_bias, 0.0, 0.0], WIDTH))


def remembered(states):
    """Share of the variance of the first input that can be read from the state, after each step."""
    half, shares = SEQUENCES // 2, []
    states = states + 0.01 * rng.normal(size=states.shape)
    for step in range(LENGTH):
        state = np.concatenate([states[:, step], np.ones((SEQUENCES, 1))], axis=1)
        squares = state[:half].T @ state[:half] + 1e-9 * np.eye(WIDTH + 1)
        readout = np.linalg.solve(squares, state[:half].T @ first[:half])
        left = first[half:] - state[half:] @ readout
        shares.append(max(0.0, 1 - left.var() / first[half:].var()))
    return np.array(shares)


memories = {
    "plain, U times 0.6": remembered(plain(0.6)),
    "plain, U times 0.9": remembered(plain(0.9)),
    "LSTM, forget bias 0": remembered(gated(0.0)),
    "LSTM, forget bias 5": remembered(gated(5.0)),
}
for name, shares in memories.items():
    print(f"{name:20} after 1 step {shares[0]:.2f}, 20 steps {shares[19]:.2f}, 60 steps {shares[59]:.2f}")
assert all(shares[0] > 0.95 for shares in memories.values())  # at first, all of them know
assert memories["plain, U times 0.6"][19] < 0.3 and memories["LSTM, forget bias 0"][19] < 0.3
assert memories["plain, U times 0.9"][59] < 0.3
assert memories["LSTM, forget bias 5"][59] > 0.5

with draw.style():
    title = "what is left of a first input: a plain layer forgets it, an LSTM with open gates does not"
    picture, (left, right) = draw.figure(title, columns=2, width=9.6, height=3.3)
    looks = ((draw.GRAY, "-"), (draw.ORANGE, "--"), (draw.SKY, "-."), (draw.BLUE, "-"))
    for (scale, sizes), (color, dashes) in zip(vanishing.items(), looks, strict=False):
        left.plot(range(1, 61), sizes, dashes, color=color, label=f"U times {scale}")
    left.plot(range(1, 61), 0.993 ** np.arange(1, 61), color=draw.BLUE, label="cell, f = 0.993")
    left.set(yscale="log", xlabel="steps", title="a small change of the state", ylim=(1e-9, 3))
    for (name, shares), (color, dashes) in zip(memories.items(), looks, strict=True):
        right.plot(range(1, 61), shares, dashes, color=color, label=name)
    right.set(xlabel="steps", title="share of the first input that can be read", ylim=(-0.02, 1.05))
    left.legend(fontsize=8, loc="lower left")
    right.legend(fontsize=8)
save_picture(picture, "concept_12_memory")

# %% [markdown]
# Left, on a logarithmic axis, straight lines: each step takes the same share away. It is also the size of the
# gradient that training sends back through the steps, so a plain layer *learns* nothing about what is far
# away. Right: so the first input is gone from the state. Gates that stand open keep it, and training may
# choose for each unit how long. The other end, gradients that explode, is cut off by `clipnorm` of the
# optimizer. (Pascanu et al. 2013, arXiv:1211.5063, explain both.)
#
# ## Padding and masks
# A batch is a block, so short sequences are filled up, mostly with zeros. A zero is an input like any other:
# the state goes on changing, and the last state is no longer that of the end of the sequence. A *mask* says
# which steps to skip; then the state is handed on as it is.

# %%
LENGTHS = [3, 7]
padded = np.zeros((2, STEPS, FEATURES), "float32")
for row, length in enumerate(LENGTHS):
    padded[row, :length] = x[0, :length]
mask = np.arange(STEPS) < np.array(LENGTHS)[:, None]
layer = layers.LSTM(UNITS, return_sequences=True)
alone = numbers(layer(x[:, :3]))[0, -1]  # the short sequence as it is
without = numbers(layer(padded))[0]
with_mask = numbers(layer(padded, mask=ops.convert_to_tensor(mask)))[0]
print(
    f"last state, alone {alone.round(2)}\nmasked {with_mask[-1].round(2)}\nnot masked {without[-1].round(2)}"
)
np.testing.assert_allclose(with_mask[-1], alone, atol=1e-6)
assert np.abs(without[-1] - alone).max() > 0.02
said = [f"{value:.2f}" for value in x[0, :3].mean(axis=1)] + ["pad"] * 4
title = "padding with a mask: the state of step 3 is handed on as it is"
save_picture(draw.unrolled(said, with_mask, masked=~mask[0], title=title), "concept_12_mask")

# %% [markdown]
# In the picture the gray columns are the same as the third one. In Keras a mask comes from
# `Embedding(mask_zero=True)` or from `Masking`, and is passed on from layer to layer; `kit.doctor` has the
# rule `padding_without_mask`.

# %%
words = np.array([[4, 2, 9, 0, 0], [4, 2, 9, 5, 1]])  # 0 is padding
embedding = layers.Embedding(10, 4, mask_zero=True)
last = layers.LSTM(UNITS)
short, long = numbers(last(embedding(words)))
np.testing.assert_allclose(short, numbers(last(embedding(words[:1, :3])))[0], atol=1e-6)
assert np.abs(short - long).max() > 1e-3
assert numbers(embedding.compute_mask(words)).sum(axis=1).tolist() == [3, 5]

# %% [markdown]
# ## What to remember
# - One layer, the same weights in each step; the state is all that it knows.
# - A plain layer forgets by a constant factor a step. Gates make that factor a thing that is learnt.
# - Mask what is padded.
# - Steps come one after the other, so long sequences are slow. Attention, next, looks at all at once.
#
# To think about: `Bidirectional` runs a second layer from the end to the beginning. For which questions is
# that cheating?
