# %% [markdown]
# # Forward and back: every gradient of a network by hand
#
# Question: how does a network know which of its weights to change, in which direction, and how much?
#
# Claim: the chain rule, applied from the loss back to the inputs, gives the slope of the loss for every
# weight in one pass. Ten lines of NumPy give the same numbers as the framework, to 1e-6.
#
# To read: 7 minutes. To run: 5 seconds on two cores. Before: `01_what_a_neuron_does.py`. After:
# `03_activations.py`.

# %%
import keras
import numpy as np
from keras import ops

from kit import draw, gradients, storage

rng = np.random.default_rng(0)

# %% [markdown]
# ## One neuron, one sample, by hand
# *Forward*: input 2, weight 0.75, bias -1, target 1. The output p is a probability, and the loss is -ln p.
#
#     z = w x + b = 0.5       p = sigmoid(z) = 0.622       L = -ln p = 0.474
#
# *Back*: how does L change if w changes a little? w changes z, z changes p, p changes L. The chain rule
# multiplies the three slopes:
#
#     dL/dp = -1 / p          dp/dz = p (1 - p)            dz/dw = x
#
# The first two together are p - 1, that is output minus target. It is the reason why sigmoid and
# cross-entropy belong together.

# %%
x, w, b, target = 2.0, 0.75, -1.0, 1.0
z = w * x + b
p = 1 / (1 + np.exp(-z))
loss = -np.log(p)
dp, dz = -1 / p, (-1 / p) * p * (1 - p)
dw, db, dx = dz * x, dz * 1, dz * w
print(f"Forward: z {z:.3f}, p {p:.3f}, loss {loss:.3f}. Back: dL/dw {dw:.3f}, dL/db {db:.3f}")
assert abs(dz - (p - target)) < 1e-12

# %% [markdown]
# A slope can always be checked: move the weight by a hair to both sides and see what the loss does.


# %%
def loss_of(w, b):
    """The loss of the sample."""
    return np.log1p(np.exp(-(w * x + b)))


by_difference = gradients.of_surface(loss_of, (w, b))
np.testing.assert_allclose([dw, db], by_difference, atol=1e-6)

with draw.style():
    title = "Forward (blue) the values, back (red) the slope of the loss at each of them"
    picture, panel = draw.figure(title, width=9.4, height=2.3)
    boxes = [("w", w, dw, 0, 1), ("x", x, dx, 0, 0), ("w x", w * x, dz, 2, 0.5), ("b", b, db, 2, 1.35)]
    boxes += [
        ("z = w x + b", z, dz, 4, 0.5),
        ("p = sigmoid(z)", p, dp, 6, 0.5),
        ("L = -ln p", loss, 1.0, 8, 0.5),
    ]
    for start, end in ((0, 2), (1, 2), (2, 4), (3, 4), (4, 5), (5, 6)):
        (x1, y1), (x2, y2) = boxes[start][3:], boxes[end][3:]
        arrow = {"arrowstyle": "-|>", "color": draw.GRAY, "shrinkA": 46, "shrinkB": 46}
        panel.annotate("", (x2, y2), (x1, y1), arrowprops=arrow)
    for name, value, slope, right, up in boxes:
        panel.text(right, up + 0.17, name, ha="center", va="center", weight="bold")
        panel.text(right, up - 0.02, f"{value:.3f}", ha="center", va="center", color=draw.BLUE)
        panel.text(right, up - 0.2, f"{slope:.3f}", ha="center", va="center", color=draw.RED)
    panel.set(xlim=(-0.8, 8.8), ylim=(-0.4, 1.7))
    panel.set_axis_off()
storage.write_bytes("pictures/concept_02_one_neuron.png", draw.png(picture))

# %% [markdown]
# Read the picture from left to right for the values and from right to left for the slopes. The slope at a
# box is the slope at the box after it times the slope of the step between them. The input has a slope, too:
# in a deeper network, what is an input here is the output of the layer before, and its slope is what that
# layer starts from.

# %% [markdown]
# ## A network with two layers
# The same with matrices: N samples in rows, three inputs, four hidden neurons with tanh, three classes with
# softmax. T holds a 1 for the true class of each row.
#
#     forward                       back
#     H = tanh(X W1 + b1)           dZ2 = (P - T) / N
#     P = softmax(H W2 + b2)        dW2 = H' dZ2          db2 = sum of dZ2 over samples
#     L = mean of -ln P[true]       dZ1 = (dZ2 W2') * (1 - H^2)
#                                   dW1 = X' dZ1          db1 = sum of dZ1 over samples
#
# X' is X transposed; 1 - H^2 is the slope of tanh. The shapes alone nearly fix the formulas.


# %%
def forward(weights, x, classes):
    """Loss, and what the way back needs."""
    w1, b1, w2, b2 = weights
    hidden = np.tanh(x @ w1 + b1)
    scores = hidden @ w2 + b2
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances = powers / powers.sum(axis=1, keepdims=True)
    return -np.log(chances[np.arange(len(x)), classes]).mean(), hidden, chances


def backward(weights, x, classes, hidden, chances):
    """The slope of the loss for each weight."""
    dz2 = (chances - np.eye(chances.shape[1])[classes]) / len(x)
    dz1 = (dz2 @ weights[2].T) * (1 - hidden**2)
    return x.T @ dz1, dz1.sum(axis=0), hidden.T @ dz2, dz2.sum(axis=0)


