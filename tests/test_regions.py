"""Regions: the layers of two-stage detectors against loops and formulas, for any batch, and in a file."""

import keras
import numpy as np
import pytest

from kit import anchors
from kit import boxes as geometry
from kit.regions import Crops, Proposals, RegionsAndScores

SIZE, STRIDES, ANCHORS = (32, 48), (4, 8), ((9, 6), (14, 14), (40, 30))


def values(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def searched(rows, layer):
    """The regions of one image, by loops."""
    corners, counts = anchors.grid(SIZE, STRIDES, ANCHORS)
    found, start = [], 0
    for count in counts:
        own = range(start, start + count)
        found += sorted(own, key=lambda place: -rows[place, 0])[: layer.candidates]
        start += count
    boxes = geometry.clipped(geometry.decoded(rows[:, 1:], corners), SIZE)
    kept = []
    for place in sorted(found, key=lambda place: -rows[place, 0]):
        flat = (boxes[place, 2:] <= boxes[place, :2]).any()
        if flat or any(geometry.overlap(boxes[place], boxes[each]) > layer.overlap for each in kept):
            continue
        kept.append(place)
    scores = 1 / (1 + np.exp(-rows[:, :1]))
    return np.concatenate([boxes, scores], axis=1)[kept[: layer.count]]


@pytest.mark.parametrize("seed", range(3))
def test_proposals_are_those_of_a_search_by_hand(seed):
    layer = Proposals(SIZE, STRIDES, ANCHORS, candidates=30, count=12)
    places = len(anchors.grid(SIZE, STRIDES, ANCHORS)[0])
    rows = np.random.default_rng(seed).normal(0, 1, (2, places, 5)).astype("float32")
    for found, own in zip(values(layer(rows)), rows, strict=True):
        wanted = searched(own, layer)
        np.testing.assert_allclose(found[: len(wanted)], wanted, atol=1e-4)
        assert not found[len(wanted) :].any()


def test_no_gradient_passes_proposals(toys):
    layer = Proposals((8, 8), (8,), ((4, 4),), count=2)
    assert layer(keras.ops.zeros((1, 1, 5))).shape == (1, 2, 5)
    rows = np.ones((1, 1, 5), "float32")
    assert not toys.slope(lambda x: layer(x) + 0 * keras.ops.sum(x), rows).any()


def test_each_region_is_read_from_the_level_on_which_it_is_about_seven_places_long(rng):
    maps = [rng.normal(size=(1, 32 // stride, 48 // stride, 3)).astype("float32") for stride in STRIDES]
    regions = np.array([[[2, 2, 12, 12], [0, 0, 28, 28], [1, 1, 47, 31], [5, 5, 5, 5]]], "float32")
    found = values(Crops(STRIDES)([*maps, regions])).reshape(4, 7, 7, 3)
    for crop, level, region in zip(found, (0, 0, 0, 0), regions[0], strict=True):
        wanted = geometry.roi_align(maps[level], region[None, None], 7, stride=STRIDES[level])[0, 0]
        np.testing.assert_allclose(crop, wanted, atol=1e-5)
    large = np.array([[[-20, -20, 40, 40]]], "float32")  # 60 pixels: 7 places on a level of stride 8
    wanted = geometry.roi_align(maps[1], large, 7, stride=8).reshape(1, 1, -1)
    np.testing.assert_allclose(values(Crops(STRIDES)([*maps, large])), wanted, atol=1e-5)


def test_what_is_said_of_regions_is_as_by_the_formula(rng):
    regions = np.array([[[4, 4, 12, 20, 0.9], [0, 0, 0, 0, 0]]], "float32")
    raw = rng.normal(size=(1, 2, 4 + 3)).astype("float32")
    boxes_and_scores = values(RegionsAndScores(SIZE)([regions, raw]))
    dx, dy, dw, dh = raw[0, 0, :4] / (10, 10, 5, 5)
    x, y, w, h = 8 + dx * 8, 12 + dy * 16, 8 * np.exp(dw), 16 * np.exp(dh)
    by_hand = [x - w / 2, y - h / 2, x + w / 2, y + h / 2]
    np.testing.assert_allclose(boxes_and_scores[0, 0, :4], by_hand, rtol=1e-5)
    powers = np.exp(raw[0, 0, 4:])
    np.testing.assert_allclose(boxes_and_scores[0, 0, 4:], powers[:2] / powers.sum(), rtol=1e-5)
    assert not boxes_and_scores[0, 1, 4:].any()  # no region: no class


def test_boxes_end_at_the_edges_of_the_image():
    regions = np.array([[[0, 0, 48, 32, 1]]], "float32")
    raw = np.array([[[5, 5, 9, 9, 0, 0]]], "float32")
    assert values(RegionsAndScores(SIZE)([regions, raw]))[0, 0, :4].tolist() == [0, 0, 48, 32]


def test_the_layers_open_from_a_file_and_take_any_batch(tmp_path, rng):
    places = len(anchors.grid(SIZE, STRIDES, ANCHORS)[0])
    rows = keras.Input((places, 5))
    maps = [keras.Input((32 // stride, 48 // stride, 2)) for stride in STRIDES]
    regions = Proposals(SIZE, STRIDES, ANCHORS, count=9)(rows)
    raw = keras.layers.Dense(6)(Crops(STRIDES)([*maps, regions]))
    model = keras.Model([rows, *maps], RegionsAndScores(SIZE)([regions, raw]))
    assert model.output_shape == (None, 9, 5)
    model.save(tmp_path / "m.keras")
    again = keras.models.load_model(tmp_path / "m.keras")
    for count in (1, 3):
        x = [rng.normal(size=(count, *each.shape[1:])).astype("float32") for each in model.inputs]
        np.testing.assert_array_equal(values(again(x)), values(model(x)))
