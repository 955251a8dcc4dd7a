"""AnchoredFocal: the same as anchor by anchor in plain Python, and finite wherever boxes lie."""

import math

import keras
import numpy as np
import pytest

from kit import anchors
from kit.losses.anchored import AnchoredFocal
from kit.places import AnchoredBoxes

SIZE, STRIDES, KINDS = (32, 32), (8, 16), 2
ANCHORS = ((12, 8), (16, 16), (70, 80))
CORNERS, _ = anchors.grid(SIZE, STRIDES, ANCHORS)
FILLER = [-1, -1, -1, -1, -1]
BATCHES = {
    "no box at all": [[FILLER, FILLER], [FILLER, FILLER]],
    "one image without boxes": [[[4, 4, 20, 20, 1], FILLER], [FILLER, FILLER]],
    "zero width and height": [[[4, 4, 4, 20, 1], FILLER], [[9, 9, 9, 9, 0], FILLER]],
    "outside of the image": [[[-90, -90, -80, -80, 1], FILLER], [[80, 4, 99, 20, 0], FILLER]],
    "larger than the image": [[[-99, -99, 99, 99, 1], FILLER], [FILLER, FILLER]],
    "two equal boxes": [[[4, 4, 20, 20, 1], [4, 4, 20, 20, 0]], [FILLER, FILLER]],
    "a pixel": [[[7, 7, 8, 8, 1], FILLER], [FILLER, FILLER]],
}


def raw_outputs(scale=3.0, images=2, kinds=KINDS):
    shape = (images, len(CORNERS), 4 + kinds)
    return np.random.default_rng(0).normal(0, scale, shape).astype("float32")


def said(raw):
    return AnchoredBoxes(SIZE, STRIDES, ANCHORS)(raw)


def loss_of(y_true, raw):
    return AnchoredFocal(SIZE, STRIDES, ANCHORS)(np.array(y_true, "float32"), said(raw))


def iou(a, b):
    sides = [max(min(a[i + 2], b[i + 2]) - max(a[i], b[i]), 0) for i in range(2)]
    shared = sides[0] * sides[1]
    return shared / (sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b)) - shared)


def deltas(box, anchor):
    sides = [(each[2] - each[0], each[3] - each[1]) for each in (box, anchor)]
    middles = [((each[0] + each[2]) / 2, (each[1] + each[3]) / 2) for each in (box, anchor)]
    moved = [(middles[0][i] - middles[1][i]) / sides[1][i] for i in range(2)]
    return [*moved, *(math.log(sides[0][i] / sides[1][i]) for i in range(2))]


def by_hand(objects, outputs, gamma=2.0, alpha=0.25):
    """(focal loss, Smooth-L1, anchors with an object) of one image, before the division."""
    overlaps = [[iou(box[:4], anchor) for anchor in CORNERS.tolist()] for box in objects]
    forced = {place for row in overlaps for place, value in enumerate(row) if value == max(row) > 0}
    focal = smooth = count = 0
    for place, output in enumerate(outputs.astype("float64").tolist()):
        best, owner = max(((row[place], i) for i, row in enumerate(overlaps)), default=(0, None))
        has = best >= 0.5 or place in forced
        if not has and best >= 0.4:
            continue
        for kind, p in enumerate(output[4:]):
            true = has and objects[owner][4] == kind
            right = p if true else 1 - p
            focal -= (alpha if true else 1 - alpha) * (1 - right) ** gamma * math.log(right)
        if has:
            count += 1
            pair = [deltas(box, CORNERS[place].tolist()) for box in (objects[owner][:4], output[:4])]
            for a, b in zip(*pair, strict=True):
                far = abs(a - b)
                smooth += far**2 / (2 / 9) if far < 1 / 9 else far - 1 / 18
    return focal, smooth, count


