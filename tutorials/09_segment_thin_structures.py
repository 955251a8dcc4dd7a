# %% [markdown]
# # Thin structures: segment membranes with a U-Net
#
# Question: how do I find something that is everywhere in the image and covers only a few of its pixels?
#
# Cells lie side by side, and between them there are membranes, two pixels thin. This tutorial draws
# such images, trains a small U-Net with four losses, and measures what each of them does to the
# membranes. The images are drawn here, so the truth of every pixel is known.

# %%
import dataclasses
import os

import keras
import numpy as np
from keras import ops
from scipy import ndimage
from scipy.spatial import cKDTree

import kit
from kit import draw, storage

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer, larger steps and one seed; every check below still holds
EPOCHS, SEEDS, RATE = (3, (0,), 0.005) if SHORT else (16, (0, 1), 0.003)
EDGE, APART, THIN = 64, 20, 0.75  # pixels: side of an image, distance of cells, half of a membrane

# %% [markdown]
# ## Draw
# Scatter points. A pixel belongs to the cell of its nearest point, and it is membrane where the two
# nearest points are almost equally far. Membranes are dark, cells are bright and mottled. Noise covers
# both, so that no threshold on the gray values can tell them apart.


# %%
def drawn(index):
    """Image (EDGE, EDGE, 1) and mask (EDGE, EDGE): 0 where cell, 1 where membrane."""
    rng = np.random.default_rng(index)
    pixels = np.stack(np.mgrid[:EDGE, :EDGE], axis=-1) + 0.5
    corners = APART * np.stack(np.mgrid[-1:5, -1:5], axis=-1).reshape(-1, 2)
    points = corners + APART * rng.uniform(0.15, 0.85, corners.shape)
    distances, nearest = cKDTree(points).query(pixels, k=2)
    membrane = distances[..., 1] - distances[..., 0] < 2 * THIN * rng.uniform(0.8, 1.2)
    bright = 160 + rng.normal(0, 10, len(points))[nearest[..., 0]]
    mottles = 75 * ndimage.gaussian_filter(rng.normal(size=(EDGE, EDGE)), 1.5)
    values = np.where(membrane, 110, bright) + mottles + rng.normal(0, 22, (EDGE, EDGE))
    return np.clip(values, 0, 255).astype("uint8")[..., None], membrane.astype("uint8")


images, masks = (np.stack(each) for each in zip(*map(drawn, range(60)), strict=True))
parts = [(images[rows], masks[rows]) for rows in (slice(0, 36), slice(36, 44), slice(44, 60))]
data = kit.load_data(tuple(parts), task=kit.Segmentation(("cell", "membrane"), background=True))
print(data)
held = data.validation
if SHORT:
    data = dataclasses.replace(data, validation=None)  # training does not look at it
x, y = images[44:].astype("float32"), masks[44:]  # the test part

with draw.style():
    picture, panels = draw.figure("Cells, and the membranes between them", columns=4, width=8, height=2.2)
    for panel, shown in zip(panels, (images[0], masks[0], images[1], masks[1]), strict=True):
        panel.imshow(np.squeeze(shown), cmap="gray")
        panel.set_axis_off()
storage.write_bytes("pictures/09_cells.png", draw.png(picture))

# %% [markdown]
# ## A mask is a class for every pixel
# A mask has one number for each pixel: 0 for the first class, 1 for the second. With two classes the
# network has one output a pixel, the probability of the second. It is membrane from 0.5 on.

# %%
share = data.task.prior[1]
row = data.task.match
print(f"{share:.1%} of the pixels are membrane; output {row.activation}, decision {row.decide}")
assert x.shape == (16, EDGE, EDGE, 1) and y.shape == (16, EDGE, EDGE)
assert abs(share - masks[:36].mean()) < 1e-6 and 0.1 < share < 0.25
assert np.array_equal(data.task.decided(y[..., None].astype("float32")).masks, y)

# %% [markdown]
# ## Accuracy hides a missed class
# Always saying "cell" is right for all pixels that are cell. The *intersection over union* of the
# membrane, found / (said or true), and *Dice*, 2 found / (said + true), count only pixels where
# membrane is said or true. So they are 0.


# %%
def measured(true, said):
    """Pixel accuracy, and IoU, Dice, recall and precision of the membrane."""
    true, said = true.astype(bool), said.astype(bool)
    found, extra, missed = (true & said).sum(), (said & ~true).sum(), (true & ~said).sum()
    return {
        "accuracy": np.mean(true == said),
        "IoU": found / (found + extra + missed),
        "Dice": 2 * found / (2 * found + extra + missed),
        "recall": found / (found + missed),
        "precision": found / max(1, found + extra),
    }


def line(name, numbers):
    """A row of a table."""
    return f"{name:20}" + "".join(f"{key} {number:.3f}  " for key, number in numbers.items())


always = measured(y, np.zeros_like(y))
print(line("always cell", always))
assert always["accuracy"] == 1 - y.mean() and always["accuracy"] > 0.8
assert always["IoU"] == always["Dice"] == always["recall"] == 0

