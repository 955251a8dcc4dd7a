# %% [markdown]
# # Activations: a network learns through their slopes
#
# Question: why does the choice of the activation decide whether a deep network learns at all?
#
# Claim: on the way back every layer multiplies the gradient by the slope of its activation. A slope of 0
# stops learning, a slope of 1/4 starves deep networks, a slope of 1 carries through.
#
# To read: 8 minutes. To run: 20 seconds on two cores. Before: `02_back_propagation_by_hand.py`. After:
# `04_why_non_linearity.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops

import kit
from kit import activations, draw, gradients, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer steps; every check below still holds
rng = np.random.default_rng(0)

# %% [markdown]
# ## The family
#
#     step        1 if z > 0, else 0          slope 0 everywhere
#     sigmoid     1 / (1 + e^-z)              slope s (1 - s), at most 1/4
#     tanh        (e^z - e^-z) / (e^z + e^-z) slope 1 - tanh^2, at most 1
#     ReLU        max(0, z)                   slope 0 or 1
#     leaky ReLU  z, or a z below 0           slope a or 1; a is fixed, here 0.1
#     PReLU       z, or a z below 0           the same; a is learnt
#     ELU         z, or e^z - 1 below 0       slope e^z or 1
#     swish       z sigmoid(z)                smooth; falls a little before it rises
#
# The slopes in the picture are those that the backend trains with.

# %%
shown = {"step": lambda z: (ops.sign(z) + 1) / 2}
shown |= {n: activations.get(n) for n in ("sigmoid", "tanh", "relu", "leaky_relu", "prelu", "elu", "swish")}
storage.write_bytes("pictures/concept_03_activations.png", draw.png(draw.activation_curves(shown)))

z = np.linspace(-6, 6, 1200, dtype="float32")  # 0 is not among them
slopes = {
    name: gradients.of_function(function, z[:, None]).ravel()
    for name, function in shown.items()
    if name != "prelu"  # it has a weight
}
s = 1 / (1 + np.exp(-z))
np.testing.assert_allclose(slopes["sigmoid"], s * (1 - s), atol=1e-6)
np.testing.assert_allclose(slopes["tanh"], 1 - np.tanh(z) ** 2, atol=1e-6)
assert (slopes["step"] == 0).all()
assert 0.2499 < slopes["sigmoid"].max() <= 0.2500001 and 0.9999 < slopes["tanh"].max() <= 1.000001
assert set(slopes["relu"]) == {0.0, 1.0} and np.allclose(slopes["leaky_relu"], np.where(z > 0, 1, 0.1))

# %% [markdown]
# Where the orange line lies at 0 a neuron learns nothing: the step everywhere, sigmoid and tanh far from
# the middle, ReLU below 0. Sigmoid's line never rises above 1/4.
#
# Swish is the only one here that is not monotone: it is lowest, -0.278, at -1.278. Far from 0 it is a ReLU.

# %%
swish = z * s
lowest = int(swish.argmin())
print(f"swish is lowest at {z[lowest]:.3f}: {swish[lowest]:.4f}")
assert abs(z[lowest] + 1.278) < 0.02 and abs(swish[lowest] + 0.2785) < 0.001
assert np.abs(swish - np.maximum(0, z))[np.abs(z) > 5].max() < 0.04

# %% [markdown]
# ## The step function cannot be trained
# The first artificial neurons (McCulloch and Pitts 1943) had a step. It is fine to decide with and useless
# to learn with: a small change of a weight changes nothing, so every gradient before the step is 0. Two
# inputs, eight hidden neurons with a step, one output:

# %%
pairs = rng.normal(size=(64, 2)).astype("float32")
target = pairs[:, :1] * pairs[:, 1:]
start = [rng.normal(size=shape).astype("float32") for shape in ((2, 8), (8,), (8, 1), (1,))]
inputs = keras.Input((2,))
step_model = keras.Model(inputs, layers.Dense(1)(shown["step"](layers.Dense(8)(inputs))))
step_model.set_weights(start)
norms = [np.linalg.norm(g) for g in gradients.of_weights(step_model, pairs, target, "mse").values()]
print("Gradients before and behind a step:", np.round(norms, 3))
assert norms[0] == norms[1] == 0 < min(norms[2:])

# %% [markdown]
# ## A slope that is learnt
# PReLU has one more weight for each neuron: its slope below 0. It starts at 0.25. Show it a target that
# falls with slope 0.6 below 0, and it finds that.