@pytest.mark.parametrize("seed", range(4))
def test_the_parts_are_as_by_hand(seed):
    rng = np.random.default_rng(seed)
    truths = []
    for count in (1, 3):
        corner, sides = rng.uniform(0, 16, (count, 2)), rng.uniform(5, 20, (count, 2))
        truths.append(np.column_stack([corner, corner + sides, rng.integers(0, KINDS, count)]).tolist())
    filled = np.array([[*each, *[FILLER] * (3 - len(each))] for each in truths], "float32")
    outputs = np.asarray(keras.ops.convert_to_numpy(said(raw_outputs(0.5))))
    found = AnchoredFocal(SIZE, STRIDES, ANCHORS).shown(filled, keras.ops.convert_to_tensor(outputs))
    one, two = (by_hand(*pair) for pair in zip(truths, outputs, strict=True))
    mean = (one[2] + two[2]) / 2
    assert one[2] >= 1 and two[2] >= 1
    for name, place in (("class_loss", 0), ("box_loss", 1)):
        parts = np.array([one[place], two[place]]) / mean
        np.testing.assert_allclose(np.asarray(found[name]), parts, rtol=1e-3)


@pytest.mark.parametrize("scale", [0.1, 3.0, 100.0])
@pytest.mark.parametrize("name", BATCHES)
def test_loss_and_gradient_are_finite(toys, name, scale):
    raw = raw_outputs(scale)
    slope = toys.slope(lambda raw: loss_of(BATCHES[name], raw), raw)
    value = float(loss_of(BATCHES[name], raw))
    assert np.isfinite(value) and value > 0
    assert np.isfinite(slope).all() and np.abs(slope[..., 4:]).sum() > 0


def test_a_batch_without_boxes_teaches_that_there_is_none():
    loss = AnchoredFocal(SIZE, STRIDES, ANCHORS)
    found = loss.shown(np.array(BATCHES["no box at all"], "float32"), said(raw_outputs()))
    assert (np.asarray(found["class_loss"]) > 0).all() and not np.asarray(found["box_loss"]).any()


def test_one_image_and_one_class_are_learnt(toys):
    true = [[[2, 3, 20, 25, 0]]]
    raw = raw_outputs(0.1, images=1, kinds=1)
    before = float(loss_of(true, raw))
    for turn in range(40):
        raw -= 0.2 * (1 - turn / 40) * np.sign(toys.slope(lambda raw: loss_of(true, raw), raw))
    assert float(loss_of(true, raw)) < 0.02 < before
    outputs = np.asarray(keras.ops.convert_to_numpy(said(raw)))[0]
    np.testing.assert_allclose(outputs[outputs[:, 4].argmax(), :4], true[0][0][:4], atol=0.5)


def test_fillers_change_nothing():
    short = np.array([[[4, 4, 20, 20, 1]]] * 2, "float32")
    long = np.concatenate([short, np.full((2, 6, 5), -1, "float32")], axis=1)
    first, second = (float(loss_of(each, raw_outputs())) for each in (short, long))
    assert first == pytest.approx(second, rel=1e-6)


def test_what_is_easy_counts_little():
    true, easy = np.array([[FILLER]], "float32"), said(np.full((1, len(CORNERS), 5), -4.6, "float32"))
    focal, plain = (AnchoredFocal(SIZE, STRIDES, ANCHORS, gamma=gamma)(true, easy) for gamma in (2, 0))
    assert float(focal) < float(plain) / 5000


def test_it_survives_its_config_and_refuses_what_does_not_fit():
    loss = AnchoredFocal(SIZE, STRIDES, ANCHORS, gamma=1.0, alpha=0.5)
    again = AnchoredFocal.from_config(loss.get_config())
    assert float(again(np.array([[FILLER]], "float32"), said(raw_outputs(images=1)))) == pytest.approx(
        float(loss(np.array([[FILLER]], "float32"), said(raw_outputs(images=1))))
    )
    with pytest.raises(ValueError, match="alpha"):
        AnchoredFocal(alpha=1.0)
    with pytest.raises(ValueError, match="task.encode"):
        loss(np.zeros((1, 2, 4), "float32"), said(raw_outputs(images=1)))
    with pytest.raises(ValueError, match="task.encode"):
        loss(np.zeros((1, 2, 5), "float32"), said(raw_outputs(images=1))[:, 1:])
