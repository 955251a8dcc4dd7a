"""Boundary loss: distances as SciPy measures them, signs, void pixels, sides that are long."""

from functools import partial

import keras
import numpy as np
import pytest
from scipy.ndimage import distance_transform_edt

from kit.losses.mask_boundary import BoundaryLoss, distance


@pytest.mark.parametrize("shape", [(17, 23), (1, 9), (9, 1)])
@pytest.mark.parametrize("share", [0.03, 0.5])
def test_distances_are_those_of_scipy(shape, share, rng):
    planes = rng.uniform(size=(2, *shape, 3)) < share
    planes[:, 0, 0] = True
    oracle = [[distance_transform_edt(~planes[i, ..., c]) for c in range(3)] for i in range(2)]
    found = np.moveaxis(keras.ops.convert_to_numpy(distance(planes)), -1, 1)
    np.testing.assert_allclose(found, oracle, rtol=1e-5)


def test_distances_do_not_end_at_1000_pixels():
    plane = np.zeros((1, 1, 1500, 1), bool)
    plane[0, 0, 0] = True
    assert float(distance(plane)[0, 0, -1, 0]) == 1499


def test_the_gradient_is_the_signed_distance_over_pixels_and_diagonal(toys):
    mask = np.array([[[0, 0, 1, 1, 1]]], "uint8")
    signed = np.array([2, 1, 0, -1, -2])  # the border pixel itself is 0
    gradient = toys.slope(partial(BoundaryLoss(), mask), np.full((1, 1, 5, 1), 0.5, "float32"))
    np.testing.assert_allclose(gradient.ravel(), signed / 5 / np.hypot(1, 5), rtol=1e-5)


def test_by_hand_it_is_the_sum_of_what_is_said_times_where():
    mask = np.array([[[0, 0, 1, 1, 1]]], "uint8")
    said = np.array([1, 0, 0, 0, 0.5], "float32").reshape(1, 1, 5, 1)
    by_hand = (1 * 2 + 0.5 * -2) / 5 / np.hypot(1, 5)
    assert float(BoundaryLoss()(mask, said)) == pytest.approx(by_hand, rel=1e-5)


def test_what_is_said_far_away_costs_more_than_near_by():
    mask = np.zeros((1, 9, 9), "uint8")
    mask[0, 4, 4] = 1

    def lost(row):
        said = np.zeros((1, 9, 9, 1), "float32")
        said[0, row, 4] = 1
        return float(BoundaryLoss()(mask, said))

    assert lost(4) < lost(3) < lost(2) < lost(0)


def test_a_class_without_a_border_adds_nothing(toys, rng):
    said = rng.uniform(size=(1, 4, 4, 1)).astype("float32")
    for fill in (0, 1, 255):
        mask = np.full((1, 4, 4), fill, "uint8")
        assert float(BoundaryLoss()(mask, said)) == 0
        assert not toys.slope(partial(BoundaryLoss(), mask), said).any()


def test_the_background_counts_only_if_asked(rng):
    mask, said = rng.integers(0, 2, (1, 6, 6)), rng.dirichlet(np.ones(2), size=(1, 6, 6)).astype("float32")
    both = [float(BoundaryLoss()(mask == i, said[..., i : i + 1])) for i in range(2)]
    assert float(BoundaryLoss()(mask, said)) == pytest.approx(both[1], rel=1e-4)
    assert float(BoundaryLoss(background=False)(mask, said)) == pytest.approx(np.mean(both), rel=1e-4)


def test_a_void_pixel_is_of_no_class_and_costs_nothing(toys):
    mask = np.array([[[0, 255, 1, 1]]], "uint8")
    said = np.array([0.9, 0.5, 0.5, 0.5], "float32").reshape(1, 1, 4, 1)
    classes = np.concatenate([1 - said, said], axis=-1)
    gradient = toys.slope(partial(BoundaryLoss(background=False), mask), classes)
    assert not gradient[0, 0, 1].any()
    # class 0 is pixel 0 alone: 2 and 3 pixels away from it, the mean of 3 pixels and 2 classes
    by_hand = np.array([0, 0, 2, 3]) / 3 / 2 / np.hypot(1, 4)
    np.testing.assert_allclose(gradient[0, 0, :, 0], by_hand, rtol=1e-5)


def test_one_pixel_has_a_finite_gradient_and_pulls(toys):
    mask = np.zeros((1, 5, 5), "uint8")
    mask[0, 2, 2] = 1
    gradient = toys.slope(partial(BoundaryLoss(), mask), np.zeros((1, 5, 5, 1), "float32"))
    assert np.isfinite(gradient).all() and gradient.min() == gradient[0, 2, 2, 0] == 0


def test_it_survives_its_config_and_takes_bytes(rng):
    mask, said = rng.integers(0, 3, (1, 5, 5)), rng.dirichlet(np.ones(3), size=(1, 5, 5)).astype("float32")
    loss = BoundaryLoss(background=False)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert not again.background
    assert float(again(mask.astype("uint8"), said)) == float(loss(mask, said))
