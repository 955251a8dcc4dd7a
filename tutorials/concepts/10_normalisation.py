# %% [markdown]
# # Normalisation: of inputs, of batches, of layers, of groups
#
# Question: why do networks learn faster with numbers around 0, and why does batch normalisation
# sometimes ruin a model that looked trained?
#
# Claim: normalisation is one line, (x - mean) / sqrt(variance + epsilon). What differs is over which
# numbers the mean is taken. Batch normalisation takes other means in training than in use, and in a short
# run the second ones are wrong.
#
# To read: 8 minutes. To run: 15 seconds on two cores. Before: `09_overfitting_and_what_helps.py`. After:
# `11_convolutions_and_efficientnet.py`.

# %%
import os

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import load_digits

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # one epoch less; every check below still holds
EPOCHS = 2 if SHORT else 4
JIT = keras.backend.backend() == "jax"  # elsewhere compiling takes longer than these short runs
rng = np.random.default_rng(0)
keras.utils.set_random_seed(0)


def save_picture(picture, name):
    """Writes the figure as pictures/NAME.png."""
    storage.write_bytes(f"pictures/{name}.png", draw.png(picture))


def numbers(tensor):
    """A tensor as a NumPy array."""
    return ops.convert_to_numpy(tensor)


# %% [markdown]
# ## Inputs
# Predict a rent from the size of a flat (20 to 120 square metres) and its rooms (1 to 5). One weight sees
# numbers that are thirty times those of the other, so its gradient is thirty times as large. One learning
# rate must serve both: it may not overshoot in the steep direction, and so it crawls in the flat one.
#
# How much it crawls is a number. For squared errors, gradient descent needs in the order of k steps, where
# k is the ratio of the largest to the smallest curvature (eigenvalue of X'X / N). Standardising,
#
#     x <- (x - mean) / standard deviation,
#
# makes the curvatures along the axes alike; what is left is that both columns grow together.

# %%
size = rng.uniform(20, 120, 400)
rooms = 1 + size / 40 + rng.normal(0, 0.8, 400)  # larger flats have more rooms
rent = 12 * size + 40 * rooms + rng.normal(0, 20, 400)
raw = np.stack([size, rooms], axis=1)
raw, rent = raw - raw.mean(axis=0), rent - rent.mean()  # centred, so that no bias is needed
scaled = raw / raw.std(axis=0)


def descend(x, y, steps, start=(0.0, 0.0)):
    """The way of the two weights downhill, with the best learning rate that there is for these inputs."""
    curvature = np.linalg.eigvalsh(2 * x.T @ x / len(x))
    rate = 2 / (curvature[0] + curvature[-1])
    way = [np.array(start)]
    for _ in range(steps):
        way.append(way[-1] - rate * 2 * x.T @ (x @ way[-1] - y) / len(x))
    return np.array(way), curvature[-1] / curvature[0]


ways, steps_needed = {}, {}
for name, x in (("raw", raw), ("standardised", scaled)):
    best = np.linalg.lstsq(x, rent, rcond=None)[0]
    start = best + np.array([6.0, 300.0]) / (1 if name == "raw" else 1 / raw.std(axis=0))  # the same function
    way, ratio = descend(x, rent, 20_000, start)
    left = np.sqrt(((x @ (way - best).T) ** 2).mean(axis=0))  # how far what it says is from the best, in rent
    ways[name] = (x, way, best)
    steps_needed[name] = int(np.argmax(left < 1))
    print(
        f"{name:13} curvatures differ {ratio:8.1f} times; {steps_needed[name]} steps until 1 of rent is left"
    )
assert steps_needed["raw"] > 50 * steps_needed["standardised"]
assert 0 < steps_needed["standardised"] <= 40

with draw.style():
    title = "twenty steps downhill: from side to side with raw inputs, to the end with standardised ones"
    picture, panels = draw.figure(title, columns=2, width=8.6, height=3.2)
    for panel, (name, (x, way, best)) in zip(panels, ways.items(), strict=True):
        offset = way[:21] - best
        reach = 1.25 * np.abs(offset).max(axis=0)
        grid = np.stack(np.meshgrid(*(np.linspace(-r, r, 121) for r in reach)), axis=-1)
        loss = np.einsum("...i,ij,...j->...", grid, x.T @ x / len(x), grid)
        panel.contour(grid[..., 0], grid[..., 1], np.sqrt(loss), levels=12, colors=draw.GRAY, linewidths=0.6)
        panel.plot(*offset.T, "o-", color=draw.BLUE, markersize=3.5, linewidth=1.2)
        panel.plot(0, 0, "*", color=draw.RED, markersize=14)
        panel.set(
            title=f"{name}: {steps_needed[name]:,} steps needed",
            xlabel="weight of size",
            xticks=[],
            yticks=[],
        )
        panel.set_ylabel("weight of rooms")
        panel.grid(visible=False)
save_picture(picture, "concept_10_inputs")

