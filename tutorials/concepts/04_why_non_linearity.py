# %% [markdown]
# # Why non-linearity: ten linear layers are one
#
# Question: what do the bends between layers add, if layers without them have just as many weights?
#
# Claim: layers without an activation between them fold into a single layer, whatever their number. Ten of
# them cannot decide what one cannot; with ReLU between them they can.
#
# To read: 5 minutes. To run: 15 seconds on two cores. Before: `03_activations.py`. After: `05_losses.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer steps; every check below still holds
DEPTH, WIDTH = 10, 16
rng = np.random.default_rng(0)

# %% [markdown]
# ## By hand
# A linear layer multiplies and adds. Do that twice: 3 (2 x + 1) - 4 = 6 x - 1. Two layers, four weights,
# and the result is one layer with two. With matrices it is the same:
#
#     (x W1 + b1) W2 + b2  =  x (W1 W2) + (b1 W2 + b2)
#
# So W = W1 W2 ... W10 and one bias b do what ten layers do.


# %%
def network(activation, start=1, depth=DEPTH):
    """Two inputs, `depth` hidden layers, one probability; the weights are the same on every backend."""
    inputs = x = keras.Input((2,))
    hidden = []
    for _ in range(depth):
        x = layers.Dense(WIDTH, activation=activation)(x)
        hidden.append(x)
    model = keras.Model(inputs, layers.Dense(1, activation="sigmoid")(x))
    draws = np.random.default_rng(start)
    gain = 2.0 if activation == "relu" else 1.0  # ReLU is 0 half of the time (He et al. 2015)
    weights = [
        draws.normal(0, np.sqrt(gain / w.shape[0]), w.shape) if w.ndim == 2 else np.full(w.shape, 0.01)
        for w in model.get_weights()
    ]
    model.set_weights(weights)
    return model, keras.Model(inputs, hidden or inputs)


def folded(weights):
    """One kernel and one bias for a chain of linear layers: [kernel, bias, kernel, bias, ...]."""
    kernel, bias = np.eye(len(weights[0])), np.zeros(len(weights[0]))
    for one, shift in zip(weights[::2], weights[1::2], strict=True):
        kernel, bias = kernel @ one, bias @ one + shift
    return kernel, bias


linear, linear_hidden = network(None)
bent, bent_hidden = network("relu")
points = rng.uniform(-1, 1, (400, 2)).astype("float32")
kernel, bias = folded(linear.get_weights())
in_one = 1 / (1 + np.exp(-(points @ kernel + bias)))
in_ten = ops.convert_to_numpy(linear(points))
print(f"{linear.count_params():,} weights fold into {kernel.size + bias.size}")
print(f"Largest difference of their outputs: {np.abs(in_one - in_ten).max():.1e}")
np.testing.assert_allclose(in_ten, in_one, atol=1e-5)
assert kernel.size + bias.size == 3

# %% [markdown]
# ## Shown by rank
# The *rank* of a layer's outputs is the number of directions in which they really vary. Two numbers go in,
# so after any number of linear layers the 16 outputs still vary in two directions only: they lie on a
# plane. ReLU folds the plane, and each fold opens further directions.


# %%
def rank(outputs):
    """Directions with at least a thousandth of the largest spread."""
    spread = np.linalg.svd(outputs - outputs.mean(axis=0), compute_uv=False)
    return int((spread > 1e-3 * spread[0]).sum())


ranks = {
    name: [rank(ops.convert_to_numpy(each)) for each in hidden(points)]
    for name, hidden in (("linear", linear_hidden), ("relu", bent_hidden))
}
print(ranks)
assert ranks["linear"] == [2] * DEPTH
assert min(ranks["relu"]) > 2

# %% [markdown]
# ## What it is for: a chessboard
# Four squares, two colours: the right answer is 1 where both inputs have the same sign. It is the XOR of
# tutorial 1, and no straight line divides it. Train three networks on it: one layer, ten linear layers, and
# ten layers with ReLU.

# %%
answers = (points[:, :1] * points[:, 1:] > 0).astype("float32")
STEPS = 60 if SHORT else 150