x, classes = rng.normal(size=(6, 3)).astype("float32"), np.array([0, 1, 2, 2, 1, 0])
start = [rng.normal(0, 0.7, shape).astype("float32") for shape in ((3, 4), (4,), (4, 3), (3,))]
weights = [each.astype("float64") for each in start]
loss, hidden, chances = forward(weights, x, classes)
by_hand = backward(weights, x, classes, hidden, chances)

# %% [markdown]
# Now Keras with the same weights, on whatever backend is installed. `kit.gradients.of_weights` gives the
# gradients that the backend trains with.

# %%
layers = [keras.layers.Dense(4, activation="tanh"), keras.layers.Dense(3, activation="softmax")]
model = keras.Sequential([keras.Input((3,)), *layers])
model.set_weights(start)
model.compile(keras.optimizers.SGD(0.5), "sparse_categorical_crossentropy", run_eagerly=True)
by_keras = list(gradients.of_weights(model, x, classes).values())
np.testing.assert_allclose(ops.convert_to_numpy(model(x)), chances, atol=1e-6)

apart = max(float(np.abs(mine - theirs).max()) for mine, theirs in zip(by_hand, by_keras, strict=True))
print(f"Largest difference of {sum(each.size for each in by_hand)} gradients: {apart:.1e}")
assert apart < 1e-6

# %% [markdown]
# ## Why not by differences?
# Moving every weight by a hair gives the same numbers. But each weight needs two forward passes of its own.
# The way back gives all of them at once: a million weights need two million passes, or one forward and one
# back.

# %%
calls = 0


def loss_at(*flat):
    """The loss as a function of all 31 weights."""
    global calls
    calls += 1
    parts = np.split(np.array(flat), np.cumsum([each.size for each in start])[:-1])
    return forward([part.reshape(each.shape) for part, each in zip(parts, start, strict=True)], x, classes)[0]


flat = np.concatenate([each.ravel() for each in weights])
by_difference = gradients.of_surface(loss_at, flat)
all_by_hand, all_by_keras = (np.concatenate([np.ravel(e) for e in each]) for each in (by_hand, by_keras))
print(f"{calls} forward passes for {len(flat)} weights")
np.testing.assert_allclose(all_by_hand, by_difference, atol=1e-6)
assert calls == 2 * len(flat) == 62

which = int(np.abs(all_by_hand).argmax())
around = np.linspace(-2, 2, 101)
with draw.style():
    title = "Left: 31 gradients three ways. Right: what one of them says, the slope of the loss."
    picture, (left, right) = draw.figure(title, columns=2, width=9.8, height=3.4)
    places = np.arange(len(flat))
    left.bar(places, all_by_hand, color=draw.SKY, label="by hand")
    left.plot(places, by_difference, "_", color="black", markersize=8, label="by differences")
    left.plot(places, all_by_keras, ".", color=draw.RED, label="by Keras")
    left.set(xlabel="weight", ylabel="gradient")
    left.legend()
    line = [loss_at(*(flat + step * np.eye(len(flat))[which])) for step in around]
    right.plot(flat[which] + around, line, color=draw.BLUE, label="loss")
    near = around[30:71]
    tangent = loss + all_by_hand[which] * near
    right.plot(flat[which] + near, tangent, "--", color=draw.ORANGE, label="the slope by hand")
    right.plot(flat[which], loss, "o", color=draw.ORANGE)
    right.set(xlabel=f"weight {which}, all others held", ylabel="loss")
    right.legend()
storage.write_bytes("pictures/concept_02_gradients.png", draw.png(picture))

# %% [markdown]
# ## Learning is a step against the gradient
# The gradient points uphill. Subtract a little of it from each weight, and the loss falls. Three steps by
# hand and three by Keras end at the same weights.

# %%
losses = [loss]
for _ in range(3):
    _, hidden, chances = forward(weights, x, classes)
    slopes = backward(weights, x, classes, hidden, chances)
    weights = [weight - 0.5 * slope for weight, slope in zip(weights, slopes, strict=True)]
    model.train_on_batch(x, classes)
    losses.append(forward(weights, x, classes)[0])
print("Loss after each step:", np.round(losses, 3))
assert losses == sorted(losses, reverse=True)
for mine, theirs in zip(weights, model.get_weights(), strict=True):
    np.testing.assert_allclose(mine, theirs, atol=1e-5)

# %% [markdown]
# ## To think about
# Why do weights start at random, and not all at the same number? Try it: all hidden neurons are equal.

# %%
equal = [np.full(each.shape, 0.3) for each in start]
for _ in range(100):
    _, hidden, chances = forward(equal, x, classes)
    slopes = backward(equal, x, classes, hidden, chances)
    equal = [weight - 0.5 * slope for weight, slope in zip(equal, slopes, strict=True)]
spread = float(np.ptp(equal[0], axis=1).max())
print(f"After 100 steps the four hidden neurons differ by {spread:.1e}; at random {np.ptp(weights[0]):.1f}")
assert spread < 1e-12 < np.abs(equal[0] - 0.3).max()

# %% [markdown]
# Equal neurons get equal gradients, so they stay equal for ever: four neurons do the work of one.
#
# ## What to remember
# - Forward: compute and keep the values. Back: multiply slopes from the loss to the weights.
# - Behind softmax or sigmoid with cross-entropy, the slope at the scores is output minus target.
# - A gradient by hand is checked by differences, in float64.
#
# Next: `03_activations.py` shows what the slopes of activations do to the product.
