"""TaskAligned: 0 where nothing is wrong, finite with finite gradients wherever boxes lie."""

import keras
import numpy as np
import pytest

from kit.losses.boxes import TaskAligned
from kit.places import BoxesAndScores, grid

SIZE, STRIDES, KINDS = (32, 32), (8, 16), 2
PLACES = len(grid(SIZE, STRIDES)[0])
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


def raw_outputs(seed=0, scale=3.0):
    return np.random.default_rng(seed).normal(0, scale, (2, PLACES, 4 + KINDS)).astype("float32")


def loss_of(y_true, raw):
    return TaskAligned(SIZE, STRIDES)(np.array(y_true, "float32"), BoxesAndScores(SIZE, STRIDES)(raw))


@pytest.mark.parametrize("scale", [0.1, 3.0, 100.0])
@pytest.mark.parametrize("name", BATCHES)
def test_loss_and_gradient_are_finite(toys, name, scale):
    gradient = toys.slope(lambda raw: loss_of(BATCHES[name], raw), raw_outputs(scale=scale))
    value = float(loss_of(BATCHES[name], raw_outputs(scale=scale)))
    assert np.isfinite(value) and value > 0
    assert np.isfinite(gradient).all() and np.abs(gradient[..., 4:]).sum() > 0


def test_a_batch_without_boxes_teaches_that_there_is_none():
    parts = TaskAligned(SIZE, STRIDES).parts(
        np.array(BATCHES["no box at all"], "float32"), BoxesAndScores(SIZE, STRIDES)(raw_outputs())
    )
    crossentropy, overlap, distance = (float(keras.ops.mean(part)) for part in parts)
    assert crossentropy > 0 and overlap == 0 and distance == 0


def test_the_parts_of_one_object_are_as_by_hand():
    said = np.zeros((1, 1, 5), "float32")
    said[0, 0] = [0, 0, 4, 2, 0.5]  # the lower half of the object is missing
    true = np.array([[[0, 0, 4, 4, 0]]], "float32")
    crossentropy, overlap, distance = TaskAligned((4, 4), (4,)).parts(true, keras.ops.convert_to_tensor(said))
    wanted = 0.5  # the only place should say the IoU that it reaches
    assert float(crossentropy[0]) == pytest.approx(np.log(2), rel=1e-5)
    apart = 1 / (4**2 + 4**2)  # centres 1 pixel apart, in the box around both
    shape = 4 / np.pi**2 * (np.arctan(1) - np.arctan(2)) ** 2
    ciou = 0.5 - apart - shape * shape / (1 - 0.5 + shape)
    assert float(overlap[0]) == pytest.approx((1 - ciou) * wanted, rel=1e-4)
    assert float(distance[0]) == pytest.approx(2 / 4 / 4 * wanted, rel=1e-5)  # one side of four, in strides


def test_an_object_weighs_the_same_however_many_places_have_none():
    said = np.zeros((1, 1, 5), "float32")
    said[0, 0] = [0, 0, 4, 2, 0.5]
    true = np.array([[[0, 0, 4, 4, 0]]], "float32")
    alone = float(TaskAligned((4, 4), (4,))(true, said))
    silent = np.zeros((1, 63, 5), "float32")  # they say that there is nothing, and are right
    among = float(TaskAligned((32, 32), (4,))(true, np.concatenate([said, silent], axis=1)))
    assert among == pytest.approx(alone, rel=1e-5)


@pytest.mark.parametrize("boxes", [[[2, 3, 20, 25, 0]], [FILLER]], ids=["an object", "no object"])
def test_one_image_and_one_class_are_learnt(toys, boxes):
    def loss(raw):
        said = BoxesAndScores(SIZE, STRIDES)(raw)
        return TaskAligned(SIZE, STRIDES)(np.array([boxes], "float32"), said)

    raw = raw_outputs()[:1, :, :5]
    slope = toys.slope(loss, raw)
    assert np.isfinite(float(loss(raw))) and np.isfinite(slope).all() and np.abs(slope[..., 4]).sum() > 0


def test_fillers_change_nothing():
    short = np.array([[[4, 4, 20, 20, 1]]] * 2, "float32")
    long = np.concatenate([short, np.full((2, 6, 5), -1, "float32")], axis=1)
    first, second = (float(loss_of(each, raw_outputs())) for each in (short, long))
    assert first == pytest.approx(second, rel=1e-6)


@pytest.mark.parametrize("shape", [(2, 3, 4), (2, 5)], ids=str)
def test_targets_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match="task.encode"):
        loss_of(np.zeros(shape, "float32"), raw_outputs())
