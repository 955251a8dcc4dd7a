"""Boxes against independent oracles: formulas by hand, COCO's IoU, SciPy, torchvision, a loop."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import boxes
from kit.errors import KitError

CASES = {
    "apart": ([0, 0, 2, 2], [4, 0, 6, 2]),
    "equal": ([1, 2, 5, 9], [1, 2, 5, 9]),
    "inside": ([0, 0, 10, 10], [4, 4, 6, 6]),
    "touching": ([0, 0, 2, 2], [2, 0, 4, 2]),
    "crossing": ([0, 0, 4, 2], [1, -1, 3, 5]),
    "a point": ([3, 3, 3, 3], [0, 0, 5, 5]),
    "two points": ([3, 3, 3, 3], [3, 3, 3, 3]),
    "inverted": ([5, 5, 1, 1], [0, 0, 4, 4]),
}
STORED = json.loads((Path(__file__).parent / "data" / "torchvision_detection.json").read_text("utf-8"))
PAIRS = np.array(list(CASES.values()), "float32")


def drawn(rng, *shape, size=64):
    """Boxes with an area inside a square of `size` pixels."""
    corners = np.sort(rng.uniform(0, size, (*shape, 2, 2)), axis=-2)
    return np.concatenate([corners[..., 0, :], corners[..., 1, :] + 1], axis=-1).astype("float32")


def tensor(array):
    import keras

    return keras.ops.convert_to_tensor(array)


def array(value):
    import keras

    return np.asarray(keras.ops.convert_to_numpy(value))


@settings(deadline=None)
@given(
    st.lists(st.floats(1, 100), min_size=4, max_size=4),
    st.sampled_from(boxes.FORMATS),
    st.sampled_from(boxes.FORMATS),
)
def test_any_format_comes_back_from_any_other(values, source, target):
    box = np.array(values)
    there = boxes.converted(box, source, target, (50, 80))
    np.testing.assert_allclose(boxes.converted(there, target, source, (50, 80)), box, rtol=1e-6, atol=1e-6)


def test_a_relative_format_needs_the_size_and_a_wrong_name_is_told():
    with pytest.raises(KitError, match="height, width"):
        boxes.converted(np.zeros(4), "rel_xywh", "xyxy")
    with pytest.raises(KitError, match="Known: xyxy"):
        boxes.converted(np.zeros(4), "yxyx", "xyxy")


def test_iou_is_that_of_coco(rng):
    mask = pytest.importorskip("faster_coco_eval.core.mask", reason="needs faster-coco-eval")
    left, right = drawn(rng, 30), drawn(rng, 20)
    sides = [boxes.converted(each, "xyxy", "xywh").astype("float64") for each in (left, right)]
    np.testing.assert_allclose(boxes.iou(left, right), mask.iou(*sides, [0] * 20), atol=1e-5)


def by_hand(kind, a, b):
    """The overlap of two boxes in plain numbers."""
    area = [max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1]) for box in (a, b)]
    shared = max(0.0, min(a[2], b[2]) - max(a[0], b[0])) * max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    union = sum(area) - shared
    iou = shared / union if union else 0.0
    wide, high = max(a[2], b[2]) - min(a[0], b[0]), max(a[3], b[3]) - min(a[1], b[1])
    if kind == "giou":
        return iou - (wide * high - union) / (wide * high)
    middles = [((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) for box in (a, b)]
    apart = sum((p - q) ** 2 for p, q in zip(*middles, strict=True))
    iou_and_distance = iou - apart / (wide**2 + high**2)
    if kind == "diou":
        return iou_and_distance
    angles = [np.arctan((box[2] - box[0]) / (box[3] - box[1])) for box in (a, b)]
    shape = 4 / np.pi**2 * (angles[0] - angles[1]) ** 2
    return iou_and_distance - (shape**2 / (1 - iou + shape) if shape else 0)


@pytest.mark.parametrize("kind", ["giou", "diou", "ciou"])
def test_overlaps_follow_their_papers(kind, rng):
    left, right = drawn(rng, 50), drawn(rng, 50)
    found = boxes.overlap(left, right, kind)
    expected = [by_hand(kind, *pair) for pair in zip(left.astype(float), right.astype(float), strict=True)]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("kind", boxes.OVERLAPS)
def test_numpy_and_the_backend_agree_also_on_boxes_without_area(kind):
    left, right = PAIRS[:, 0], PAIRS[:, 1]
    found = boxes.overlap(left, right, kind)
    assert np.isfinite(found).all()
    np.testing.assert_allclose(array(boxes.overlap(tensor(left), tensor(right), kind)), found, atol=1e-6)


@pytest.mark.parametrize("kind", boxes.OVERLAPS)
def test_gradients_are_finite_for_any_boxes(kind, toys):
    right = tensor(PAIRS[:, 1])
    gradient = toys.slope(lambda left: boxes.overlap(left, right, kind), PAIRS[:, 0])
    assert np.isfinite(gradient).all()


def greedy(places, scores, labels, threshold):
    """Suppression, box by box."""
    kept = []
    for index in np.argsort(-scores, kind="stable"):
        rivals = [other for other in kept if labels[other] == labels[index]]
        if scores[index] > 0 and not any(
            boxes.iou(places[[index]], places[[other]])[0, 0] > threshold for other in rivals
        ):
            kept.append(int(index))
    return kept


@pytest.mark.parametrize("threshold", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("to", [np.asarray, tensor], ids=["NumPy", "backend"])
def test_suppression_is_exactly_greedy(to, threshold, rng, monkeypatch):
    monkeypatch.setattr(boxes, "_AT_ONCE", 17)  # of 60
    places = drawn(rng, 3, 60, size=30)
    scores = rng.permutation(180).reshape(3, 60).astype("float32") - 5  # the last six are none
    labels = rng.integers(0, 3, (3, 60)).astype("int32")
    found = array(boxes.nms(to(places), to(scores), to(labels), threshold=threshold, count=60))
    for row in range(3):
        expected = greedy(places[row], scores[row], labels[row], threshold)
        assert found[row].tolist() == expected + [-1] * (60 - len(expected))


@pytest.mark.parametrize("to", [np.asarray, tensor], ids=["NumPy", "backend"])
def test_suppression_keeps_the_best_and_fills_up_with_none(to):
    places = np.array([[[0, 0, 1, 1], [2, 0, 3, 1], [4, 0, 5, 1]]], "float32")
    scores = np.array([[0.2, 0.9, 0.5]], "float32")
    assert array(boxes.nms(to(places), to(scores), count=2)).tolist() == [[1, 2]]
    assert array(boxes.nms(to(places), to(scores), count=5)).tolist() == [[1, 2, 0, -1, -1]]
    assert array(boxes.nms(to(places), to(0 * scores), count=2)).tolist() == [[-1, -1]]


def test_roi_align_reads_between_places_as_scipy_does(rng):
    from scipy import ndimage

    features, places = rng.normal(size=(1, 16, 20, 1)).astype("float32"), drawn(rng, 1, 5, size=14)
    found = boxes.roi_align(features, places, size=3, samples=2)
    for number, (x1, y1, x2, y2) in enumerate(places[0]):
        steps = (np.arange(6) + 0.5) / 6
        rows, columns = y1 + (y2 - y1) * steps - 0.5, x1 + (x2 - x1) * steps - 0.5
        at = np.meshgrid(rows, columns, indexing="ij")
        read = ndimage.map_coordinates(features[0, ..., 0], at, order=1, mode="nearest")
        expected = read.reshape(3, 2, 3, 2).mean(axis=(1, 3))
        np.testing.assert_allclose(found[0, number, ..., 0], expected, atol=1e-4)
    both = array(boxes.roi_align(tensor(features), tensor(places), size=3, samples=2))
    np.testing.assert_allclose(both, found, atol=1e-5)


def test_a_box_beside_the_map_holds_nothing():
    features = np.ones((1, 4, 4, 2), "float32")
    found = boxes.roi_align(features, np.array([[[40, 40, 60, 60]]], "float32"), size=2, stride=4)
    assert found.shape == (1, 1, 2, 2, 2) and (found == 0).all()


def test_deltas_come_back_as_boxes(rng):
    places, anchors = drawn(rng, 40), drawn(rng, 40)
    weights = (10.0, 10.0, 5.0, 5.0)
    deltas = boxes.encoded(places, anchors, weights)
    np.testing.assert_allclose(boxes.decoded(deltas, anchors, weights), places, atol=1e-3)
    np.testing.assert_allclose(
        array(boxes.encoded(tensor(places), tensor(anchors), weights)), deltas, atol=1e-4
    )


def test_deltas_are_those_of_torchvision():
    coder, weights = STORED["coder"], (10.0, 10.0, 5.0, 5.0)
    true, anchors, raw = (np.array(coder[name], "float32") for name in ("boxes", "anchors", "raw"))
    np.testing.assert_allclose(boxes.encoded(true, anchors, weights), coder["deltas"], atol=1e-4)
    np.testing.assert_allclose(boxes.decoded(raw, anchors, weights), coder["decoded"], rtol=1e-4)


def test_roi_align_is_that_of_torchvision():
    stored = STORED["roi_align"]
    features = np.moveaxis(np.array(stored["features"], "float32"), 0, -1)[None]
    found = boxes.roi_align(features, np.array([stored["boxes"]], "float32"), 7, stride=4)
    wanted = np.moveaxis(np.array(stored["crops"]).reshape(stored["shape"]), 1, -1)
    np.testing.assert_allclose(found[0], wanted, atol=2e-5)


def test_deltas_without_measure_stay_finite():
    found = boxes.decoded(np.full(4, 1e4, "float32"), np.array([0, 0, 0, 0], "float32"))
    assert np.isfinite(found).all()
    assert np.isfinite(boxes.encoded(np.zeros(4, "float32"), np.zeros(4, "float32"))).all()
