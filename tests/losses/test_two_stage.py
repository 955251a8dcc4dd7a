"""TwoStage: its parts by hand, and finite with finite gradients wherever boxes lie."""

import keras
import numpy as np
import pytest

from kit import boxes as geometry
from kit.losses.two_stage import TwoStage, smooth

SIZE, STRIDES, KINDS = (32, 32), (8,), 2
ANCHORS = ((8, 8), (16, 16))
FILLER = [-1, -1, -1, -1, -1]
BATCHES = {
    "no box at all": [[FILLER, FILLER], [FILLER, FILLER]],
    "one image without boxes": [[[4, 4, 20, 20, 1], FILLER], [FILLER, FILLER]],
    "zero width and height": [[[4, 4, 4, 20, 1], FILLER], [[9, 9, 9, 9, 0], FILLER]],
    "outside of the image": [[[-40, -40, -9, -9, 1], FILLER], [[40, 4, 60, 20, 0], FILLER]],
    "larger than the image": [[[-99, -99, 99, 99, 1], FILLER], [FILLER, FILLER]],
    "two equal boxes": [[[4, 4, 20, 20, 1], [4, 4, 20, 20, 0]], [FILLER, FILLER]],
    "a pixel": [[[7, 7, 8, 8, 1], FILLER], [FILLER, FILLER]],
}
LOSS = TwoStage(SIZE, STRIDES, ANCHORS)
PLACES = 2 * 4 * 4
names = pytest.mark.parametrize("name", BATCHES)


def drawn(shape, scale=3.0, seed=0):
    return np.random.default_rng(seed).normal(0, scale, shape).astype("float32")


def regions(count=6, seed=0):
    """Corners inside of the image and probability; the last two are none."""
    rng = np.random.default_rng(seed)
    corner, sides = rng.uniform(0, 16, (2, count, 2)), rng.uniform(0, 16, (2, count, 2))
    found = np.concatenate([corner, corner + sides, np.ones((2, count, 1))], axis=-1).astype("float32")
    found[:, -2:] = 0
    return found


def finite(value, slope):
    return np.isfinite(float(keras.ops.sum(value))) and np.isfinite(slope).all()


@names
@pytest.mark.parametrize("scale", [0.1, 100.0])
def test_the_first_stage_and_its_gradient_are_finite(toys, name, scale):
    true, rows = np.array(BATCHES[name], "float32"), drawn((2, PLACES, 5), scale)
    slope = toys.slope(lambda rows: sum(LOSS.first(true, rows, 0)), rows)
    assert finite(sum(LOSS.first(true, rows, 0)), slope) and np.abs(slope[..., 0]).sum() > 0


@names
@pytest.mark.parametrize("scale", [0.1, 100.0])
def test_the_second_stage_and_its_gradient_are_finite(toys, name, scale):
    found = LOSS.drawn(np.array(BATCHES[name], "float32"), regions(), 0)
    raw = drawn((2, found[0].shape[1], 4 + KINDS + 1), scale)
    slope = toys.slope(lambda raw: sum(LOSS.second(raw, *found)), raw)
    assert finite(sum(LOSS.second(raw, *found)), slope) and np.abs(slope[..., 4:]).sum() > 0


@names
def test_the_loss_of_what_is_said_and_its_gradient_are_finite(toys, name):
    scores = np.random.default_rng(0).dirichlet(np.ones(KINDS + 1), (2, 6))[..., :-1]
    said = np.concatenate([regions()[..., :4], scores], axis=-1).astype("float32")
    said[:, -2:] = 0
    true = np.array(BATCHES[name], "float32")
    loss = TwoStage(SIZE, STRIDES, ANCHORS, reduction=None)
    assert finite(loss(true, said), toys.slope(lambda said: loss(true, said), said))
    assert np.asarray(loss(true, said)).shape == (2,)


def test_an_image_with_one_object_draws_it_and_background_and_nothing_that_is_none():
    true = np.array([[[4, 4, 20, 20, 1], FILLER]] * 2, "float32")
    places, kinds, boxes = (np.asarray(each) for each in LOSS.drawn(true, regions(), 0))
    for row in range(2):
        is_it = kinds[row] == 1
        assert (boxes[row][is_it] == true[row, 0, :4]).all() and [4, 4, 20, 20] in places[row][is_it].tolist()
        overlap = geometry.iou(places[row], true[row, :1, :4])[:, 0]
        assert ((overlap >= 0.5) == is_it)[kinds[row] > -2].all()
        assert (kinds[row] > -2).sum() == 4 + 1  # of 6 regions 4 are ones, and the object


