# %% [markdown]
# # How a detector learns: places, overlap, assignment, suppression, precision
#
# Question: a picture has any number of objects and a network a fixed number of outputs; who learns what?
#
# Nothing is trained here. Each cell takes one part of a one-stage detector, computes it by hand on
# drawn pictures, and checks that kit computes the same.

# %%
import keras
import numpy as np
from matplotlib.patches import Rectangle

import kit
from kit import boxes as geometry
from kit import draw, frames, storage
from kit.data.shapes import shapes
from kit.evaluation.average_precision import average_precision
from kit.inputs import pixels
from kit.losses.assign import assign
from kit.places import BoxesAndScores, grid

CLASSES = ("disc", "rectangle", "triangle")
COLORS = dict(zip(CLASSES, draw.class_colors(3), strict=True))
SIZE, STRIDES = (64, 64), (8, 16)
images, truths = shapes("detection", samples=24, size=SIZE, seed=5)
keras.utils.set_random_seed(0)


def show(panel, picture, boxes, names, scores=None):
    """A picture with its boxes."""
    draw.boxes_on(panel, picture / 255, boxes, names, [COLORS[name] for name in names], scores)


def frame(panel, box, color, style="-", width=1.5):
    """One box without a name."""
    x1, y1, x2, y2 = box
    panel.add_patch(
        Rectangle((x1, y1), x2 - x1, y2 - y1, fill=False, edgecolor=color, linestyle=style, linewidth=width)
    )


# %% [markdown]
# ## Places
# The network ends in maps of several sizes. Each entry of a map is a *place* that looks for objects. In a
# map of stride 8 the places are 8 pixels apart, the first one in the middle of the first 8 x 8 pixels.
# So the number of outputs is fixed by the size of the picture: here 8 x 8 + 4 x 4 = 80.

