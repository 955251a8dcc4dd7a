# %% [markdown]
# # What a neuron does: it weighs its inputs, shifts the sum, and bends it
#
# Question: what can one neuron decide, and what are its weights and its bias for?
#
# Claim: the weights say how much each input counts, the bias says where the neuron changes its mind, and
# one neuron draws one straight line.
#
# To read: 5 minutes. To run: 5 seconds on two cores. Before: nothing. After:
# `02_back_propagation_by_hand.py`.

# %%
import itertools

import keras
import numpy as np
from keras import ops

from kit import draw, gradients, storage

keras.utils.set_random_seed(0)


def sigmoid(z):
    """From any number to 0 to 1."""
    return 1 / (1 + np.exp(-z))


# %% [markdown]
# ## In words, as a formula, as code
# A neuron multiplies each input by a *weight*, adds all of it up, adds a *bias*, and sends the sum through
# an *activation function*:
#
#     z = w1 x1 + w2 x2 + ... + b          the weighted sum
#     y = f(z)                             the output
#
# The activation here is the sigmoid, 1 / (1 + e^-z): far below 0 it says 0, far above it says 1. Two
# samples with two inputs each, by hand: 3 * 0.8 - 2 * 0.3 - 1 = 0.8, and sigmoid(0.8) = 0.69.


# %%
def neuron(x, weights, bias):
    """(samples, inputs) -> (samples,) outputs."""
    return sigmoid(x @ weights + bias)


x = np.array([[0.8, 0.3], [0.1, 0.9]])
weights, bias = np.array([3.0, -2.0]), -1.0
said = neuron(x, weights, bias)
print(f"Weighted sums {x @ weights + bias}, outputs {said.round(3)}")
assert abs(x[0] @ weights + bias - 0.8) < 1e-12

# %% [markdown]
# In Keras a neuron is a `Dense` layer with one unit. With the same weights it says the same.

# %%
layer = keras.layers.Dense(1, activation="sigmoid")
layer.build((None, 2))
layer.set_weights([weights[:, None], np.array([bias])])
np.testing.assert_allclose(ops.convert_to_numpy(layer(x))[:, 0], said, atol=1e-6)

# %% [markdown]
# ## The weight: how much, and in which direction
# - A weight of 0: the input does not count.
# - A larger weight: the neuron changes its mind faster. The slope of sigmoid(w x) at its middle is w / 4.
# - A negative weight: the more input, the less output.

# %%
assert neuron(np.array([[1.0, -50.0]]), np.array([2.0, 0.0]), 0.0) == neuron(
    np.array([[1.0, 50.0]]), np.array([2.0, 0.0]), 0.0
)
for weight in (0.5, 1.0, 3.0, -1.0):
    slope = gradients.of_function(lambda x, w=weight: ops.sigmoid(w * x), np.zeros(1))[0]
    print(f"weight {weight:4}: slope in the middle {slope:.3f}")
    assert abs(slope - weight / 4) < 1e-6

# %% [markdown]
# ## The bias: where
# Without a bias a sum of inputs that are 0 is 0, so the output is 0.5 there, whatever the weights. The bias
# moves the whole curve, without changing its shape:
#
#     sigmoid(w x + b) = sigmoid(w (x + b / w))
#
# The middle, where the output is 0.5, moves from 0 to -b / w.

# %%
along = np.linspace(-8, 8, 401)
for weight, shift in itertools.product((0.5, 2.0, -3.0), (-4.0, 0.0, 6.0)):
    moved, curve = along + shift / weight, sigmoid(weight * along + shift)
    np.testing.assert_allclose(curve, sigmoid(weight * moved), atol=1e-12)
    assert sigmoid(weight * (-shift / weight) + shift) == 0.5
assert sigmoid(123.0 * 0.0) == 0.5

with draw.style():
    title = "One input. Left: the weight sets how steep. Right: the bias sets where."
    picture, (left, right) = draw.figure(title, columns=2, width=9, height=3.2)
    for weight, color in zip((0.5, 1.0, 3.0, -1.0), draw.PALETTE, strict=False):
        left.plot(along, sigmoid(weight * along), color=color, label=f"weight {weight:g}, bias 0")
    for shift, color in zip((-4.0, 0.0, 4.0), draw.PALETTE, strict=False):
        right.plot(along, sigmoid(along + shift), color=color, label=f"weight 1, bias {shift:g}")
        right.plot(-shift, 0.5, "o", color=color)
    for panel in (left, right):
        panel.axhline(0.5, color=draw.GRAY, linewidth=0.8, linestyle=":")
        panel.set(xlabel="input", xlim=(-8, 8), ylim=(-0.02, 1.3))
        panel.legend(ncols=2, loc="upper center")
    left.set_ylabel("output")
storage.write_bytes("pictures/concept_01_weight_and_bias.png", draw.png(picture))

# %% [markdown]
# All four curves on the left cross 0.5 at the same place, 0. On the right the curve keeps its shape and its
# middle (the dot) moves to minus the bias.

# %% [markdown]
# ## Two inputs: a straight line
# The neuron is undecided, y = 0.5, where w1 x1 + w2 x2 + b = 0. That is a straight line. The weights form
# an arrow at a right angle to it that points to where the neuron says 1. The line lies |b| / |w| away from
# the origin: the weights turn the line, the bias shifts it.