def test_more_regions_than_are_drawn_leave_a_quarter_for_objects():
    true = np.array([[[4, 4, 20, 20, 1]]], "float32")
    every = np.repeat([[4, 4, 20, 20, 1], [24, 24, 32, 32, 1]], 60, axis=0).astype("float32")
    kinds = np.asarray(LOSS.drawn(true, every[None], 3)[1])[0]
    assert len(kinds) == 64 and (kinds == 1).sum() == 16 and (kinds == -1).sum() == 48


def test_the_first_stage_is_as_by_hand():
    true = np.array([[[8, 8, 16, 16, 0]]], "float32")  # anchor 10 exactly, of place (1, 1)
    rows = np.zeros((1, PLACES, 5), "float32")
    rows[0, 10] = [2.0, 0.5, 0, 0, 0]
    overlaps = geometry.iou(LOSS._corners, true[0, :, :4])[:, 0]
    assert overlaps.argmax() == 10 and overlaps[10] == 1
    count = (overlaps < 0.3).sum() + 1  # all are drawn: there are fewer than 256
    crossentropy = (count - 1) * np.log(2) + np.log1p(np.exp(-2))
    said = [float(each) for each in LOSS.first(true, rows, 0)]
    assert said == pytest.approx([crossentropy / count, (0.5 - 1 / 18) / count], rel=1e-5)


def test_the_second_stage_is_as_by_hand():
    raw = np.array([[[1, 0, 0, 0, 1, 0, 0], [9, 9, 9, 9, 0, 0, 2], [9, 9, 9, 9, 9, 9, 9]]], "float32")
    box = np.array([[[0, 0, 8, 8]] * 3], "float32")
    aim = box + np.array([2, 0, 2, 0], "float32")  # a quarter to the right: 10 / 4
    found = LOSS.second(raw, box, np.array([[0, -1, -2]], "int32"), aim)
    right = -np.log(np.e / (np.e + 2)) - np.log(np.e**2 / (np.e**2 + 2))
    assert [float(each) for each in found] == pytest.approx([right / 2, (1.5 - 1 / 18) / 2], rel=1e-5)


def test_a_missed_object_costs_as_much_as_one_that_is_surely_wrong():
    true = np.array([[[0, 0, 4, 4, 0]]], "float32")
    nothing = np.zeros((1, 3, 4 + KINDS), "float32")
    wrong = np.array([[[0, 0, 4, 4, 0, 1]]], "float32")
    assert float(LOSS(true, nothing)) == pytest.approx(-np.log(0.01), rel=1e-5)
    assert float(LOSS(true, wrong)) == pytest.approx(-np.log(0.01), rel=1e-5)
    assert float(LOSS(true - 9, nothing)) == 0  # no object, no region


def test_the_loss_of_what_is_said_is_as_by_hand():
    true = np.array([[[0, 0, 8, 8, 0], [20, 20, 30, 30, 1]]], "float32")
    said = [[0, 0, 8, 8, 0.5, 0.2], [1, 0, 9, 8, 0.8, 0.0], [0, 20, 8, 28, 0.1, 0.3], [0, 0, 8, 8, 0, 0]]
    moved = 10 / 8 - 1 / 18  # an eighth of the side, times 10
    first = (-np.log(0.5) - np.log(0.8) + moved) / 2
    by_hand = (first - np.log(0.01) - np.log(1 - 0.4)) / 2  # the second object has no region; a false alarm
    assert float(LOSS(true, np.array([said], "float32"))) == pytest.approx(by_hand, rel=1e-5)


def test_fillers_change_nothing():
    short = np.array([[[4, 4, 20, 20, 1]]] * 2, "float32")
    long = np.concatenate([short, np.full((2, 6, 5), -1, "float32")], axis=1)
    first, second = ([float(part) for part in LOSS.first(y, drawn((2, PLACES, 5)), 0)] for y in (short, long))
    assert first == pytest.approx(second, rel=1e-6)


def test_smooth_is_kerass_huber_over_its_bend(rng):
    deltas = rng.normal(0, 0.3, (50, 4)).astype("float32")
    huber = keras.losses.Huber(delta=1 / 9, reduction=None)(np.zeros_like(deltas), deltas)
    np.testing.assert_allclose(np.asarray(smooth(deltas)), 4 * 9 * np.asarray(huber), rtol=1e-4)


def test_it_survives_its_config_and_refuses_other_shapes():
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(LOSS))
    assert again.anchors == ANCHORS and again.strides == STRIDES
    for shape in ((2, 3, 4), (2, 5)):
        with pytest.raises(ValueError, match="task.encode"):
            LOSS(np.zeros(shape, "float32"), np.zeros((2, 3, 6), "float32"))
