# %% [markdown]
# # Many classes for every pixel, and pixels of no class
#
# Question: how do I judge a segmentation of many classes, of which some are rare and some pixels are none?
#
# Street scenes have large classes (road, sky) and thin ones (poles). Some pixels nobody wants to judge:
# here the bonnet of the own car. They are *void*. kit draws such scenes itself, so the truth of every
# pixel is known.

# %%
import dataclasses
import os

import keras
import numpy as np

import kit
from kit import draw, storage
from kit.data.patches import Patches, Policy
from kit.evaluation.maps import mask_counts
from kit.inputs import pixels

SHORT = bool(os.environ.get("KIT_SHORT"))  # a smaller network and one epoch; every check below still holds
EPOCHS, BATCH = (1, 2) if SHORT else (20, 4)
DEPTH, RATE = (1, 0.01) if SHORT else (3, 0.003)
VOID = 255
keras.utils.set_random_seed(0)  # the same initial weights in each run

# %% [markdown]
# ## A class for every pixel
# A mask is an image of class numbers: 0 for the first class, 1 for the next. The number 255 says
# that the pixel is of no class. kit finds the classes and the void.

# %%
data = kit.load_data("streets")
print(data)
if SHORT:
    data = dataclasses.replace(data, validation=None)  # nothing below looks at it
classes, count = data.task.classes, len(data.task.classes)
masks = np.stack(list(data.train.labels))
void_share = np.mean(masks == VOID)
shares = np.array([np.mean(masks[masks != VOID] == number) for number in range(count)])
for name, share in zip(classes, shares, strict=True):
    print(f"{name:10} {share:7.2%}")
print(f"void       {void_share:7.2%} of all pixels, not in the shares above")
assert data.task.void == VOID and count == 7
np.testing.assert_allclose(shares, data.task.prior, rtol=1e-6)  # the task knows them from the training part
assert 0.02 < void_share < 0.2

colors = draw.class_colors(count)
with draw.style():
    picture, panels = draw.figure(
        "Three scenes and their masks; void is gray", rows=2, columns=3, width=8, height=4
    )
    for place in range(3):
        image, mask = data.train.inputs[place] / 255, data.train.labels[place]
        panels[place].imshow(image)
        panels[3 + place].imshow(draw.overlaid(image, mask, colors, VOID, opacity=0.8))
    for panel in panels:
        panel.set_axis_off()
storage.write_bytes("pictures/10_scenes.png", draw.png(picture))

# %% [markdown]
# ## Rare classes vanish in the accuracy
# A model that knows everything but poles, and says "building" for each of them, is right for nearly all
# pixels. *Intersection over union* (IoU) of a class is found / (said or true), in pixels. Its mean
# over the classes gives poles a seventh of the vote, however thin they are.


# %%
def judged(true, said):
    """(pixel accuracy, IoU of each class) of class numbers; void pixels count nowhere."""
    counts = mask_counts(np.concatenate(true), np.concatenate(said), count)  # rows: true, columns: said
    found = np.diagonal(counts)
    return found.sum() / counts.sum(), found / (counts.sum(axis=0) + counts.sum(axis=1) - found)


pole, building = classes.index("pole"), classes.index("building")
blind = np.where(masks == pole, building, masks).astype("uint8")
accuracy, iou = judged(masks, blind)
print(f"Every pole missed: pixel accuracy {accuracy:.3f}, mean IoU {iou.mean():.3f}")
assert shares[pole] < 0.02
assert abs(accuracy - (1 - shares[pole])) < 1e-9 and accuracy > 0.98
assert iou[pole] == 0 and iou.mean() < 0.86

# %% [markdown]
# Always saying the commonest class is the baseline of both. By hand: its accuracy and its IoU are its
# share s, all other classes have 0, so the mean IoU is s / 7.

# %%
common = int(np.argmax(shares))
accuracy, iou = judged(masks, np.full_like(masks, common))
print(f"Always '{classes[common]}': pixel accuracy {accuracy:.3f}, mean IoU {iou.mean():.3f}")
assert abs(accuracy - shares[common]) < 1e-9
assert abs(iou.mean() - shares[common] / count) < 1e-9

