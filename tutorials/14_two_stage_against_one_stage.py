# %% [markdown]
# # Two stages against one: regions, RoIAlign, and what a second look costs and finds
#
# Question: a one-stage detector looks once; what does one do that looks twice, and when is it worth it?
#
# Both kinds are trained here on the same drawn pictures. `13_how_a_detector_learns.py` has explained places,
# overlap, suppression and average precision; this tutorial takes the parts that two stages add.

# %%
import os

import keras
import numpy as np
from matplotlib.patches import Rectangle

import kit
from kit import anchors as shapes_of
from kit import boxes as geometry
from kit import draw, storage
from kit.data.shapes import shapes
from kit.evaluation.box_errors import KINDS
from kit.losses.sampling import assigned

SHORT = bool(os.environ.get("KIT_SHORT"))  # fewer pictures and epochs; every check below still holds
SIZE = (64, 64)
PARTS = (40, 8, 24) if SHORT else (200, 24, 60)
EPOCHS = 12 if SHORT else 20
WIDTH = 8 if SHORT else 12

images, truths = shapes("detection", samples=sum(PARTS), size=SIZE, seed=7)
ends = np.cumsum((0, *PARTS))
parts = [(images[a:b], truths[a:b]) for a, b in zip(ends, ends[1:], strict=False)]
data = kit.load_data(tuple(parts), image_size=SIZE)
classes = data.task.classes
COLORS = dict(zip(classes, draw.class_colors(len(classes)), strict=True))
test_images = data.test.arrays()[0].astype("float32")
test_boxes = [boxes for boxes, _ in data.test.labels]


def show(panel, picture, boxes=(), names=(), scores=None):
    """A picture with its boxes."""
    draw.boxes_on(panel, picture / 255, boxes, names, [COLORS[name] for name in names], scores)


def frame(panel, box, color, width=1.0, style="-"):
    """One box without a name."""
    x1, y1, x2, y2 = box
    panel.add_patch(
        Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linewidth=width, linestyle=style)
    )


def array(tensor):
    """A tensor of any backend as a NumPy array."""
    return np.asarray(keras.ops.convert_to_numpy(tensor))


# %% [markdown]
# ## Anchors: what to measure from
# A one-stage detector without anchors says four distances from a place. The first stage of Faster R-CNN
# (Ren et al. 2015, arXiv:1506.01497) measures from *anchors*: boxes of a few sizes at every place. It says
# of each anchor whether there is anything, and how to move it. k-means finds the sizes in the training
# boxes, with 1 - IoU for the distance, so that small boxes count as much as large ones.

# %%
sides = np.concatenate([boxes[:, 2:] - boxes[:, :2] for boxes, _ in data.train.labels])
quality = {}
for count in (1, 3, 9):
    fitted, told = shapes_of.fitted(sides, count)
    quality[count] = told
    print(f"{count} anchors: mean IoU {told['mean_iou']:.2f}, {told['covered']:.0%} of the boxes above 0.5")
assert quality[1]["mean_iou"] < quality[3]["mean_iou"] < quality[9]["mean_iou"]
assert quality[9]["covered"] > 0.95

best = geometry.iou(  # by hand: boxes on one centre
    *(np.concatenate([-each / 2, each / 2], axis=1) for each in (sides, fitted))
).max(axis=1)
assert abs(best.mean() - quality[9]["mean_iou"]) < 1e-6

# %% [markdown]
# Which anchors learn an object is decided by overlap alone, once and for all: from an IoU of 0.7 on an anchor
# has the object, below 0.3 it has none, and between the two it learns nothing. An object that no anchor
# overlaps so much gets those that overlap it most.

# %%
task = data.task.suited(data.input, fine=32, levels=2)  # the sizes that build_detector takes for two stages
corners, counts = shapes_of.grid(SIZE, task.strides, task.anchors)
boxes, names = data.test.labels[0]
labels = np.array([[classes.index(name) for name in names]], "int32")
has, none, owner = (
    array(each)[0] for each in assigned(boxes[None], labels, corners, high=0.7, low=0.3, forced=True)
)
overlaps = geometry.iou(boxes, corners)  # (objects, anchors)
by_hand = (overlaps.max(axis=0) >= 0.7) | (
    (overlaps == overlaps.max(axis=1, keepdims=True)) & (overlaps > 0)
).any(axis=0)
print(f"{len(corners)} anchors on strides {task.strides}: {has.sum()} have an object, {none.sum()} have none")
assert (has == by_hand).all() and (none == (overlaps.max(axis=0) < 0.3) & ~has).all()
assert set(owner[has]) == set(range(len(boxes)))  # every object is learnt
assert has.sum() < 0.05 * len(corners)  # so few learn an object that a fixed number of each kind is drawn