# %%
CASES = [((2.0, 1.0), 0.0), ((-1.0, 2.0), 0.0), ((2.0, 1.0), -3.0)]
with draw.style():
    title = "Two inputs: orange is 1, blue is 0. The weights (arrow) turn the line, the bias shifts it."
    picture, panels = draw.figure(title, columns=3, width=10, height=3.6)
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, 121), np.linspace(-3, 3, 121)), axis=-1)
    blue, orange = draw.class_colors(2)
    for panel, (pair, shift) in zip(panels, CASES, strict=True):
        pair = np.array(pair)
        outputs = neuron(grid, pair, shift)[..., None]
        panel.imshow(
            1 - 0.75 * (1 - (1 - outputs) * blue - outputs * orange), extent=(-3, 3, -3, 3), origin="lower"
        )
        panel.contour(*np.moveaxis(grid, -1, 0), outputs[..., 0], levels=[0.5], colors="black")
        foot = -shift * pair / (pair @ pair)  # of the line, nearest to the origin
        tip = foot + pair / np.linalg.norm(pair)
        panel.annotate("", tip, foot, arrowprops={"arrowstyle": "-|>", "color": "black", "linewidth": 1.8})
        panel.plot(0, 0, "+", color="black")
        label = f"weights {pair[0]:g}, {pair[1]:g}; bias {shift:g}"
        panel.set(title=label, xlabel="input 1", xlim=(-3, 3), ylim=(-3, 3))
        panel.grid(visible=False)
        on_line = foot + np.array([[-1.5], [0.0], [2.0]]) * np.array([-pair[1], pair[0]])
        np.testing.assert_allclose(neuron(on_line, pair, shift), 0.5)
        assert abs(np.linalg.norm(foot) - abs(shift) / np.linalg.norm(pair)) < 1e-12
    panels[0].set_ylabel("input 2")
storage.write_bytes("pictures/concept_01_line.png", draw.png(picture))

# %% [markdown]
# ## Learning finds both
# Inputs between 0 and 6; the right answer is 1 above 3. Keras looks for the weight and the bias (how, is
# told in tutorials 2 and 6). Without a bias the neuron can only change its mind at 0, where no sample is:
# it gives all samples the same answer.

# %%
measured = np.random.default_rng(0).uniform(0, 6, (80, 1)).astype("float32")
true = (measured > 3).astype("float32")
most = max(true.mean(), 1 - true.mean())
right, weights_of = {}, {}
for use_bias in (False, True):
    dense = keras.layers.Dense(1, activation="sigmoid", use_bias=use_bias, kernel_initializer="zeros")
    model = keras.Sequential([keras.Input((1,)), dense])
    eager = keras.backend.backend() == "tensorflow"  # tracing takes longer than these few steps
    model.compile(keras.optimizers.Adam(0.5), "binary_crossentropy", run_eagerly=eager)
    for _ in range(70):
        model.train_on_batch(measured, true)
    weights_of[use_bias] = [float(np.ravel(each)[0]) for each in dense.get_weights()]
    right[use_bias] = float(np.mean((ops.convert_to_numpy(model(measured)) > 0.5) == true))

slope, shift = weights_of[True]
print(f"Without a bias {right[False]:.0%} are right, with one {right[True]:.0%}")
print(f"weight {slope:.2f}, bias {shift:.2f}: the middle lies at {-shift / slope:.2f}")
assert right[False] <= most + 1e-6 < 0.7
assert right[True] > 0.95
assert abs(-shift / slope - 3) < 0.3

# %% [markdown]
# ## What one neuron cannot do
# Of two inputs that are 0 or 1, a neuron can say "both" (AND) and "at least one" (OR). It cannot say
# "exactly one" (XOR): no straight line has (0, 1) and (1, 0) on one side and (0, 0) and (1, 1) on the
# other. The proof takes one line. XOR asks for w1 + b > 0 and w2 + b > 0, together w1 + w2 + 2b > 0, and
# for b <= 0 and w1 + w2 + b <= 0, together w1 + w2 + 2b <= 0. Both cannot be.

# %%
corners = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
tried = np.array(list(itertools.product(np.linspace(-2, 2, 17), repeat=3)))  # weight, weight, bias
decided = (corners @ tried[:, :2].T + tried[:, 2]) > 0  # (corners, tried)
best = {
    name: int((decided == np.array(wanted, bool)[:, None]).sum(axis=0).max())
    for name, wanted in {"AND": (0, 0, 0, 1), "OR": (0, 1, 1, 1), "XOR": (0, 1, 1, 0)}.items()
}
print(f"Most right of 4 corners, over {len(tried)} neurons: {best}")
assert best == {"AND": 4, "OR": 4, "XOR": 3}

# %% [markdown]
# ## To think about
# Temperatures come in Kelvin, 280 to 300, and the neuron starts with weight 1 and bias 0. Where does its
# output change, and what has to happen before it can learn anything?

# %%
kelvin = np.linspace(280, 300, 5)
assert (sigmoid(1.0 * kelvin) == 1).all()  # before
scaled = (kelvin - kelvin.mean()) / kelvin.std()
assert sigmoid(scaled).min() < 0.25 and sigmoid(scaled).max() > 0.75

# %% [markdown]
# Its middle lies at 0 Kelvin, so all outputs are 1 and its curve is flat there: the bias would have to
# travel to about -290 in small steps. Inputs are scaled to mean 0 and deviation 1 first. kit's models do
# that in their first layer.
#
# ## What to remember
# - y = f(w x + b): weights say how much and in which direction, the bias says where.
# - A neuron decides by a straight line. It cannot say "exactly one of two".
# - More neurons in layers can: see `04_why_non_linearity.py`.
#
# Next: `02_back_propagation_by_hand.py` shows how a network finds out which weight to change, and how much.