# %% [markdown]
# ## Void changes nothing
# Void is not a class "other" that the model should learn. It is a place where no answer is wrong. So
# whatever is said there may change neither loss nor metric. Try it: random outputs, then others under
# the void.

# %%
rng = np.random.default_rng(0)
targets = data.test.task.encode(data.test.labels)[:4]


def random_outputs():
    """Probabilities of each class for each pixel."""
    raw = rng.gamma(1.0, size=(*targets.shape, count))
    return (raw / raw.sum(axis=-1, keepdims=True)).astype("float32")


def scored(outputs, loss):
    """The loss and the mean IoU that Keras would show."""
    metric = data.task.make_metrics()[0]
    metric.update_state(targets, outputs)
    return float(loss(targets, outputs)), float(metric.result())


first, other = random_outputs(), random_outputs()
is_void = (targets == VOID)[..., None]
under_void = np.where(is_void, other, first)
elsewhere = np.where(is_void, first, other)
for name in ("crossentropy", "dice", "crossentropy+dice", "lovasz", "focal"):
    loss = kit.Segmentation(classes, void=VOID, loss=name).make_loss()
    before, same, changed = (scored(outputs, loss) for outputs in (first, under_void, elsewhere))
    print(f"{name:18} loss {before[0]:.6f}, other under void {same[0]:.6f}, elsewhere {changed[0]:.6f}")
    assert abs(same[0] - before[0]) < 1e-6 and same[1] == before[1]
    assert abs(changed[0] - before[0]) > 1e-5 and changed[1] != before[1]
assert not np.array_equal(first, under_void)

# %% [markdown]
# A class that the masks hold and the task does not know is an error, not a silent void. Say `void=` only
# for a value that means "do not judge".

# %%
try:
    kit.Segmentation(classes).encode([data.train.labels[0]])
    raise AssertionError("255 was accepted as a class")
except kit.DataError as error:
    print(error)
assert (data.task.encode([data.train.labels[0]])[0] == data.train.labels[0]).all()

# %% [markdown]
# ## Masks are never interpolated
# Images are resized by mixing neighbours: between black and white lies gray. Between class 0, sky, and
# class 6, pole, lie the numbers 1 to 5: road, pavement, building, tree, car. A bilinear resize draws a
# border of classes that are not there, and mixes 255 with 0 to values that are no class at all. The
# nearest pixel gives a coarser border and no lie.

# %%
pair = np.zeros((8, 8), "uint8")
pair[:, 4:] = pole
mixed = pixels.resize(pair[..., None], (40, 40))[..., 0]
near = pixels.nearest(pair, (40, 40))
print("sky and pole, bilinear:", np.unique(mixed), "- nearest:", np.unique(near))
assert set(np.unique(near)) == {0, pole}
assert len(set(np.unique(mixed)) - {0, pole}) >= 3

mask = data.train.labels[0]
mixed, near = pixels.resize(mask[..., None], (100, 150))[..., 0], pixels.nearest(mask, (100, 150))
invented = sorted(set(np.unique(mixed).tolist()) - set(np.unique(mask).tolist()))
wrong = np.mean(mixed != near)
print(f"A whole mask: bilinear changes {wrong:.1%} of the pixels and invents the values {invented[:8]} ...")
assert set(np.unique(near)) <= set(np.unique(mask))
assert wrong > 0.02 and any(count <= value < VOID for value in invented)

# %% [markdown]
# ## Patches
# Networks for pixels train on *patches*: pieces of images, cut at another place in each epoch, flipped and
# zoomed. Mask and image must take every step together. To see that they do, let the mask itself be the
# image. Without zoom both must stay equal to the last pixel.

# %%
encoded = data.task.encode(data.train.labels)
twice = Patches(
    list(encoded[..., None]), list(encoded), size=(32, 48), task=data.task, policy=Policy(turn=False)
)
x, y = twice.epoch(0)
print(f"{len(twice)} patches of 32 x 48 pixels from {len(encoded)} images")
assert np.array_equal(x[..., 0], y)
assert not np.array_equal(y, twice.epoch(1)[1])  # the next epoch shows other places

# %% [markdown]
# With zoom the image is mixed and the mask is not: it holds classes and void, and nothing between.

