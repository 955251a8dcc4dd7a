# %% [markdown]
# # Images, and what one network can pass on to the next
#
# Question: I have ten images of each class. What can a network do that has seen many images of other classes?
#
# First: what a convolutional network sees, and by which changes an image keeps its class. Then *transfer*:
# a network is trained on the digits 0 to 4, of which there are many, and another one goes on from it with
# ten pictures each of 5 to 9. Beside it stands one that starts from nothing.

# %%
import os

import keras
import numpy as np
import pandas as pd
from sklearn.datasets import load_digits

import kit
from kit import draw, storage
from kit.data.augment import augment, policy
from kit.training.fine_tune import taken

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer seeds and epochs; every check below still holds
SEEDS = range(3 if SHORT else 6)
COPIES, EPOCHS = (5, 10) if SHORT else (5, 20)  # of the source
FEW, FEW_EPOCHS = 10, 40  # pictures a class to learn from, and how often each is seen
SIDE = 16  # pixels

# %% [markdown]
# ## Pictures
# Handwritten digits of 8 x 8 pixels, each somewhere in a picture of 16 x 16: dark on light or light on dark,
# on a ground that is lighter at one side, with noise. A class is what is left when place, light and
# noise are taken away. A network has to learn this, too, and ten pictures a class do not say much about it.

# %%
digits, labels = load_digits(return_X_y=True)
digits = digits.reshape(-1, 8, 8) / 16


def pictures_of(rows, rng):
    """uint8 (N, 16, 16, 1): each digit of these rows somewhere in a picture, in some light."""
    pictures = np.empty((len(rows), SIDE, SIDE))
    across = (np.arange(SIDE) - SIDE / 2) / SIDE
    for picture, digit in zip(pictures, digits[rows], strict=True):
        top, left = rng.integers(0, SIDE - 8 + 1, 2)
        ink = np.zeros((SIDE, SIDE))
        ink[top : top + 8, left : left + 8] = digit
        tones = rng.permutation([rng.uniform(0, 0.35), rng.uniform(0.65, 1)])
        down, aside = 0.3 * rng.normal(size=2)
        ground = tones[0] + down * across[:, None] + aside * across
        picture[:] = ground * (1 - ink) + tones[1] * ink + 0.05 * rng.normal(size=ink.shape)
    return np.rint(255 * pictures.clip(0, 1)).astype("uint8")[..., None]


# %% [markdown]
# Of 0 to 4 there are many: each digit is drawn several times. `groups=` keeps all pictures of one digit in
# one part, or the test would ask for what training has seen. The names are text: "0" is a class, no
# number.

# %%
many = np.tile(np.flatnonzero(labels < 5), COPIES)
seen = pictures_of(many, np.random.default_rng(0))
known = kit.load_data((seen, labels[many].astype(str)), groups=many)
print(known)
assert known.task.classes == ("0", "1", "2", "3", "4")

with draw.style():
    picture, panels = draw.figure("Two pictures of each class", rows=2, columns=5, width=6, height=2.8)
    for column, name in enumerate(known.task.classes):
        for panel, row in zip(panels[column::5], np.flatnonzero(labels[many] == column), strict=False):
            panel.imshow(seen[row, ..., 0], cmap="gray", vmin=0, vmax=255)
            panel.set_axis_off()
            panel.set_title(name)
storage.write_bytes("pictures/04_pictures.png", draw.png(picture))

# %% [markdown]
# ## Train the first network


# %%
def accuracy(model, part):
    """Share of the part's pictures that the model gets right."""
    return kit.evaluate(model, part, resamples=0).metrics["accuracy"]


def network(data, seed, **settings):
    """A new network for these data."""
    keras.utils.set_random_seed(seed)
    return kit.build_classifier(data.task, data.input, width=16, **settings)


source = network(known, 0)
kit.fit(source, known, epochs=EPOCHS, verbose=0)
learnt = accuracy(source, known.test)
print(f"0 to 4: {len(known.train)} pictures to learn from, accuracy {learnt:.3f}")
assert learnt > 0.85

# %% [markdown]
# ## What it sees
# A convolution slides a small *kernel* over the picture and says at each place how well it fits. The
# result is a *map*. The upper row of the drawing shows kernels of the first layer, the lower what each
# finds.