with draw.style():
    picture, panels = draw.figure(
        "Nine sizes of anchors, and those that learn an object", columns=2, width=7, height=3.6
    )
    show(panels[0], 0 * images[0] + 255)
    for place, (width, height) in enumerate(task.anchors):
        color = draw.PALETTE[place % len(draw.PALETTE)]
        frame(panels[0], (32 - width / 2, 32 - height / 2, 32 + width / 2, 32 + height / 2), color)
    panels[0].set_title("the sizes, from one place")
    show(panels[1], test_images[0], boxes, names)
    for place in np.flatnonzero(has):
        frame(panels[1], corners[place], "white", 0.8)
    panels[1].set_title(f"{has.sum()} of {len(corners)} anchors learn an object")
storage.write_bytes("pictures/14_anchors.png", draw.png(picture))

# %% [markdown]
# ## Train both
# The same pictures, backbone, width and epochs. The one-stage detector is a plain network with one output. In
# training the two-stage one draws anchors and regions to learn from; what is saved is a plain network, too.

# %%
models, reports = {}, {}
for architecture in ("yolo", "faster_rcnn"):
    keras.utils.set_random_seed(0)
    model = kit.build_detector(data.task, data.input, architecture=architecture, width=WIDTH)
    kit.fit(model, data, epochs=EPOCHS, batch_size=4 if SHORT else 8, verbose=0, precision="float32")
    models[architecture] = model
    reports[architecture] = kit.evaluate(model, data.test, resamples=0)
    found = {name: round(reports[architecture].metrics[name], 3) for name in ("map_50", "map_50_95")}
    print(f"{architecture:12} {model.count_params():8,} parameters  {found}")
assert all(report.metrics["map_50"] > (0.05 if SHORT else 0.5) for report in reports.values())

# %% [markdown]
# ## The first look: regions
# The likeliest anchors, moved as the first stage says, without those that overlap better ones by more than
# 0.7: at most 100 *regions* an image. Classes do not matter yet. A region should lie on every object; how
# many of them lie on none matters less. So its measure is recall: the share of the objects that some region
# overlaps by 0.5.

# %%
two = models["faster_rcnn"]
said = two(test_images, training=False)
regions, detections = array(said["regions"]), array(said["detections"])  # (images, 100, 5), (.., 4 + classes)
assert regions.shape[1:] == (100, 5) and detections.shape[1:] == (100, 4 + len(classes))
assert (regions[..., 4] <= 1).all() and (np.diff(regions[..., 4], axis=1) <= 1e-6).all()  # likeliest first


def recall(boxes_of_images, count, least=0.5):
    """The share of the objects that one of the first `count` boxes overlaps by `least`."""
    hits = [
        (geometry.iou(true, each[:count]).max(axis=1) >= least)
        for true, each in zip(test_boxes, boxes_of_images, strict=True)
        if len(true)
    ]
    return float(np.concatenate(hits).mean())


drawn = np.random.default_rng(0).choice(len(corners), (len(test_images), 100))
chance = {count: recall(corners[drawn], count) for count in (5, 20, 100)}
ranked = {count: recall(regions[..., :4], count) for count in (5, 20, 100)}
for count in ranked:
    print(f"{count:3} regions an image: recall {ranked[count]:.2f}; of drawn anchors {chance[count]:.2f}")
assert ranked[5] <= ranked[20] <= ranked[100]
assert all(ranked[count] > chance[count] for count in ranked)
assert ranked[100] > (0.45 if SHORT else 0.9)

# %% [markdown]
# ## RoIAlign: the features of a region
# The second stage needs an input of one size from regions of any size. RoIAlign (He et al. 2017,
# arXiv:1703.06870) divides a region into 7 x 7 bins and reads each at 2 x 2 points, between the four places
# around each point. Here by hand, with the picture itself for the map of features:


# %%
def between(values, x, y):
    """The value of a map (height, width) at a point in pixels, from the four places around it."""
    x, y = (np.clip(each - 0.5, 0, 63) for each in (x, y))  # places are the middles of pixels
    left, top = int(x), int(y)
    right, below = min(left + 1, 63), min(top + 1, 63)
    across, down = x - left, y - top
    upper = (1 - across) * values[top, left] + across * values[top, right]
    lower = (1 - across) * values[below, left] + across * values[below, right]
    return (1 - down) * upper + down * lower


def crop(values, box, size=7, samples=2):
    """RoIAlign of one box, point by point."""
    x1, y1, x2, y2 = box
    steps = (np.arange(size * samples) + 0.5) / (size * samples)
    points = [[between(values, x1 + u * (x2 - x1), y1 + v * (y2 - y1)) for u in steps] for v in steps]
    return np.reshape(points, (size, samples, size, samples)).mean(axis=(1, 3))