# %%
middles, steps = grid(SIZE, STRIDES)
model = kit.build_detector(kit.Detection(CLASSES), (*SIZE, 3), width=8, strides=STRIDES)
untrained = keras.ops.convert_to_numpy(model(images[:1].astype("float32")))
print(f"{len(middles)} places; the model gives {untrained.shape[1:]}")
assert len(middles) == (64 // 8) ** 2 + (64 // 16) ** 2 == 80
assert untrained.shape == (1, 80, 4 + len(CLASSES))
assert middles[0].tolist() == [4, 4] and middles[64].tolist() == [8, 8]

# %% [markdown]
# A place says four distances, to the left, top, right and lower side of its box, in strides. They must
# be above 0, so the raw outputs r go through softplus, ln(1 + e^r). kit adds 0.02 strides, so that no
# box is without area.

# %%
raw = np.random.default_rng(0).normal(size=(1, 80, 4 + 3)).astype("float32")
said = keras.ops.convert_to_numpy(BoxesAndScores(SIZE, STRIDES)(raw))[0]
far = (np.log1p(np.exp(raw[0, :, :4])) + 0.02) * steps[:, None]
by_hand = np.concatenate([middles - far[:, :2], middles + far[:, 2:]], axis=1)
np.testing.assert_allclose(said[:, :4], by_hand, rtol=1e-5, atol=1e-4)
assert (said[:, 2:4] > said[:, :2]).all()

boxes, names = truths[0]
with draw.style():
    title = "80 places look for objects: 64 that are 8 pixels apart, 16 that are 16 pixels apart"
    picture, panels = draw.figure(title, columns=2, width=7, height=3.6)
    for panel, stride in zip(panels, STRIDES, strict=True):
        own = middles[steps == stride]
        show(panel, images[0], boxes, names)
        panel.plot(*own.T, "o", color="white", markeredgecolor="black", markersize=stride / 2.5)
        panel.set_title(f"stride {stride}")
storage.write_bytes("pictures/13_places.png", draw.png(picture))

# %% [markdown]
# ## Most places have nothing to say
# A cross-entropy that sums over all places hears almost nothing but "no object" at first. With scores
# that begin at 0.5, each of them costs ln 2. If they begin at 0.01, it is 70 times less: the bias of the
# last layer is set to -ln(99), so that the sigmoid gives 0.01 (Lin et al. 2017, arXiv:1708.02002).

# %%
scores = untrained[0, :, 4:]
costs = {start: -np.log(1 - start) for start in (0.5, 0.01)}
print(
    f"An untrained model says {scores.mean():.4f}; an empty place costs {costs[0.5]:.3f} or {costs[0.01]:.4f}"
)
assert abs(scores.mean() - 0.01) < 0.002
assert abs(1 / (1 + np.exp(np.log(99))) - 0.01) < 1e-12
assert 68 < costs[0.5] / costs[0.01] < 70

# %% [markdown]
# ## How well a box fits
# *Intersection over union* (IoU) is shared area / area of both. Boxes that do not touch have 0, however
# far apart they are. As a loss, 1 - IoU is then flat, and nothing says which way to go. Its relatives
# subtract something that grows with the distance:
#
#     GIoU  IoU - (hull - union) / hull                  hull: the smallest box around both
#     DIoU  IoU - (distance of centres / diagonal of hull)^2
#     CIoU  DIoU - a penalty for another ratio of the sides
#
# (Rezatofighi et al. 2019, arXiv:1902.09630; Zheng et al. 2020, arXiv:1911.08287.) Two squares of side 2
# with a gap of 2: their hull is 6 x 2, so GIoU is -(12 - 8) / 12, and DIoU is -4^2 / (6^2 + 2^2).

# %%
left, right = np.array([0.0, 0, 2, 2]), np.array([4.0, 0, 6, 2])
values = {kind: float(geometry.overlap(left, right, kind)) for kind in geometry.OVERLAPS}
print(values)
np.testing.assert_allclose(list(values.values()), [0, -4 / 12, -16 / 40, -16 / 40], atol=1e-6)

wide, tall = np.array([-2.0, -1, 2, 1]), np.array([-1.0, -2, 1, 2])  # the same centre, other ratios
square = np.array([-1.0, -1, 1, 1])
assert geometry.overlap(wide, tall, "diou") == geometry.overlap(wide, tall, "iou")  # the centre is right
assert geometry.overlap(wide, tall, "ciou") < geometry.overlap(wide, tall, "diou") - 0.01
assert geometry.overlap(square, 2 * square, "ciou") == geometry.overlap(square, 2 * square, "diou")

# %% [markdown]
# Let a box slide away from another, and let one that is too far go downhill by each of the losses. IoU
# does not move it. The others stretch it until both touch, and then shrink it to its place. Where one box
# lies inside the other, GIoU is plain IoU and its end is slow; DIoU and CIoU still pull the centre over.

# %%
TARGET, START = np.array([40.0, 22, 56, 42]), np.array([6.0, 8, 22, 20])


def downhill(kind, turns=400, step=0.5):
    """Boxes on the way from START: each side moves by `step` at most, against the slope of the loss."""
    box, way, nudges = START.copy(), [START.copy()], 0.01 * np.eye(4)
    for turn in range(turns):
        slope = geometry.overlap(box - nudges, TARGET, kind) - geometry.overlap(box + nudges, TARGET, kind)
        largest = np.abs(slope).max()
        if largest > 0:
            box = box - step * (1 - turn / turns) * slope / largest
        way.append(box.copy())
    return np.array(way)


ways = {kind: downhill(kind) for kind in geometry.OVERLAPS}
ends = {kind: float(geometry.overlap(way[-1], TARGET)) for kind, way in ways.items()}
touches = {kind: np.flatnonzero(geometry.overlap(way, TARGET) > 0) for kind, way in ways.items()}
for kind in ways:
    print(f"{kind}: touches after {touches[kind][:1]} turns, IoU {ends[kind]:.2f} after 400")
assert ends["iou"] == 0 and np.array_equal(ways["iou"][-1], START)
assert all(len(touches[kind]) for kind in ("giou", "diou", "ciou"))
assert min(ends["diou"], ends["ciou"]) > 0.9 > ends["giou"] > 0.3
inner, outer = np.array([2.0, 2, 6, 6]), np.array([0.0, 0, 16, 16])
assert geometry.overlap(inner, outer, "giou") == geometry.overlap(inner, outer, "iou")
assert geometry.overlap(inner, outer, "diou") < geometry.overlap(inner, outer, "iou") - 0.05

gaps = np.linspace(-16, 32, 97)  # pixels between two boxes; below 0 they overlap
moved = np.array([0.0, 0, 16, 16]) + np.stack([gaps + 16, 0 * gaps, gaps + 16, 0 * gaps], axis=1)
with draw.style():
    title = "Boxes that do not touch: 1 - IoU is flat, its relatives know the way"
    picture, panels = draw.figure(title, columns=4, width=11, height=2.8)
    for kind, color, line in zip(geometry.OVERLAPS, draw.PALETTE, ("-", "--", "-", ":"), strict=False):
        loss = 1 - geometry.overlap(np.array([0.0, 0, 16, 16]), moved, kind)
        panels[0].plot(gaps, loss, line, color=color, label=kind, linewidth=3 if kind == "diou" else 1.8)
    panels[0].set_xlabel("gap of two squares, pixels")
    panels[0].set_ylabel("loss")
    panels[0].legend()
    for panel, kind in zip(panels[1:], ("iou", "giou", "diou"), strict=True):
        for turn in range(0, 401, 40):
            frame(panel, ways[kind][turn], draw.SKY, width=1)
        frame(panel, START, draw.ORANGE, width=2)
        frame(panel, TARGET, "black", "--", width=2)
        panel.set(
            xlim=(0, 64), ylim=(50, 0), aspect="equal", title=f"downhill by {kind}", xticks=[], yticks=[]
        )
        panel.grid(visible=False)
storage.write_bytes("pictures/13_overlap.png", draw.png(picture))

# %% [markdown]
# ## Which place learns which object
# The truth does not say. Fixed rules ("the place nearest to the centre") ignore what the network can do.
# *Task alignment* (Feng et al. 2021, arXiv:2108.07755) asks it: of all places inside an object the ten
# with the highest
#
#     alignment = score^0.5 * IoU^6
#
# learn it. The best of them should say, as its score, the IoU that is reached; the others a share of it,
# in the ratio of their alignments. All other places should say 0. So a high score comes to mean a good box.
#
# Here each place says the true box of the nearest object with errors of some pixels, as after some
# training. First by hand:

# %%
rng = np.random.default_rng(1)
number = np.array([CLASSES.index(name) for name in names])
centres = (boxes[:, :2] + boxes[:, 2:]) / 2
nearest = np.argmin(((middles[:, None] - centres) ** 2).sum(axis=-1), axis=1)
away = np.abs(middles - centres[nearest]).max(axis=1, keepdims=True)
said = (boxes[nearest] + (0.5 + 0.25 * away) * rng.normal(size=(80, 4))).astype("float32")
said = np.concatenate([said[:, :2], np.maximum(said[:, 2:], said[:, :2] + 2)], axis=1)
scores = rng.uniform(0.05, 0.4, (80, len(CLASSES))).astype("float32")

overlaps = geometry.iou(boxes, said)  # (objects, places)
reach = np.maximum(boxes[:, 2:] - boxes[:, :2], STRIDES[1]) / 2  # small objects reach a place, too
inside = (np.abs(middles - centres[:, None]) < reach[:, None]).all(axis=-1)
aligned = np.where(inside, np.sqrt(scores[:, number].T) * overlaps**6, 0)
chosen = np.zeros_like(inside)
for row in range(len(boxes)):
    chosen[row, np.argsort(-aligned[row], kind="stable")[:10]] = True
chosen &= inside
owner = np.where(chosen, overlaps, -1).argmax(axis=0)  # a place of two objects takes the one it fits better
chosen &= owner == np.arange(len(boxes))[:, None]
wanted = np.zeros((80, len(CLASSES)))
for row, kind in enumerate(number):
    own = np.where(chosen[row], aligned[row], 0)
    wanted[:, kind] += own / own.max() * overlaps[row][chosen[row]].max()

# %%
learnt = assign(
    *(each[None] for each in (boxes, number.astype("int32"), said, scores)), middles, narrowest=STRIDES[1]
)
learnt_boxes, learnt_scores = (keras.ops.convert_to_numpy(each)[0] for each in learnt)
np.testing.assert_allclose(learnt_scores, wanted, atol=1e-5)
has = chosen.any(axis=0)
np.testing.assert_array_equal(learnt_boxes[has], boxes[owner[has]])
print(f"{len(boxes)} objects, {has.sum()} of 80 places learn one: {chosen.sum(axis=1)}")
assert (chosen.sum(axis=1) <= 10).all() and (chosen.sum(axis=1) >= 1).all()
assert not learnt_scores[~has].any()
for row, kind in enumerate(number):  # the best place is to say the best IoU
    assert abs(learnt_scores[chosen[row], kind].max() - overlaps[row][chosen[row]].max()) < 1e-5

with draw.style():
    title = "Which places learn which object; the larger the dot, the higher the score to say"
    picture, panels = draw.figure(title, columns=2, width=7, height=3.6)
    for panel, what in zip(panels, ("inside an object", "chosen by alignment"), strict=True):
        show(panel, images[0], boxes, names)
        panel.plot(*middles.T, ".", color="white", markersize=2)
        for row, name in enumerate(names):
            which = inside[row] if what.startswith("inside") else chosen[row]
            size = (
                np.full(which.sum(), 30) if what.startswith("inside") else 5 + 90 * wanted[which].max(axis=1)
            )
            panel.scatter(*middles[which].T, s=size, color=[COLORS[name]], edgecolor="white", linewidth=0.8)
        panel.set_title(what)
storage.write_bytes("pictures/13_assigned.png", draw.png(picture))

# %% [markdown]
# ## One box an object
# Several places learnt each object, so several say it. *Non-maximum suppression* keeps the best box,
# drops all that overlap it by more than a threshold, and goes on with the best that is left.

# %%
objects = np.array([[8.0, 14, 30, 48], [20, 14, 42, 48]])  # two neighbours that overlap
shifts = np.array([[0.0, 0, 0, 0], [2, 1, 1, -1], [-2, 2, -1, 3], [1, -3, 2, 1]])
candidates = (objects[:, None] + shifts).reshape(-1, 4)
certain = np.array([0.92, 0.75, 0.60, 0.35, 0.88, 0.81, 0.55, 0.40])


def suppressed(boxes, scores, threshold):
    """[(kept, dropped by it)] in the order of choice."""
    left, rounds = list(np.argsort(-scores)), []
    while left:
        best = left.pop(0)
        overlaps = geometry.iou(boxes[[best]], boxes[left])[0]
        dropped = [index for index, value in zip(left, overlaps, strict=True) if value > threshold]
        left = [index for index in left if index not in dropped]
        rounds.append((best, dropped))
    return rounds


rounds = suppressed(candidates, certain, 0.6)
neighbours = geometry.iou(objects[:1], objects[1:]).item()
print(f"The objects overlap by {neighbours:.2f}; kept and dropped: {rounds}")
assert [best for best, _ in rounds] == [0, 4]  # the best box of each
assert sorted(sum(([best, *dropped] for best, dropped in rounds), [])) == list(range(8))

with draw.style():
    picture, panels = draw.figure("Non-maximum suppression, round by round", columns=3, width=9, height=2.8)
    gone = []
    for panel, (best, dropped) in zip(panels, [(None, []), *rounds], strict=True):
        for index in set(range(8)) - set(gone):
            color, style = (draw.RED, ":") if index in dropped else (draw.GRAY, "-")
            frame(panel, candidates[index], color, style)
        for index in [done for done, _ in rounds[: [None, *(done for done, _ in rounds)].index(best)]]:
            frame(panel, candidates[index], draw.BLUE, width=3)
        gone += dropped
        title = "8 boxes are said" if best is None else f"{certain[best]:.2f} stays, {len(dropped)} go"
        panel.set(xlim=(0, 50), ylim=(56, 6), aspect="equal", title=title, xticks=[], yticks=[])
        panel.grid(visible=False)
storage.write_bytes("pictures/13_suppression.png", draw.png(picture))

# %% [markdown]
# The threshold is a guess about the objects: below the overlap of real neighbours it drops one of them,
# and near 1 it drops no duplicate either.

# %%
kept = {}
for threshold in (0.2, 0.4, 0.6, 0.8, 0.95):
    found = geometry.nms(candidates[None], certain[None], threshold=threshold, count=8)[0]
    kept[threshold] = [int(index) for index in found if index >= 0]
    assert kept[threshold] == [best for best, _ in suppressed(candidates, certain, threshold)]
    print(f"threshold {threshold}: {len(kept[threshold])} boxes for {len(objects)} objects")
assert 0.2 < neighbours < 0.4
assert len(kept[0.2]) == 1 and len(kept[0.4]) == len(kept[0.6]) == 2 and len(kept[0.95]) == 8

# %% [markdown]
# ## Average precision
# Rank all boxes of a class in all images by their scores. Going down, a box is right if it overlaps an
# object that is still free by 0.5 or more. *Precision* is right / said so far, *recall* is right / objects.
# COCO replaces each precision by the best at this recall or a higher one, and takes its mean at the
# recalls 0.00, 0.01, ..., 1.00. Three objects and the ranks right, wrong, right: precision 1 up to recall
# 1/3 (34 recalls), 2/3 up to 2/3 (33 recalls), then 0. That is (34 + 33 * 2/3) / 101.


# %%
def by_ranks(right, objects):
    """(precision, recall, average precision) from right or wrong, best score first."""
    found = np.cumsum(right)
    precision, recall = found / np.arange(1, len(right) + 1), found / objects
    best = [max(precision[recall >= level - 1e-12], default=0.0) for level in np.linspace(0, 1, 101)]
    return precision, recall, float(np.mean(best))


assert abs(by_ranks([1, 0, 1], 3)[2] - (34 + 33 * 2 / 3) / 101) < 1e-9

# %% [markdown]
# Now a made-up detector for discs: it finds most of them, some of its boxes are far off, and it sees
# discs that are none. Boxes that are better have higher scores, but not always.

# %%
true, made = [], []
for places, kinds in truths:
    discs = places[kinds == "disc"].astype("float64")
    errors = rng.uniform(0.5, 4.5, len(discs))
    found = discs + errors[:, None] * rng.choice([-1, 1], discs.shape)
    corner = rng.uniform(0, 44, (int(rng.integers(0, 2)), 2))
    wrong = np.concatenate([corner, corner + 16], axis=1)
    sure = np.concatenate([1 - errors / 8, rng.uniform(0.1, 0.7, len(wrong))])
    sure = np.clip(sure + rng.normal(0, 0.1, len(sure)), 0.01, 0.99)
    true.append({"boxes": discs, "labels": np.zeros(len(discs), int)})
    made.append({"boxes": np.concatenate([found, wrong]), "labels": np.zeros(len(sure), int), "scores": sure})

ranked = sorted(
    ((score, row, index) for row, each in enumerate(made) for index, score in enumerate(each["scores"])),
    reverse=True,
)
free = [np.ones(len(each["boxes"]), bool) for each in true]
right = []
for _, row, index in ranked:
    values = np.where(free[row], geometry.iou(made[row]["boxes"][[index]], true[row]["boxes"])[0], 0)
    hit = len(values) and values.max() >= 0.5
    if hit:
        free[row][values.argmax()] = False
    right.append(bool(hit))

count = sum(len(each["boxes"]) for each in true)
precision, recall, average = by_ranks(right, count)
official = average_precision(true, made, 1).metrics()["map_50"]
print(f"{count} discs, {len(ranked)} boxes, {sum(right)} right: by hand {average:.6f}, kit {official:.6f}")
assert abs(average - official) < 1e-9
assert 0.3 < average < 0.95
assert recall[-1] == sum(right) / count

# %% [markdown]
# Only the order of the scores counts. Halving all changes nothing; giving wrong boxes the best places
# costs much, though the same boxes are said.

# %%
halved = [{**each, "scores": each["scores"] / 2} for each in made]
turned = [{**each, "scores": 1 - each["scores"]} for each in made]
assert abs(average_precision(true, halved, 1).metrics()["map_50"] - official) < 1e-12
assert average_precision(true, turned, 1).metrics()["map_50"] < official - 0.1

with draw.style():
    title = f"Average precision {average:.3f} is the area below the steps"
    picture, panel = draw.figure(title, width=5.6, height=3.4)
    levels = np.linspace(0, 1, 101)
    best = [max(precision[recall >= level - 1e-12], default=0.0) for level in levels]
    panel.fill_between(levels, best, step="pre", color=draw.SKY, alpha=0.35, linewidth=0)
    panel.step(levels, best, where="pre", color=draw.BLUE, label="best precision from here on")
    marks = np.array(right)
    for which, color, mark, label in ((marks, draw.GREEN, "o", "right"), (~marks, draw.RED, "x", "wrong")):
        panel.plot(recall[which], precision[which], mark, color=color, markersize=5, label=label)
    panel.set(xlabel="recall", ylabel="precision", xlim=(0, 1), ylim=(0, 1.04))
    panel.legend(loc="lower left")
storage.write_bytes("pictures/13_average_precision.png", draw.png(picture))

# %% [markdown]
# ## Pictures of another shape
# A detector takes pictures of one size. Stretching changes shapes: a disc becomes an ellipse, and what
# was learnt of discs fits badly. A *letterbox* keeps the shape, and leaves a part of the frame empty.
# Boxes go into the frame with the picture, and what is said goes back out.

# %%
scene, (around, kinds) = (each[0] for each in shapes("detection", samples=1, size=(40, 80), seed=5))
stretch, letter = (frames.Frame.of((40, 80), SIZE, letterbox=each) for each in (False, True))
top, start, height, width = frames.inner((40, 80), SIZE)
boxed = np.full((*SIZE, 3), 114, "uint8")
boxed[top : top + height, start : start + width] = pixels.resize(scene, (height, width))
empty = 1 - height * width / (SIZE[0] * SIZE[1])


def ratio(boxes):
    """Width / height of each box."""
    return (boxes[:, 2] - boxes[:, 0]) / (boxes[:, 3] - boxes[:, 1])


print(f"Width / height: {ratio(around).round(2)}, stretched {ratio(stretch.inward(around)).round(2)}")
print(f"In a letterbox the same: {ratio(letter.inward(around)).round(2)}; {empty:.0%} of the frame is empty")
np.testing.assert_allclose(ratio(letter.inward(around)), ratio(around), rtol=1e-5)
np.testing.assert_allclose(ratio(stretch.inward(around)), ratio(around) / 2, rtol=1e-5)
for each in (stretch, letter):
    np.testing.assert_allclose(each.outward(each.inward(around)), around, atol=1e-4)
assert (height, width, empty) == (32, 64, 0.5)

with draw.style():
    title = "A picture of 40 x 80 pixels in a frame of 64 x 64"
    picture, panels = draw.figure(title, columns=3, width=9, height=2.8)
    show(panels[0], scene, around, kinds)
    show(panels[1], pixels.resize(scene, SIZE), stretch.inward(around), kinds)
    show(panels[2], boxed, letter.inward(around), kinds)
    for panel, title in zip(panels, ("as it is", "stretched", "letterbox"), strict=True):
        panel.set_title(title)
storage.write_bytes("pictures/13_letterbox.png", draw.png(picture))

# %% [markdown]
# ## What to remember
# - The number of outputs is fixed; a rule says which of them learn an object, and the rest learn "none".
# - IoU alone cannot pull a box towards an object that it does not touch; its relatives can.
# - The score is to say how well the box fits. It is what suppression and average precision go by.
# - Average precision asks for the order of all boxes; which score to say boxes from is another question.
#
# Before: `12_detect_blood_cells.py` trains such a detector and reads its report.