# %%
ramp = np.linspace(-2, 2, 65, dtype="float32")[:, None]
parametric = keras.Sequential([keras.Input((1,)), layers.PReLU(keras.initializers.Constant(0.25))])
eager = keras.backend.backend() == "tensorflow"  # tracing takes longer than these few steps
parametric.compile(keras.optimizers.SGD(0.3), "mse", run_eagerly=eager)
for _ in range(40):
    parametric.train_on_batch(ramp, np.where(ramp > 0, ramp, 0.6 * ramp))
learnt = float(np.ravel(parametric.get_weights()[0])[0])
print(f"learnt slope below 0: {learnt:.3f}")
assert abs(learnt - 0.6) < 0.01

# %% [markdown]
# ## Softmax: many scores, one decision
# Softmax is not a function of one number. It turns C scores into C probabilities:
#
#     p_i = e^(z_i) / sum over j of e^(z_j)
#
# They sum to 1. Adding the same number to all scores changes nothing. Its slopes are dp_i / dz_j = p_i (1 -
# p_i) if i = j, else -p_i p_j: what one class gains, the others lose.

# %%
scores = np.array([2.0, 1.0, -1.0])
p = np.exp(scores) / np.exp(scores).sum()
jacobian = np.array(
    [gradients.of_function(lambda z, i=i: ops.softmax(z)[:, i : i + 1], scores[None])[0] for i in range(3)]
)
np.testing.assert_allclose(jacobian, np.diag(p) - np.outer(p, p), atol=1e-6)
np.testing.assert_allclose(jacobian.sum(axis=1), 0, atol=1e-6)
np.testing.assert_allclose(ops.convert_to_numpy(ops.softmax(scores + 100.0)), p, atol=1e-6)
storage.write_bytes("pictures/concept_03_softmax.png", draw.png(draw.softmax_temperature()))

# %% [markdown]
# Dividing the scores by a *temperature* says how sure softmax is. On the left the same four scores at three
# temperatures, on the right at all of them: near 0 the largest score takes all, at a high temperature all
# classes are equal (the dashed line). Temperature 1 is the usual softmax.

# %% [markdown]
# ## Vanishing gradients, measured
# Twenty layers with sixteen neurons each. On the way back the gradient is multiplied by the weights and by
# the slopes of twenty layers. With sigmoids that are twenty numbers of at most 1/4. The weights start as
# kit starts them for each activation (Glorot and Bengio 2010 for sigmoid and tanh; He et al. 2015, twice
# the variance, for ReLU, which is 0 half of the time).

# %%
DEPTH, WIDTH = 20, 16
numbers = rng.normal(size=(32, WIDTH)).astype("float32")


def gradient_norms(name, scale=1.0):
    """Norm of the gradient of each of the kernels, the first layer first."""
    inputs = x = keras.Input((WIDTH,))
    for _ in range(DEPTH):
        x = layers.Activation(name)(layers.Dense(WIDTH)(x))
    model = keras.Model(inputs, layers.Dense(1)(x))
    deviation = scale * np.sqrt((1 if activations.initializer(name) == "glorot_uniform" else 2) / WIDTH)
    draws = np.random.default_rng(1)  # the same on every backend
    model.set_weights(
        [
            draws.normal(0, deviation, w.shape) if w.ndim == 2 else np.zeros(w.shape)
            for w in model.get_weights()
        ]
    )
    found = gradients.of_weights(model, numbers, np.zeros((32, 1)), lambda true, said: said)
    return [float(np.linalg.norm(each)) for path, each in found.items() if "kernel" in path][:DEPTH]


norms = {name: gradient_norms(name) for name in ("sigmoid", "tanh", "relu")}
norms["relu, weights twice as large"] = gradient_norms("relu", 2.0)
for name, values in norms.items():
    print(f"{name:30} first layer {values[0]:.1e}, last {values[-1]:.1e}")
assert norms["sigmoid"][0] < 1e-7 * norms["sigmoid"][-1]
assert norms["tanh"][0] > 1e-3 * norms["tanh"][-1]
assert 0.01 < norms["relu"][0] / norms["relu"][-1] < 100
storage.write_bytes("pictures/concept_03_vanishing.png", draw.png(draw.gradient_norms(norms)))

# %% [markdown]
# With sigmoids the first layer gets 1e-13 of the gradient of the last one: it stays as it was drawn. The
# opposite exists too. Twice the weights in twenty layers and the output multiply a ReLU network's gradient
# by 2^20, at every layer: it explodes.