# %%
first = next(layer.name for layer in source.layers if isinstance(layer, keras.layers.Conv2D))
shown = known.test.arrays()[0][0].astype("float32")
storage.write_bytes("pictures/04_feature_maps.png", draw.png(draw.feature_maps(source, first, shown)))

# %% [markdown]
# A kernel is the same at every place. So if the picture moves by two pixels, its maps move by two pixels, and
# nothing else happens: what was learnt at one place is known at all. (The outermost pixels are left out
# here: what lies beyond the edge is not known.)

# %%
probe = keras.Model(source.inputs[0], source.get_layer(first).output)
maps, moved = (
    keras.ops.convert_to_numpy(probe(each[None]))[0] for each in (shown, np.roll(shown, 2, axis=1))
)
print(f"{first}: {maps.shape[-1]} maps of {maps.shape[0]} x {maps.shape[1]}")
assert np.allclose(moved[2:-2, 4:-2], maps[2:-2, 2:-4], atol=1e-4)
assert not np.allclose(moved[2:-2, 4:-2], maps[2:-2, 4:-2], atol=0.1)

# %% [markdown]
# ## Changes that keep the class
# *Augmentation* shows each picture a little changed in each epoch: moved, lighter, with more contrast,
# with a hole. It makes few pictures many, and it is a claim: that the changed picture has the same class.
# Only who knows the classes can make it. A mirrored cat is a cat. A mirrored 2 is no 2. kit looks at the
# names: classes that are numbers or single characters are taken for symbols and are not mirrored, nor are
# "left" and "right".
#
# The network learnt with these changes. Asked about changed pictures it loses a little: a hole can hide
# a stroke. Asked about mirrored ones it still knows a 0, which is the same on both sides, and no
# longer a 2.

# %%
usual = policy(known.input, known.task)
print(usual)
assert not usual.mirror
assert policy(known.input, kit.Classification(("cat", "dog"))).mirror
assert not policy(known.input, kit.Classification(("hand_left", "hand_right"))).mirror

x, named = known.test.arrays()[0], np.asarray(known.test.labels).astype(int)
varied = augment(x, np.arange(len(x)), seed=0, epoch=0, policy=usual)
turned = x[:, :, ::-1]
found = {}
for name, images in (("as they are", x), ("varied", varied), ("mirrored", turned)):
    right = np.asarray(source.predict(images, batch_size=len(x), verbose=0)).argmax(axis=1) == named
    found[name] = {"all": right.mean(), **{str(digit): right[named == digit].mean() for digit in range(5)}}
found = pd.DataFrame(found).T
print("Share that the network gets right:", found.round(2), sep="\n")
assert found.loc["varied", "all"] > found.loc["mirrored", "all"] + 0.15
assert found.loc["mirrored", "2"] < found.loc["varied", "2"] - 0.4
assert found.loc["mirrored", "0"] > 0.8  # a mirrored 0 is a 0

surest = np.where(named == 2, source.predict(x, batch_size=len(x), verbose=0)[:, 2], 0).argmax()
two = x[surest : surest + 1]
row = [("as it is", two[0])]
row += [(f"epoch {n}", augment(two, [0], seed=0, epoch=n, policy=usual)[0]) for n in range(5)]
row += [("mirrored", two[0][:, ::-1])]
with draw.style():
    picture, panels = draw.figure(
        "Still a 2, even where a hole hides a stroke; the last is none", columns=len(row), width=9, height=1.9
    )
    for panel, (title, image) in zip(panels, row, strict=True):
        panel.imshow(image[..., 0], cmap="gray", vmin=0, vmax=255)
        panel.set_axis_off()
        panel.set_title(title)
storage.write_bytes("pictures/04_varied.png", draw.png(picture))

# %% [markdown]
# ## Ten pictures a class
# Now 5 to 9. Ten pictures of each are for training, five are watched, all others of the data set are the
# test. `patience=0` trains all epochs and keeps the last weights, so the watched ones decide nothing.
# Another seed draws other pictures, and other weights to begin with: with so few, which ones they are
# matters much.


