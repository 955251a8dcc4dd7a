# %% [markdown]
# # Detect objects in five minutes: blood cells
#
# Question: how do I get from images with boxes to a detector that I can trust, and what does its report say?
#
# Blood under a microscope: red cells, white cells with a large nucleus, and tiny platelets. The public
# BCCD set has 364 such images. Where `KIT_DATA` names a folder that holds it as `bccd`, this tutorial
# takes it. Else it draws such images itself.

# %%
import dataclasses
import os
from pathlib import Path

import keras
import numpy as np
from PIL import Image

import kit
from kit import draw, storage
from kit.evaluation.box_errors import KINDS, counted

SHORT = bool(os.environ.get("KIT_SHORT"))  # drawn images, a narrow network, few epochs; every check holds
TRAINING = {"epochs": 10, "batch_size": 4} if SHORT else {"minutes": 5}
WIDTH = 8 if SHORT else 16
BCCD = Path(os.environ.get("KIT_DATA", "no such folder")) / "bccd"
EDGE = 48 if SHORT else 96  # pixels: side of a drawn image
keras.utils.set_random_seed(0)


# %% [markdown]
# ## Draw, or read
# kit reads Pascal VOC, COCO, YOLO and labelme files and tables of boxes; it says what it found. In Python
# a label is a pair: corners (x1, y1, x2, y2) in pixels, and a name for each box.


# %%
def drawn(index):
    """Image (EDGE, EDGE, 3) and its label: red cells, sometimes a white one, platelets."""
    rng = np.random.default_rng(index)
    y, x = np.mgrid[:EDGE, :EDGE] + 0.5
    image = np.full((EDGE, EDGE, 3), (232.0, 214, 208)) + rng.normal(0, 6, 3)
    kinds = ["WBC"] * int(rng.random() < 0.7) + ["RBC"] * int(rng.integers(4, 8)) + ["Platelets"] * 3
    radii = {"WBC": (8, 9.5), "RBC": (4.5, 5.5), "Platelets": (2.5, 3.1)}
    boxes, names, placed = [], [], []
    for kind in kinds:
        radius = rng.uniform(*radii[kind])
        for _ in range(20):  # places that are tried for a cell that may touch no other
            middle = rng.uniform(radius, EDGE - radius, 2)
            if all(np.hypot(*(middle - other)) > radius + reach for other, reach in placed):
                break
        else:
            continue
        far = np.hypot(x - middle[0], y - middle[1])
        cover = np.clip(radius + 0.5 - far, 0, 1)[..., None]
        pale = np.clip(1 - far / radius, 0, 1)[..., None] ** 2  # red cells are thin in the middle
        color = np.array((198.0, 120, 122)) + 60 * pale if kind == "RBC" else np.array((112.0, 70, 140))
        image += cover * (color + rng.normal(0, 6, 3) - image)
        placed.append((middle, radius))
        boxes.append([*(middle - radius), *(middle + radius)])
        names.append(kind)
    image = np.clip(image + rng.normal(0, 7, image.shape), 0, 255).astype("uint8")
    return image, (np.array(boxes, "float32"), np.array(names, object))


def drawn_parts(counts):
    """Pairs (images, labels) of so many drawn images each."""
    ends = np.cumsum([0, *counts])
    for start, end in zip(ends, ends[1:], strict=False):
        images, labels = zip(*map(drawn, range(start, end)), strict=True)
        yield np.stack(images), list(labels)


if BCCD.is_dir() and not SHORT:
    data = kit.load_data(BCCD, image_size=(240, 320), on_bad="skip")  # two of its boxes have no area
else:
    task = kit.Detection(("RBC", "WBC", "Platelets"))
    parts = drawn_parts((80, 8, 40) if SHORT else (240, 40, 80))
    data = kit.load_data(tuple(parts), task=task, image_size=EDGE)
if SHORT:
    data = dataclasses.replace(data, validation=None)  # nothing below looks at it
print(data)
classes = data.task.classes
COLORS = dict(zip(classes, draw.class_colors(len(classes)), strict=True))

# %% [markdown]
# ## Look at the boxes first
# A detector learns what the boxes say, also where they are wrong: shifted, swapped x and y, objects left
# out. Count them, measure them, and look at some.