# %% [markdown]
# Thin structures are strict in another way: they are nearly all border. Move the true mask by one pixel
# and most pixels are still right, but the membrane has lost about half of its IoU.

# %%
moved = measured(y[:, :, 1:], y[:, :, :-1])
print(line("one pixel too far", moved))
assert moved["accuracy"] > 0.8 and moved["IoU"] < 0.55

# %% [markdown]
# And one missed pixel can be what matters: a hole in a membrane makes one cell of two.

# %%
wall = np.zeros((20, 41), "uint8")
wall[:, 20] = 1
hole = wall.copy()
hole[7, 20] = 0
cells = [ndimage.label(mask == 0)[1] for mask in (wall, hole)]
print(line(f"one hole, {cells[0]} -> {cells[1]}", measured(wall, hole)))
assert cells == [2, 1] and measured(wall, hole)["accuracy"] > 0.998

# %% [markdown]
# ## The network
# A U-Net halves the image a few times, so that a pixel sees its surroundings, and doubles it again. At
# each size the maps of the way down are laid beside those of the way up: coarse maps say what it is,
# fine ones where. It takes images of any height and width.

# %%
SIZE = {"width": 8, "depth": 2, "stem": 1, "learning_rate": RATE}
model = kit.build_segmenter(data.task, data.input, **SIZE)
print(f"{model.count_params():,} parameters: {model.name}")
assert model.output_shape == (None, None, None, 1)
assert tuple(model(x[:1, :50, :37]).shape) == (1, 50, 37, 1)

# %% [markdown]
# ## Four losses, the same network, the same steps
# - *Cross-entropy* asks every pixel alone. A doubtful pixel is membrane if that is likelier than not.
# - *Dice* asks for the overlap of what is said with what is true, image by image.
# - Their sum is kit's default.
# - *Tversky* is a Dice in which pixels too many weigh alpha and pixels too few weigh beta. With 0.3 and
#   0.7 a missed membrane pixel costs more than twice as much as a wrong one.
#
# Each is trained from the same first weights, on the same patches.

# %%
LOSSES = {
    "crossentropy": {},
    "dice": {},
    "crossentropy+dice": {},
    "tversky": {"alpha": 0.3, "beta": 0.7},
}
models, outputs = {}, {}
for seed in SEEDS:
    for loss, options in LOSSES.items():
        keras.utils.set_random_seed(seed)
        task = dataclasses.replace(data.task, loss=loss, **options)
        model = kit.build_segmenter(task, data.input, **SIZE)
        settings = {"epochs": EPOCHS, "batch_size": 4, "patience": 0, "seed": seed, "precision": "float32"}
        kit.fit(model, data, **settings, verbose=0)
        models[loss, seed], outputs[loss, seed] = model, ops.convert_to_numpy(model(x))[..., 0]

table = {key: measured(y, said >= 0.5) for key, said in outputs.items()}
print(line("always cell", always))
for (loss, seed), numbers in table.items():
    print(line(f"{loss}, {seed}", numbers))
assert all(
    numbers["IoU"] > 0.4 and numbers["accuracy"] > always["accuracy"] + 0.03 for numbers in table.values()
)

# %% [markdown]
# What the losses decide is which mistakes are made. Tversky with a large beta finds more of the
# membrane and says more that is none. Use it where a gap costs more than a thick membrane. The pixel
# accuracy hardly tells the four apart.
#
# Dice is less in doubt: more of its outputs lie near 0 and 1. That is not knowledge. Where
# probabilities are needed, take cross-entropy.

# %%
doubt = {key: np.mean((said > 0.1) & (said < 0.9)) for key, said in outputs.items()}
for seed in SEEDS:
    plain, cautious = table["crossentropy", seed], table["tversky", seed]
    spread = np.ptp([table[loss, seed]["accuracy"] for loss in LOSSES])
    print(
        f"seed {seed}: tversky finds {cautious['recall'] - plain['recall']:+.3f}, precision "
        f"{cautious['precision'] - plain['precision']:+.3f}; accuracies differ by {spread:.3f}; in doubt: "
        f"crossentropy {doubt['crossentropy', seed]:.2f}, dice {doubt['dice', seed]:.2f}"
    )
    assert cautious["recall"] > plain["recall"] + 0.03
    assert cautious["precision"] < plain["precision"] - 0.03
    assert spread < 0.05
    assert doubt["dice", seed] < 0.95 * doubt["crossentropy", seed]

# %% [markdown]
# The threshold decides about the same question after training, and costs nothing: with a lower one
# more is found and more is wrong. Try it before you train again.

# %%
said = outputs["crossentropy", SEEDS[0]]
curve = {threshold: measured(y, said >= threshold) for threshold in np.arange(0.1, 0.95, 0.1).round(1)}
for threshold in (0.3, 0.5, 0.7):
    print(line(f"threshold {threshold}", curve[threshold]))