# %% [markdown]
# Left: the way jumps from side to side and hardly comes nearer to the star. Right: it arrives in a few
# steps. In kit the first layer of a model does this with the mean and the scale of the *training* part,
# and it is saved with the model: nobody can forget it when predicting.
#
# ## Batch, layer, group: which numbers share a mean
# Inside a network the same line is used on activations x, here (samples, channels). What follows is scaled
# by gamma and moved by beta, which are learnt, so that the layer can undo it:
#
#     y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
#
# - *Batch* (Ioffe and Szegedy 2015, arXiv:1502.03167): mean over the samples, one for each channel.
# - *Layer* (Ba et al. 2016, arXiv:1607.06450): mean over the channels, one for each sample.
# - *Group* (Wu and He 2018, arXiv:1803.08494): mean over a few channels of one sample.
#
# By hand each of them is the line above with another `axis`. Keras computes the same.

# %%
x = rng.normal(3, 2, (6, 8)).astype("float32")  # 6 samples, 8 channels
EPSILON = 1e-3


def normalised(x, axis):
    """The line: mean 0 and variance 1 over these axes."""
    return (x - x.mean(axis=axis, keepdims=True)) / np.sqrt(x.var(axis=axis, keepdims=True) + EPSILON)


by_hand = {
    "batch": normalised(x, axis=0),
    "layer": normalised(x, axis=1),
    "group": normalised(x.reshape(6, 2, 4), axis=2).reshape(6, 8),  # two groups of four channels
}
in_keras = {
    "batch": layers.BatchNormalization(epsilon=EPSILON)(x, training=True),
    "layer": layers.LayerNormalization(epsilon=EPSILON)(x),
    "group": layers.GroupNormalization(groups=2, epsilon=EPSILON)(x),
}
for name in by_hand:
    np.testing.assert_allclose(numbers(in_keras[name]), by_hand[name], atol=1e-4)
assert (
    np.allclose(by_hand["batch"].mean(axis=0), 0, atol=1e-5)
    and abs(by_hand["batch"].mean(axis=1)).max() > 0.1
)
assert (
    np.allclose(by_hand["layer"].mean(axis=1), 0, atol=1e-5)
    and abs(by_hand["layer"].mean(axis=0)).max() > 0.1
)

# %%
shares = {
    "batch": np.tile(np.arange(8), (6, 1)),
    "layer": np.tile(np.arange(6)[:, None], (1, 8)),
    "group": np.arange(6)[:, None] * 2 + (np.arange(8) >= 4),
}
with draw.style():
    title = "numbers of one colour share a mean and a variance"
    picture, panels = draw.figure(title, columns=3, width=8.6, height=2.5)
    for panel, (name, which) in zip(panels, shares.items(), strict=True):
        colors = draw.class_colors(which.max() + 1)[which]
        panel.imshow(0.55 * colors + 0.45, aspect="auto")
        for row, column in np.ndindex(which.shape):
            panel.text(
                column, row, f"{by_hand[name][row, column]:.1f}", ha="center", va="center", fontsize=7.5
            )
        panel.set(title=name, xlabel="channel", xticks=range(8), yticks=range(6))
        panel.set_ylabel("sample")
        panel.grid(visible=False)
save_picture(picture, "concept_10_axes")

# %% [markdown]
# In the picture batch normalisation colours columns: every number depends on the other samples of the
# batch. Layer and group normalisation colour rows: a sample is by itself. Of images, (samples, height, width,
# channels), batch normalisation also takes the mean over height and width, and so does group
# normalisation within its group.
#
# That gives a test. Replace the other five samples. What becomes of the first one?

# %%
others = np.concatenate([x[:1], rng.normal(-5, 9, (5, 8)).astype("float32")])
batch, layer, group = (layers.BatchNormalization(), layers.LayerNormalization(), layers.GroupNormalization(2))
change = {
    type(each).__name__: float(
        np.abs(numbers(each(x, training=True)) - numbers(each(others, training=True)))[0].max()
    )
    for each in (batch, layer, group)
}
print(change)
assert change["BatchNormalization"] > 0.1
assert change["LayerNormalization"] < 1e-5 and change["GroupNormalization"] < 1e-5

# %% [markdown]
# ## Two modes
# In use there may be one sample only, and a decision must not depend on which others happen to be asked for
# at the same time. So batch normalisation collects running averages in training, and uses those afterwards:
#
#     running <- momentum * running + (1 - momentum) * mean of the batch
#
# They begin at mean 0 and variance 1.

# %%
MOMENTUM, STEPS = 0.9, 30
layer = layers.BatchNormalization(momentum=MOMENTUM, epsilon=EPSILON)
mean, variance = np.zeros(8), np.ones(8)
for _ in range(STEPS):
    seen = rng.normal(3, 2, (64, 8)).astype("float32")
    layer(seen, training=True)
    mean = MOMENTUM * mean + (1 - MOMENTUM) * seen.mean(axis=0)
    variance = MOMENTUM * variance + (1 - MOMENTUM) * seen.var(axis=0)
np.testing.assert_allclose(numbers(layer.moving_mean), mean, rtol=1e-4)
np.testing.assert_allclose(numbers(layer.moving_variance), variance, rtol=1e-3)
np.testing.assert_allclose(numbers(layer(x)), (x - mean) / np.sqrt(variance + EPSILON), atol=1e-3)
one, alone = numbers(layer(x))[0], numbers(layer(x[:1]))[0]
np.testing.assert_allclose(one, alone, atol=1e-5)  # in use, no other sample counts