gray = test_images[0].mean(axis=-1)
region = boxes[list(names).index("triangle")] + 0.3
aligned = array(geometry.roi_align(gray[None, ..., None], region[None, None].astype("float32"), size=7))
np.testing.assert_allclose(aligned[0, 0, ..., 0], crop(gray, region), atol=0.02)

# %% [markdown]
# kit does it as two products of matrices, one along each axis: no value is looked up by its index, so it is
# fast on every backend, and the gradient comes by itself. The older RoIPool rounded the region to whole
# places first. On a map of stride 8 that moves a box by up to 4 pixels, and a region that moves by less
# than that changes nothing:

# %%
ramp = np.tile(np.arange(8, dtype="float32") + 0.5, (8, 1))[None, ..., None]  # says its own x, in strides


def middle_of(box, rounded):
    """Where the middle of the region's features lies, in pixels, on a map of stride 8."""
    box = np.round(box / 8) * 8 if rounded else box
    return 8 * array(geometry.roi_align(ramp, box[None, None].astype("float32"), size=7, stride=8)).mean()


moves = np.arange(0, 8.5, 0.5)
places = {
    rounded: [middle_of(np.array([14.0 + move, 16, 38 + move, 40]), rounded) for move in moves]
    for rounded in (False, True)
}
np.testing.assert_allclose(places[False], 26 + moves, atol=1e-3)
off = np.abs(np.array(places[True]) - 26 - moves)
print(f"Rounded to whole places the features are up to {off.max():.1f} pixels off; aligned ones are not.")
assert 3 <= off.max() <= 4 and len(set(np.round(places[True], 3))) <= 3

with draw.style():
    picture, panels = draw.figure(
        "A region, its 7 x 7 features, and where they lie when it moves", columns=3, width=9, height=2.8
    )
    show(panels[0], test_images[0])
    frame(panels[0], region, draw.ORANGE, 2)
    panels[1].imshow(aligned[0, 0, ..., 0], cmap="gray", vmin=0, vmax=255)
    panels[1].set_axis_off()
    for rounded, color, label in ((False, draw.BLUE, "aligned"), (True, draw.RED, "rounded")):
        panels[2].plot(moves, np.array(places[rounded]) - 26, color=color, label=label)
    panels[2].set(xlabel="pixels the region moves", ylabel="pixels its features move")
    panels[2].legend()
storage.write_bytes("pictures/14_roi_align.png", draw.png(picture))

# %% [markdown]
# ## The second look
# From the features of a region two dense layers say what is in it, or that it is background, and move it once
# more. Many regions lie on one object; the second look pulls each of them closer, and suppression keeps
# one. Compare the best region of each object with the best box after the second look:

# %%
first = np.concatenate(
    [
        geometry.iou(true, each[:, :4]).max(axis=1)
        for true, each in zip(test_boxes, regions, strict=True)
        if len(true)
    ]
)
near = geometry.iou(test_boxes[0], regions[0, :, :4]).max(axis=0) >= 0.5  # regions on an object of picture 0
moved = [
    (geometry.iou(true, before[:, :4]).max(axis=0), geometry.iou(true, after[:, :4]).max(axis=0))
    for true, before, after in zip(test_boxes, regions, detections, strict=True)
    if len(true)
]
before, after = (np.concatenate(each) for each in zip(*moved, strict=True))
on_object = before >= 0.5
print(f"{on_object.sum()} regions lie on an object; their mean IoU is {before[on_object].mean():.3f}")
print(f"after the second look {after[on_object].mean():.3f}; best region of each object {first.mean():.3f}")
assert SHORT or after[on_object].mean() > before[on_object].mean() + 0.1

background = 1 - detections[..., 4:].sum(axis=-1)  # what the classes leave
real = regions[..., 4] > 0
lonely = np.concatenate(
    [
        (geometry.iou(true, each[:, :4]).max(axis=0, initial=0) < 0.3)
        for true, each in zip(test_boxes, regions, strict=True)
    ]
).reshape(real.shape)
print(f"Background is said of regions on nothing with {background[real & lonely].mean():.2f} on the mean,")
print(f"and of all others with {background[real & ~lonely].mean():.2f}.")
assert background[real & lonely].mean() > background[real & ~lonely].mean()