# %%
def few(seed):
    """Data of 5 to 9 with `FEW` pictures a class to learn from."""
    rng = np.random.default_rng(seed)
    parts = [[], [], []]
    for digit in range(5, 10):
        rows = np.split(rng.permutation(np.flatnonzero(labels == digit)), [FEW, FEW + 5])
        for part, own in zip(parts, rows, strict=True):
            part.extend(own)
    return kit.load_data(tuple((pictures_of(part, rng), labels[part].astype(str)) for part in parts))


print(few(0))

# %% [markdown]
# ## What a frozen body is
# The *head* is the last layer, which makes classes of features. All before it is the *body*. The classes
# are new, so the head is; with its random weights it would at first send nonsense back into the body. So
# `fine_tune=` copies the body and *freezes* it for the first third of the epochs: the head alone learns.
# Then all of it learns, at 0.3 times the learning rate.
#
# A callback looks at the body after each epoch.


# %%
class Watch(keras.callbacks.Callback):
    """Keeps all weights as they are after the last epoch with a frozen body."""

    def on_epoch_end(self, epoch, logs=None):
        if not body(self.model)[0].trainable:
            self.weights = self.model.get_weights()


def body(model):
    """Layers with weights before the head."""
    return [layer for layer in model.layers if layer.weights and layer.name != "logits"]


def body_weights(model):
    """Copies of all arrays of the body, the statistics of BatchNorm among them."""
    return [weight for layer in body(model) for weight in layer.get_weights()]


def are_equal(some, others):
    """Whether all arrays are equal to the last bit."""
    return all(np.array_equal(one, other) for one, other in zip(some, others, strict=True))


data, watch = few(0), Watch()
model = network(data, 0)
fit = {"epochs": FEW_EPOCHS, "patience": 0, "verbose": 0}
kit.fit(model, data, fine_tune=source, callbacks=[watch], **fit)
final = model.get_weights()
assert not are_equal(body_weights(model), body_weights(source))  # the second stage changed it
model.set_weights(watch.weights)
assert are_equal(body_weights(model), body_weights(source))  # the first did not, BatchNorm included
model.set_weights(final)

# %% [markdown]
# *BatchNorm* is the trap here. It has weights that no gradient changes: the mean and variance of what went
# through it in training. A layer that is frozen only for gradients would still move them, and the body
# would no longer be what the source has learnt. In Keras a frozen BatchNorm runs in inference mode: it
# uses its statistics and leaves them.

# %%
norm = next(layer for layer in body(model) if isinstance(layer, keras.layers.BatchNormalization))
features = np.random.default_rng(0).normal(3, 2, (32, 4, 4, norm.gamma.shape[0])).astype("float32")
for trainable in (False, True):
    norm.trainable, before = trainable, norm.get_weights()
    said = [keras.ops.convert_to_numpy(norm(features, training=training)) for training in (True, False)]
    print(f"trainable {trainable}: statistics stay {are_equal(before, norm.get_weights())}")
    assert are_equal(before, norm.get_weights()) == (not trainable)
    assert np.allclose(*said, atol=1e-5) == (not trainable)
model.set_weights(final)

# %% [markdown]
# ## Does it help?
# For each seed: a network from nothing, one whose head alone has learnt, and one with both stages, all
# with the same pictures and settings. Settings that suit transfer need not suit a start from nothing, so
# there is "scratch, tuned", too: ten times the learning rate and twice the epochs, the best of six tries,
# chosen by test pictures, which favours it.

# %%
rows = []
for seed in SEEDS:
    data, watch = few(seed), Watch()
    scratch, best, tuned = network(data, seed), network(data, seed, learning_rate=0.02), network(data, seed)
    kit.fit(scratch, data, seed=seed, **fit)
    kit.fit(best, data, seed=seed, **{**fit, "epochs": 2 * FEW_EPOCHS})
    kit.fit(tuned, data, seed=seed, fine_tune=source, callbacks=[watch], **fit)
    row = {"scratch": accuracy(scratch, data.test), "scratch, tuned": accuracy(best, data.test)}
    both = accuracy(tuned, data.test)
    tuned.set_weights(watch.weights)
    rows.append({**row, "head alone": accuracy(tuned, data.test), "head, then all": both})
scores = pd.DataFrame(rows)
table = scores.agg(["mean", "std", "min", "max"]).T
print(f"Accuracy on {len(data.test)} pictures of 5 to 9, {len(SEEDS)} seeds", table.round(3), sep="\n")
gain = scores["head, then all"] - scores["scratch"]
print(f"Gain of transfer: mean {gain.mean():.3f}, from {gain.min():.3f} to {gain.max():.3f}")