# %% [markdown]
# ## Momentum 0.99 ruins short runs
# After n steps momentum^n of the start is still in the running averages. For 0.99, the default of Keras,
# that is 67 % after 40 steps and 37 % after 100. The network trains with the right means, is used with the
# wrong ones, and seems to forget everything.


# %%
def left_of_start(momentum, steps):
    """Share of the first mean that is still in the running one, measured on a layer."""
    layer = layers.BatchNormalization(momentum=momentum)
    batch = np.full((2, 1), 5.0, "float32")
    for _ in range(steps):
        layer(batch, training=True)
    return 1 - float(numbers(layer.moving_mean)[0]) / 5


for momentum, share in ((0.99, 0.669), (0.9, 0.015)):
    found = left_of_start(momentum, 40)
    print(f"momentum {momentum}: {found:.3f} of the start is left after 40 steps")
    assert abs(found - momentum**40) < 1e-4 and abs(found - share) < 1e-3

# %% [markdown]
# Now on digits: two networks that differ in this number only, and few steps.

# %%
pixels, digits = load_digits(return_X_y=True)
order = rng.permutation(len(pixels))
pixels, digits = (pixels[order] / 16).astype("float32"), digits[order]
curves, networks = {}, {}
for momentum in (0.99, 0.8):
    keras.utils.set_random_seed(0)
    stack = [keras.Input((64,))]
    for _ in range(3):
        stack += [layers.Dense(64, use_bias=False), layers.BatchNormalization(momentum=momentum)]
        stack += [layers.Activation("relu")]
    network = networks[momentum] = keras.Sequential([*stack, layers.Dense(10, activation="softmax")])
    accuracy = keras.metrics.SparseCategoricalAccuracy(name="accuracy")
    adam = keras.optimizers.Adam(0.003)
    network.compile(adam, "sparse_categorical_crossentropy", metrics=[accuracy], jit_compile=JIT)
    parts = {"validation_data": (pixels[1400:], digits[1400:])}
    history = network.fit(pixels[:1400], digits[:1400], batch_size=128, epochs=EPOCHS, verbose=0, **parts)
    curves[momentum] = history.history["val_accuracy"]
    in_training = numbers(network(pixels[1400:], training=True)).argmax(
        axis=1
    )  # with the means of this batch
    curves[momentum, "batch"] = np.mean(in_training == digits[1400:])
    print(
        f"momentum {momentum}: {curves[momentum][-1]:.3f} with running averages,"
        f" {curves[momentum, 'batch']:.3f} with those of the batch"
    )
assert curves[0.99, "batch"] > 0.8  # the weights are good
assert curves[0.99][-1] < curves[0.99, "batch"] - 0.1  # the running averages are not
assert curves[0.8][-1] > curves[0.99][-1] + 0.1

with draw.style():
    steps = np.arange(0, 301)
    picture, (left, right) = draw.figure(
        "the same training, read with running averages that lag and with some that do not",
        columns=2,
        width=8.6,
        height=3,
    )
    for momentum, color, dashes in ((0.99, draw.RED, "-"), (0.8, draw.BLUE, "--")):
        left.plot(steps, momentum**steps, dashes, color=color, label=f"momentum {momentum}")
        right.plot(range(1, EPOCHS + 1), curves[momentum], dashes, color=color, marker="o")
        right.plot(EPOCHS, curves[momentum, "batch"], "*", color=color, markersize=13)
    left.set(xlabel="steps", ylabel="share of the start that is left", ylim=(0, 1.02))
    left.legend()
    right.set(xlabel="epoch (11 steps)", ylabel="validation accuracy", ylim=(0, 1.05))
    right.set_title("stars: with the means of the batch", fontsize=9)
    right.xaxis.get_major_locator().set_params(integer=True)
save_picture(picture, "concept_10_momentum")

# %% [markdown]
# `kit.fit` knows the number of steps and sets the momentum by it, so that at most a tenth of the start is
# left. For foreign models `kit.doctor` has the rule `batchnorm_momentum`.

# %%
for momentum, network in networks.items():
    found = kit.doctor(network, (pixels[:1400], digits[:1400]), rules=["batchnorm_momentum"], steps=0)
    print(f"momentum {momentum}: {found}")
    assert bool(found) == (momentum == 0.99)

# %% [markdown]
# ## Which one
# - Inputs: always, with the numbers of the training part.
# - *Batch*: images, batches of 16 and more. It makes training robust to the learning rate, and adds noise
#   that acts against overfitting. No bias before it: the mean takes it away again.
# - *Layer*: sequences and transformers, any batch size, the same in both modes.
# - *Group*: images with few samples a step, as in detection and segmentation.
#
# To think about: a batch of size 1 and a dense layer. What does batch normalisation give in training,
# whatever the input is?

# %%
alone = numbers(layers.BatchNormalization()(x[:1], training=True))
print(alone)
assert np.allclose(alone, 0, atol=1e-4)  # x - mean of x: nothing is left to learn from