recalls = [numbers["recall"] for numbers in curve.values()]
assert recalls == sorted(recalls, reverse=True)
assert (
    curve[0.3]["recall"] > curve[0.5]["recall"] + 0.03 and curve[0.3]["precision"] < curve[0.5]["precision"]
)

with draw.style():
    title = "Recall and precision of the membrane: losses at threshold 0.5, cross-entropy at all"
    picture, panel = draw.figure(title, width=5.6, height=3.8)
    points = [(numbers["recall"], numbers["precision"]) for numbers in curve.values()]
    panel.plot(*zip(*points, strict=True), color=draw.GRAY, label="crossentropy, thresholds 0.1 to 0.9")
    for loss, colour, marker in zip(LOSSES, draw.PALETTE, "osD^", strict=False):
        shown = [(table[loss, seed]["recall"], table[loss, seed]["precision"]) for seed in SEEDS]
        panel.plot(*zip(*shown, strict=True), marker, color=colour, label=loss)
    panel.set_xlabel("recall")
    panel.set_ylabel("precision")
    panel.legend(loc="lower left")
storage.write_bytes("pictures/09_losses.png", draw.png(picture))

with draw.style():
    picture, panels = draw.figure(
        "One test image: the truth, and what each loss makes of it", columns=6, width=10, height=1.9
    )
    said = {loss: outputs[loss, SEEDS[0]][0] >= 0.5 for loss in LOSSES}
    for panel, (name, shown) in zip(panels, {"image": x[0], "truth": y[0], **said}.items(), strict=True):
        panel.imshow(np.squeeze(shown), cmap="gray")
        panel.set_title(name, fontsize=9)
        panel.set_axis_off()
storage.write_bytes("pictures/09_said.png", draw.png(picture))

# %% [markdown]
# `kit.calibrate` tries all thresholds on the validation part and keeps the one with the highest mean IoU, or
# what another aim asks for; `kit train` does so by itself. It matters most where outputs are no shares of
# anything, as those of Tversky. On images that it was not chosen on the gain is smaller, and with eight
# images to choose on it may be none.

# %%
gains = []
for (loss, seed), model in models.items():
    before = kit.evaluate(model, data.test, resamples=0).metrics["mean_iou"]
    kit.calibrate(model, held)
    after = kit.evaluate(model, data.test, resamples=0).metrics["mean_iou"]
    gains.append(after - before)
    print(
        f"{loss}, {seed}: from {model.kit.task.threshold:.2f} on; test mean IoU {before:.3f} -> {after:.3f}"
    )
assert np.mean(gains) > 0

# %% [markdown]
# ## An image without any membrane
# Overlap with nothing is 0 / 0. A pixel s = 1, added above and below, makes it 1 where nothing is said.
# For an empty mask of n pixels, each with output p, the losses are by hand
#
#     cross-entropy  -ln(1 - p)
#     dice           1 - s / (n p + s)
#     tversky        1 - s / (alpha n p + s)
#
# and their slopes, for a change of all outputs together,
#
#     cross-entropy  1 / (1 - p)
#     dice           n s / (n p + s)^2
#     tversky        alpha n s / (alpha n p + s)^2
#
# All are finite and positive: every loss asks for less where there is none. But the slope of
# Dice falls with the square of what is said: far too much is unlearnt slowly. Cross-entropy beside it helps.

# %%
empty, n, alpha = np.zeros((1, 4, 4), "uint8"), 16, LOSSES["tversky"]["alpha"]
BY_HAND = {
    "crossentropy": (lambda p: -np.log(1 - p), lambda p: 1 / (1 - p)),
    "dice": (lambda p: 1 - 1 / (n * p + 1), lambda p: n / (n * p + 1) ** 2),
    "tversky": (lambda p: 1 - 1 / (alpha * n * p + 1), lambda p: alpha * n / (alpha * n * p + 1) ** 2),
}


def constant(p):
    """An output of p for every pixel."""
    return np.full((1, 4, 4, 1), p, "float32")


for name, (value, slope) in BY_HAND.items():
    loss = dataclasses.replace(data.task, loss=name, **LOSSES[name]).make_loss()
    for p in (0.1, 0.5, 0.9):
        step = 0.005
        rise = (float(loss(empty, constant(p + step))) - float(loss(empty, constant(p - step)))) / (2 * step)
        print(f"{name:14} p {p}: loss {float(loss(empty, constant(p))):.4f}, slope {rise:.4f}")
        np.testing.assert_allclose(float(loss(empty, constant(p))), value(p), rtol=1e-4)
        np.testing.assert_allclose(rise, slope(p), rtol=0.01)
    assert float(loss(empty, constant(0.0))) < 1e-5  # nothing said of nothing is right

# %% [markdown]
# ## What to remember
# - Compare the accuracy of a mask with that of always saying the commonest class; better, read IoU.
# - A loss chooses between mistakes: missed membrane or too much of it. So does the threshold.
# - An image without the thing is a sample like any other. Keep some in the training part.
#
# Next: `10_many_classes_and_void.py` has seven classes, and pixels that are of none.