# %%
zoomed = Patches(
    list(encoded[..., None]), list(encoded), size=(32, 48), task=data.task, policy=Policy(zoom=1.25)
)
x, y = zoomed.epoch(0)
assert set(np.unique(y)) == {*range(count), VOID}
assert len(set(np.unique(x)) - {*range(count), VOID}) > 10

# %% [markdown]
# ## Train
# The default is a small U-Net with cross-entropy plus Dice.

# %%
model = kit.build_segmenter(data.task, data.input, width=8, stem=1, depth=DEPTH, learning_rate=RATE)
print(f"{model.count_params():,} parameters, {data.task.match.activation}, loss {data.task.match.loss}")
settings = {"epochs": EPOCHS, "batch_size": BATCH, "patience": 0, "precision": "float32"}
history = kit.fit(model, data, **settings, augment=None if SHORT else "auto", verbose=0)
report = kit.evaluate(model, data.test, history=history, resamples=50 if SHORT else 200)
print(report)
metrics, baseline = report.metrics, report.baseline
assert metrics["mean_iou"] > baseline["mean_iou"] + 0.25
assert metrics["pixel_accuracy"] > metrics["mean_iou"] + 0.1  # the large classes are the easy ones
shown = dataclasses.replace(report, examples=report.examples[-3:])  # the three worst images
storage.write_bytes("pictures/10_results.png", draw.png(shown.figure("overlays")))

# %% [markdown]
# ## Which classes are meant
# One number hides which classes fail. The confusion of pixels says what is taken for what: rows are true,
# columns are said. Its row sums are the true pixels, its diagonal those that were found, and from the
# two follow all the numbers above.

# %%
confusion = report.confusion.to_numpy()
found, true, said = np.diagonal(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
ious = found / (true + said - found)
test = np.stack(list(data.test.labels))
assert confusion.sum() == np.sum(test != VOID)  # every pixel once, void ones not at all
assert abs(found.sum() / confusion.sum() - metrics["pixel_accuracy"]) < 1e-9
assert abs(ious.mean() - metrics["mean_iou"]) < 1e-9

print((report.confusion.div(true, axis=0) * 100).round(0).astype(int))
off = confusion - np.diag(found)
for number in np.argsort(ious):
    taken = classes[int(np.argmax(off[number]))]
    share = true[number] / true.sum()
    print(f"{classes[number]:10} share {share:6.2%}, IoU {ious[number]:.3f}, else {taken}")

# %% [markdown]
# Rare classes score lower, for two reasons. Fewer pixels teach them. And thin things are nearly all
# border: one pixel too far left costs a pole half of its IoU and the sky nothing that can be measured.

# %%
large, small = ious[shares > 0.1], ious[shares < 0.05]
print(f"IoU of classes above 10 %: {large.mean():.3f}; below 5 %: {small.mean():.3f}")
assert ious[pole] < large.mean() - 0.1
assert large.mean() > small.mean() + 0.1


def thick(width):
    """IoU of a stripe of so many pixels that is found one pixel too far to the side."""
    return (width - 1) / (width + 1)


assert thick(3) == 0.5 and thick(61) > 0.96

with draw.style():
    title = f"IoU by class share: pixel accuracy {metrics['pixel_accuracy']:.2f} speaks for the right half"
    picture, panel = draw.figure(title, width=6.4, height=3.4)
    panel.scatter(shares, ious, color=colors, s=60)
    for name, share, value in zip(classes, shares, ious, strict=True):
        panel.annotate(name, (share, value), xytext=(6, -3), textcoords="offset points", fontsize=9)
    panel.axhline(metrics["mean_iou"], color=draw.GRAY, linestyle=":", label="mean IoU")
    panel.set_xscale("log")
    panel.set_ylim(0, 1.03)
    panel.set_xlabel("share of the pixels")
    panel.set_ylabel("IoU")
    panel.legend(loc="lower right")
storage.write_bytes("pictures/10_iou_by_share.png", draw.png(picture))

# %% [markdown]
# ## What to remember
# - Pixel accuracy speaks for the large classes; the mean IoU asks each class once.
# - Void is where no answer is wrong: it is in no loss, no metric and no confusion.
# - Class numbers are names. Never mix them: nearest pixel for masks, always.
# - Read the confusion and the worst images before you change the network.