# %%
labels = list(data.train.labels)
names = np.concatenate([each for _, each in labels])
corners = np.concatenate([boxes for boxes, _ in labels])
sides = np.sqrt(np.prod(corners[:, 2:] - corners[:, :2], axis=1))  # pixels
share = {name: np.mean(names == name) for name in classes}
middle = {name: np.median(sides[names == name]) for name in classes}
for name in classes:
    print(f"{name:10} {share[name]:5.1%} of the boxes, median side {middle[name]:.1f} pixels")
assert (corners[:, 2:] > corners[:, :2]).all() and len(names) == len(corners)
assert max(share, key=share.get) == "RBC" and share["RBC"] > 0.5  # the common class
assert min(middle, key=middle.get) == "Platelets" and middle["WBC"] > 2 * middle["Platelets"]


def opened(image):
    """The (height, width, 3) pixels of an image, which may be a file."""
    return np.asarray(Image.open(image).convert("RGB") if isinstance(image, Path) else image)


def show(panel, image, boxes, names, scores=None):
    """An image with its boxes."""
    draw.boxes_on(panel, image / 255, boxes, names, [COLORS[name] for name in names], scores)


with draw.style():
    picture, panels = draw.figure("Three images and what was marked in them", columns=3, width=9, height=3)
    for panel, image, (boxes, kinds) in zip(panels, data.train.inputs, labels, strict=False):
        show(panel, opened(image), boxes, kinds)
storage.write_bytes("pictures/12_truth.png", draw.png(picture))

# %% [markdown]
# ## Build
# A one-stage detector looks from a fixed grid of places. kit lets the sizes of the objects decide how fine
# it is: places are not farther apart than a platelet is wide. Large objects would add coarser grids to it.