def trained(model):
    """Trains on all points at each step, and gives the share of right answers."""
    eager = keras.backend.backend() == "tensorflow"  # tracing takes longer than these few steps
    model.compile(kit.optimizers.get("adam", 0.003), "binary_crossentropy", run_eagerly=eager)
    for _ in range(STEPS):
        model.train_on_batch(points, answers)
    return float(np.mean((ops.convert_to_numpy(model(points)) > 0.5) == answers))


models = {"one layer": network(None, depth=0)[0], "ten linear layers": linear, "ten layers with ReLU": bent}
right = {name: trained(model) for name, model in models.items()}
print({name: round(share, 3) for name, share in right.items()})
assert right["one layer"] < 0.7 and right["ten linear layers"] < 0.7
assert right["ten layers with ReLU"] > 0.93

grid = np.stack(np.meshgrid(np.linspace(-1, 1, 101), np.linspace(-1, 1, 101)), axis=-1).astype("float32")
blue, orange = draw.class_colors(2)
with draw.style():
    title = "Trained on a chessboard: the colours are the answers of the networks, the dots the truth"
    picture, panels = draw.figure(title, columns=3, width=10, height=3.6)
    for panel, (name, model) in zip(panels, models.items(), strict=True):
        said = ops.convert_to_numpy(model(grid.reshape(-1, 2))).reshape(101, 101, 1)
        tint = said * orange + (1 - said) * blue
        panel.imshow(0.35 + 0.65 * tint, extent=(-1, 1, -1, 1), origin="lower")
        for value, color in ((0, draw.BLUE), (1, draw.ORANGE)):
            own = points[answers[:, 0] == value]
            panel.plot(*own.T, "o", color=color, markeredgecolor="white", markeredgewidth=0.4, markersize=4)
        panel.contour(*np.moveaxis(grid, -1, 0), said[..., 0], levels=[0.5], colors="black")
        panel.set(title=f"{name}: {right[name]:.1%} right", xlabel="input 1", xlim=(-1, 1), ylim=(-1, 1))
        panel.set(xticks=(-1, 0, 1), yticks=(-1, 0, 1))
        panel.grid(visible=False)
    panels[0].set_ylabel("input 2")
storage.write_bytes("pictures/concept_04_chessboard.png", draw.png(picture))

# %% [markdown]
# The border of the ten linear layers (if there is one in the frame) is a straight line, as that of one
# layer. The border with ReLU is made of straight pieces, and there are enough of them.
#
# After training it is still one layer: fold it again, and it gives the same answers.

# %%
kernel, bias = folded(linear.get_weights())
again = 1 / (1 + np.exp(-(points @ kernel + bias)))
np.testing.assert_allclose(ops.convert_to_numpy(linear(points)), again, atol=1e-4)

# %% [markdown]
# Nothing in Keras warns of a forgotten activation: it trains, and stays weak. `kit.doctor` walks through
# the graph and says so for each pair of linear layers, with the rank of their product. kit's own builders
# put the activation between all layers.

# %%
findings = kit.doctor(linear, rules=["linear_stack"])
print(findings[0])
assert len(findings) >= DEPTH - 1
assert not kit.doctor(bent, rules=["linear_stack"])

# %% [markdown]
# ## To think about
# Is a linear layer between two others ever of use? Take 100 inputs, a linear layer of 2, and a layer of
# 100. Folded it is 100 x 100. What can it not be?

# %%
narrow, wide = rng.normal(size=(100, 2)), rng.normal(size=(2, 100))
print(
    f"{narrow.size + wide.size} weights for a matrix of {100 * 100}, of rank",
    np.linalg.matrix_rank(narrow @ wide),
)
assert np.linalg.matrix_rank(narrow @ wide) == 2 and narrow.size + wide.size == 400

# %% [markdown]
# It can only be of rank 2. That is of use on purpose: 400 weights stand in for 10,000. Depthwise separable
# convolutions and low-rank adapters (Hu et al. 2021, arXiv:2106.09685) live on it. The doctor leaves such
# bottlenecks alone.
#
# ## What to remember
# - Linear after linear is linear: one matrix, one bias.
# - Depth counts only with a bend between layers.
# - A forgotten activation gives no error. Look for it, or let the doctor look.
#
# Next: `05_losses.py` asks what a network is told to be good at.