# %%
times = np.array(norms["relu, weights twice as large"]) / norms["relu"]
print(f"Twice the weights: {times[0]:.0f} times the gradient; 2^20 = {2**20}")
np.testing.assert_allclose(times, 2.0**DEPTH, rtol=1e-3)

# %% [markdown]
# ## Dying ReLUs, made and cured
# A ReLU that is below 0 for every sample has slope 0 for every sample. No gradient reaches its weights any
# more: it is dead. To make it happen, take inputs that were not scaled (0 to 10, so always positive) and a
# learning rate that is too large. One step moves all weights of a neuron the same way, and that moves its
# sum by a lot.
#
# Three networks get ten such steps, then many reasonable ones: ReLU; leaky ReLU, whose slope below 0 is
# 0.1; and ReLU with scaled inputs.

# %%
raw = rng.uniform(0, 10, (256, 10)).astype("float32")
answers = ((raw - 5) @ rng.normal(size=10) > 0).astype("float32")[:, None]
scaled = (raw - raw.mean(axis=0)) / raw.std(axis=0)
begin = [rng.normal(0, np.sqrt(2 / 10), (10, 32)), np.zeros(32), rng.normal(0, 0.25, (32, 1)), np.zeros(1)]


def trained(activation, inputs, good_steps=60 if SHORT else 150):
    """Share of right answers after the bad steps and at the end, share of dead neurons, and the model."""
    x = keras.Input((10,))
    hidden = activation(layers.Dense(32)(x))
    model = keras.Model(x, layers.Dense(1)(hidden))  # a score; its sigmoid is in the loss
    model.set_weights(begin)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(1.0), loss, run_eagerly=eager)
    right = []
    for rate, steps in ((1.0, 10), (0.03, good_steps)):
        model.optimizer.learning_rate = rate
        for _ in range(steps):
            model.train_on_batch(inputs, answers)
        right.append(float(np.mean((ops.convert_to_numpy(model(inputs)) > 0) == answers)))
    said = ops.convert_to_numpy(keras.Model(x, hidden)(inputs))
    return *right, float((said == 0).all(axis=0).mean()), model


runs = {
    "ReLU": trained(activations.get("relu"), raw),
    "leaky ReLU": trained(activations.get("leaky_relu"), raw),
    "ReLU, scaled inputs": trained(activations.get("relu"), scaled),
}
most = max(answers.mean(), 1 - answers.mean())
for name, (bad, good, dead, _) in runs.items():
    print(f"{name:20} accuracy {bad:.2f}, at the end {good:.2f}; dead {dead:.0%}")
assert runs["ReLU"][2] > 0.8 and runs["ReLU"][1] < most + 0.1
assert runs["leaky ReLU"][2] == 0 and runs["leaky ReLU"][1] > 0.85
assert runs["ReLU, scaled inputs"][2] < 0.3 and runs["ReLU, scaled inputs"][1] > 0.95

# %% [markdown]
# Reasonable steps do not wake a dead neuron. A slope of 0.1 does, and scaled inputs do not let it come so
# far. `kit.doctor` sees dead neurons in any Keras model, and `kit.doctor.Watch` while it trains.

# %%
findings = kit.doctor(runs["ReLU"][3], (raw, answers), rules=["dead_units"], steps=0)
print(findings)
assert [finding.rule for finding in findings] == ["dead_units"]
assert not kit.doctor(runs["ReLU, scaled inputs"][3], (scaled, answers), rules=["dead_units"], steps=0)

# %% [markdown]
# ## To think about
# A ReLU has slope 0 for half of its inputs. Why does that not stop a network from learning?

# %%
before = raw @ begin[0]  # of the untrained network; rows: samples
share = float((scaled @ begin[0] > 0).mean())
awake = float((scaled @ begin[0] > 0).any(axis=0).mean())
print(f"{share:.0%} of (sample, neuron) pairs pass a gradient, {awake:.0%} of neurons do for some sample")
assert 0.4 < share < 0.6 and awake == 1

# %% [markdown]
# Because it is another half for each sample. A neuron needs some samples above 0, not all.
#
# ## What to remember
# - Hidden layers: ReLU, leaky ReLU or swish. Sigmoid and softmax belong to the output.
# - The gradient is a product over layers: factors below 1 vanish, factors above 1 explode.
# - Dead neurons: scale the inputs, lower the learning rate, or let a little slope through.
#
# Next: `04_why_non_linearity.py` takes the activations away.