# %%
model = kit.build_detector(data.task, data.input, width=WIDTH)
strides = model.kit.task.strides
places = sum(-(-data.input.size[0] // stride) * -(-data.input.size[1] // stride) for stride in strides)
print(f"{model.count_params():,} parameters; strides {strides}, so {places} places")
height = opened(data.train.inputs[0]).shape[0]
assert strides[0] <= middle["Platelets"] * data.input.size[0] / height
assert model.output_shape == (None, places, 4 + len(classes))

# %% [markdown]
# Before training it knows nothing: average precision is near 0, and no box reaches the score to be said.

# %%
resamples = 20 if SHORT else 200
first = kit.evaluate(model, data.test, resamples=resamples)
assert first.metrics["map_50"] < 0.05
assert not any(len(each["scores"]) for each in first.outcome.said())

# %% [markdown]
# ## Train
# Images are mirrored, moved, enlarged and coloured anew in each epoch, their boxes with them.

# %%
history = kit.fit(model, data, **TRAINING, precision="float32", verbose=0)
report = kit.evaluate(model, data.test, history=history, resamples=resamples)
print(report)
assert report.metrics["map_50"] > 0.5
assert report.metrics["map_50"] >= report.metrics["map_75"]
assert report.metrics["map_50_95"] < report.metrics["map_50"]

# %% [markdown]
# ## Read the report
# - `map_50` is the average precision where a box is right from an IoU of 0.5: was the object found?
# - `map_50_95` is its mean over IoU 0.5 to 0.95: does the box also fit?
# - Each comes for each class, too. Their mean hides which class fails.

# %%
table = report.per_class
print(table.round(3).to_string())
average = table["map_50"].to_numpy()
assert abs(np.mean(average) - report.metrics["map_50"]) < 1e-9
assert (table["map_50_95"] <= table["map_50"] + 1e-9).all()

# %% [markdown]
# Average precision ranks all boxes. But you will say only those above a score, 0.25 unless you choose.
# What is wrong with these, and how many objects are missed? Boxes of a wrong class, badly placed ones,
# duplicates and boxes around nothing have different cures, so the report counts them apart (Bolya et
# al. 2020, TIDE, arXiv:2008.08115).

# %%
print(report.errors.to_string())
counts = report.errors[list(classes)].to_numpy()  # rows: kinds
said = sum(len(each["scores"]) for each in report.outcome.said())
true = sum(len(each["labels"]) for each in report.outcome.truths)
right = counts[KINDS.index("right")]
assert counts[:-1].sum() == said  # every box is of one kind; the last row are objects that are missed
assert (right <= table["support"]).all() and table["support"].sum() == true
assert right.sum() > 0.5 * true

with draw.style():
    picture = report.figure("errors")
storage.write_bytes("pictures/12_errors.png", draw.png(picture))
with draw.style():
    picture = report.figure("average_precision")
storage.write_bytes("pictures/12_average_precision.png", draw.png(picture))

# %% [markdown]
# ## From which score should a box be said?
# A low score finds more and says more that is wrong. The report names for each class the score where F1,
# 2 right / (said + true), is largest. Use one of them as `score=` of the task, or choose by what a missed
# cell costs you. (Choose on the validation part if you then quote the test.)


# %%
def f1_from(score):
    """F1 of each class if boxes are said from this score."""
    keep = [
        {key: values[each["scores"] >= score] for key, values in each.items()}
        for each in report.outcome.detections
    ]
    found = counted(report.outcome.truths, keep, len(classes))[:, KINDS.index("right")]
    every = np.bincount(np.concatenate([each["labels"] for each in keep]), minlength=len(classes))
    return 2 * found / (every + table["support"].to_numpy())


scores = np.linspace(0.02, 0.98, 49)
curve = np.stack([f1_from(score) for score in scores])  # (scores, classes)
for number, name in enumerate(classes):
    best = table["best_score"].iloc[number]
    reached = f1_from(best)[number]
    print(f"{name:10} best from {best:.2f}: F1 {reached:.3f}; from 0.25: {f1_from(0.25)[number]:.3f}")
    assert reached > curve[:, number].max() - 0.03
    assert reached > curve[-1, number] + 0.1  # from 0.98 on hardly anything is said

with draw.style():
    picture, panel = draw.figure("F1 by the score from which boxes are said", width=6, height=3)
    for number, name in enumerate(classes):
        panel.plot(scores, curve[:, number], color=COLORS[name], label=name)
        panel.axvline(table["best_score"].iloc[number], color=COLORS[name], linestyle=":", linewidth=1.2)
    panel.axvline(0.25, color=draw.GRAY, linewidth=1)
    panel.set(xlabel="score", ylabel="F1", ylim=(0, 1.03))
    panel.legend(loc="lower left")
storage.write_bytes("pictures/12_scores.png", draw.png(picture))

# %% [markdown]
# ## Save, load, predict
# A saved model takes images as they are found, of any size, and gives boxes in their pixels.

# %%
kit.save(model, "saved_models/cells", report=report)
predictor = kit.load("saved_models/cells")
few = [opened(data.test.inputs[index]) for index in range(4)]
decisions = [predictor(image) for image in few]
decision = decisions[0]
print(
    [(label, round(float(score), 2)) for label, score in zip(decision.labels, decision.scores, strict=True)]
)
for image, each in zip(few, decisions, strict=True):
    height, width = image.shape[:2]
    assert each.boxes_xyxy.shape == (len(each.labels), 4) and set(each.labels) <= set(classes)
    assert (each.scores[:-1] >= each.scores[1:]).all() and (each.scores >= 0.25).all()
    assert (each.boxes_xyxy < 1.2 * max(height, width)).all()

enlarged = np.repeat(np.repeat(few[0], 2, axis=0), 2, axis=1)
twice = predictor(enlarged)
best = decision.boxes_xyxy[0]
overlap = kit.boxes.iou(2 * best[None], twice.boxes_xyxy).max()
print(f"The best box in the same image at twice the size overlaps by {overlap:.2f}")
assert overlap > 0.7

with draw.style():
    picture, panels = draw.figure("True above, said below", rows=2, columns=4, width=10, height=5.2)
    for place, (image, each) in enumerate(zip(few, decisions, strict=True)):
        show(panels[place], image, *data.test.labels[place])
        show(panels[4 + place], image, each.boxes_xyxy, each.labels, each.scores)
storage.write_bytes("pictures/12_said.png", draw.png(picture))

# %% [markdown]
# ## What to remember
# - Look at the boxes before you train; the smallest objects decide how fine the grid must be.
# - `map_50` says whether objects are found, `map_50_95` whether boxes fit. Read both for each class.
# - Errors by kind say what to mend: more images of a class, better boxes, another score.
# - The score is your choice. It costs nothing to change after training.
#
# Next: `13_how_a_detector_learns.py` takes such a detector apart.