assert (gain > 0.03).all()  # for every seed
assert scores["head, then all"].min() > scores["scratch"].max()
assert scores["head, then all"].mean() > scores["scratch, tuned"].mean()  # on average, not for every seed
assert scores["head, then all"].mean() > scores["head alone"].mean() + 0.02

# %% [markdown]
# The head alone is a linear model of features that were made for 0 to 4. It has few weights to learn, and
# cannot make a feature that 5 to 9 would need. The second stage can.
#
# ## Too fast, and it is forgotten
# What is transferred is only as safe as the steps are small. Here the body is copied and nothing is
# frozen; one learning rate holds for all layers. Afterwards the changed body gets the old head back and is
# asked for 0 to 4 again. It never saw them meanwhile, and the larger the steps, the less is left.
#
# For the new classes the best rate lies between: steps that are too small leave the body as it was, steps
# that are too large throw away what it was copied for. If 0 to 4 do not matter any more, a larger rate
# than the default is worth a try here: `learning_rate=` of the builder, chosen by validation pictures.

# %%
RATES = (0.0006, 0.006, 0.06)  # the first is what the second stage takes by default
rows = []
for seed in SEEDS[: 1 if SHORT else 3]:
    data = few(seed)
    for rate in RATES:
        hasty = network(data, seed, learning_rate=rate)
        taken(hasty, source)
        kit.fit(hasty, data, seed=seed, **fit)
        old = network(known, 0)
        old.set_weights(source.get_weights())
        taken(old, hasty)
        rows.append((rate, accuracy(hasty, data.test), accuracy(old, known.test)))
remembered = pd.DataFrame(rows, columns=["rate", "5 to 9", "0 to 4"]).groupby("rate").mean()
print(f"0 to 4 before: {learnt:.3f}", remembered.round(3), sep="\n")
assert remembered["0 to 4"].iloc[0] > remembered["0 to 4"].iloc[1:].max() + 0.2
assert remembered["0 to 4"].iloc[-1] < 0.5 < learnt
assert remembered["5 to 9"].idxmax() == RATES[1]

# %%
with draw.style():
    picture, (left, right) = draw.figure("Ten pictures a class", columns=2, width=9, height=3.6)
    for place, name in enumerate(scores):
        left.plot(np.full(len(scores), place), scores[name], "o", color=draw.SKY, alpha=0.8)
        left.hlines(scores[name].mean(), place - 0.25, place + 0.25, color=draw.BLUE)
    left.axhline(0.2, color=draw.GRAY, linestyle=":")
    left.set(xticks=range(4), xticklabels=list(scores), ylim=(0, 1), ylabel="accuracy on 5 to 9")
    left.set_title("a dot a seed, a line their mean")
    for name, color in (("0 to 4", draw.ORANGE), ("5 to 9", draw.BLUE)):
        right.semilogx(RATES, remembered[name], "o-", color=color, label=name)
    right.axhline(0.2, color=draw.GRAY, linestyle=":", label="chance")
    right.set(ylim=(0, 1), xlabel="learning rate of all layers", ylabel="accuracy")
    right.set_title("fast steps forget")
    right.legend()
storage.write_bytes("pictures/04_transfer.png", draw.png(picture))

# %% [markdown]
# ## From a network of others
# Photos of things do not need a source of your own. Networks trained on the photos of ImageNet come with
# Keras; their weights are downloaded at first use:
#
#     model = kit.build_classifier(data.task, data.input, backbone="keras:MobileNetV2", weights="imagenet")
#     kit.fit(model, data, fine_tune=True)     # True: the body has brought its weights along
#
# And from a shell, with the folder of a model that was saved:
#
#     kit train photos/ --set fine_tune=saved_models/first
#
# ## What to remember
# - A convolution knows at every place what it has learnt at one.
# - Augmentation is a claim about classes: check which changes keep them.
# - Transfer pays where images are few and the source has met the same light, places and strokes. It passes on
#   how to see, not what to say.
# - Head first, then all, in small steps; a frozen BatchNorm keeps its statistics.
# - Few images make scores jump: several seeds, other images each, and the spread beside the mean.