decision = two.kit.task.decide(detections[:1])[0]
with draw.style():
    picture, panels = draw.figure("From regions to boxes", columns=3, width=9, height=3)
    show(panels[0], test_images[0])
    for place in range(30):
        frame(panels[0], regions[0, place, :4], draw.SKY, 0.8)
    panels[0].set_title("the 30 likeliest regions")
    show(panels[1], test_images[0])
    for place in np.flatnonzero(near):
        frame(panels[1], regions[0, place, :4], draw.SKY, 0.8, ":")
        frame(panels[1], detections[0, place, :4], draw.ORANGE, 0.8)
    panels[1].set_title("on objects, before and after")
    show(panels[2], test_images[0], decision.boxes_xyxy, decision.labels, decision.scores)
    panels[2].set_title("what is said")
storage.write_bytes("pictures/14_regions.png", draw.png(picture))

# %% [markdown]
# ## What each costs
# Multiplications of one picture, counted from the kernels: a convolution uses its kernel once at each place
# of its output. The second stage works on 100 regions, whether there is one object or ten.


# %%
def multiplications(model):
    """{part: multiplications of one picture}: of convolutions, and of the second look."""
    maps = sum(
        np.prod(layer.kernel.shape) * np.prod(layer.output.shape[1:-1])
        for layer in model.layers
        if isinstance(layer, keras.layers.Conv2D)
    )
    looks = [layer for layer in model.layers if layer.name == "second"]
    dense = [layer for look in looks for layer in look.layers if isinstance(layer, keras.layers.Dense)]
    return {"maps": int(maps), "second look": 100 * int(sum(np.prod(layer.kernel.shape) for layer in dense))}


costs = {name: multiplications(model) for name, model in models.items()}
for name, parts_of in costs.items():
    print(f"{name:12} " + ", ".join(f"{part} {count / 1e6:.1f} million" for part, count in parts_of.items()))
assert costs["yolo"]["second look"] == 0 < costs["faster_rcnn"]["second look"]
total = {name: sum(parts_of.values()) for name, parts_of in costs.items()}
print(f"Two looks cost {total['faster_rcnn'] / total['yolo']:.1f} times as much as one.")
assert total["faster_rcnn"] > 2 * total["yolo"]

# %% [markdown]
# ## What each finds
# Which kind is ahead depends on the data and on how long both are trained, so measure it on yours. Here both
# find about as many objects (`map_50`), and boxes that were moved twice fit better (`map_75`). What a second
# look cannot do is to find what no region lies on. Mind that the kinds of errors are those of the boxes that
# are said from one score, and that the scores of the two do not mean the same.

# %%
rows = {}
for name, report in reports.items():
    counts_of = report.errors[list(classes)].sum(axis=1)
    rows[name] = {kind: int(counts_of[kind]) for kind in KINDS}
    print(f"{name:12} {rows[name]}")
objects = sum(map(len, test_boxes))
for name, report in reports.items():
    assert report.per_class["support"].sum() == objects
    said_boxes = sum(len(each["labels"]) for each in report.outcome.said())
    assert sum(rows[name][kind] for kind in KINDS if kind != "missed") == said_boxes
assert rows["faster_rcnn"]["right"] <= ranked[100] * objects + 0.1 * objects  # found are those with a region

assert SHORT or reports["faster_rcnn"].metrics["map_75"] > reports["yolo"].metrics["map_75"] + 0.05

with draw.style():
    picture, panels = draw.figure("The same pictures, one look and two", columns=2, width=8, height=3.2)
    for place, (name, color) in enumerate((("yolo", draw.BLUE), ("faster_rcnn", draw.ORANGE))):
        measures = ("map_50", "map_75", "map_50_95")
        values = [reports[name].metrics[each] for each in measures]
        panels[0].bar(np.arange(3) + 0.4 * place - 0.2, values, 0.38, color=color, label=name)
        times = [
            each[name] / each["yolo"]
            for each in ({key: model.count_params() for key, model in models.items()}, total)
        ]
        panels[1].bar(np.arange(2) + 0.4 * place - 0.2, times, 0.38, color=color)
    panels[0].set_xticks(range(3), measures)
    panels[0].set(ylim=(0, 1), title="average precision")
    panels[0].legend()
    panels[1].set_xticks(range(2), ["parameters", "multiplications"])
    panels[1].set_title("cost, in times of one look")
storage.write_bytes("pictures/14_against.png", draw.png(picture))

# %% [markdown]
# ## What to remember
# - The first look ranks regions and is judged by recall; the second names them and moves them once more.
# - Anchors learn by overlap alone. Fit their sizes to the boxes, and see how many boxes they meet.
# - RoIAlign reads between places. Rounding to places loses up to half a stride.
# - A second look costs the same for every picture. Take one look where time counts or objects are many, and
#   try two where boxes must fit well or one object has many lookalikes.
#
# `build_detector(architecture="retinanet")` is between the two: anchors, and one look by focal loss.
# Before: `13_how_a_detector_learns.py`.
