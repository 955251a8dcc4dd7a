"""Lovász-softmax: the IoU at hard decisions, a formula by sets in between, and its gradient."""

import itertools
from functools import partial

import keras
import numpy as np
import pytest
from sklearn.metrics import jaccard_score

from kit.losses.mask_lovasz import LovaszSoftmax


def hard(said, classes):
    return np.eye(classes, dtype="float32")[said]


@pytest.mark.parametrize("background", [True, False])
def test_at_hard_decisions_it_is_one_minus_the_iou_of_scikit_learn(rng, background):
    mask, said = rng.integers(0, 3, (2, 1, 6, 7))
    scores = jaccard_score(mask.ravel(), said.ravel(), average=None)[1 if background else 0 :]
    found = float(LovaszSoftmax(background=background)(mask, hard(said, 3)))
    assert found == pytest.approx(1 - scores.mean(), rel=1e-5)


def test_in_between_it_is_the_largest_over_all_orders_of_the_pixels(rng):
    """The Lovász extension of a submodular function is the maximum over orders of its greedy sums."""
    mask, said = np.array([1, 0, 1, 0, 0]), rng.uniform(size=5)
    errors = np.abs(mask - said)

    def lost(wrong):  # 1 - IoU when these pixels are wrong
        decided = np.where(np.isin(np.arange(5), wrong), 1 - mask, mask)
        return 1 - (decided & mask).sum() / (decided | mask).sum()

    best = max(
        sum(errors[order[k]] * (lost(order[: k + 1]) - lost(order[:k])) for k in range(5))
        for order in map(list, itertools.permutations(range(5)))
    )
    found = float(LovaszSoftmax()(mask.reshape(1, 1, 5), said.reshape(1, 1, 5, 1).astype("float32")))
    assert found == pytest.approx(best, rel=1e-5)


def test_classes_that_are_absent_do_not_count():
    mask = np.array([[[1, 1, 0]]])
    said = hard(mask, 4)
    said[..., 3] = 0.25  # a class that no pixel has
    assert float(LovaszSoftmax()(mask, said)) == 0


def test_an_image_without_foreground_scores_its_largest_probability():
    said = np.array([0.1, 0.7, 0.3], "float32").reshape(1, 1, 3, 1)
    assert float(LovaszSoftmax()(np.zeros((1, 1, 3), "uint8"), said)) == pytest.approx(0.7)


def test_labels_are_planes_of_their_own(rng):
    mask, said = rng.integers(0, 2, (1, 4, 4, 2)), rng.uniform(size=(1, 4, 4, 2)).astype("float32")
    each = [float(LovaszSoftmax()(mask[..., i], said[..., i : i + 1])) for i in range(2)]
    assert float(LovaszSoftmax()(mask, said)) == pytest.approx(np.mean(each), rel=1e-5)


def test_void_pixels_are_as_if_they_were_cut_off(toys, rng):
    mask, said = rng.integers(0, 2, (1, 4, 6)), rng.uniform(size=(1, 4, 6, 1)).astype("float32")
    mask[..., 4:] = 255
    loss = LovaszSoftmax()
    assert float(loss(mask, said)) == pytest.approx(float(loss(mask[..., :4], said[:, :, :4])), rel=1e-5)
    gradient = toys.slope(partial(loss, mask), said)
    assert not gradient[:, :, 4:].any() and gradient.any()


@pytest.mark.parametrize("fill", ["empty", "full", "one pixel", "void"])
@pytest.mark.parametrize("said", [0.0, 0.5, 1.0])
def test_value_and_gradient_are_finite_on_any_mask(toys, fill, said):
    mask = np.full((1, 4, 4), {"full": 1, "void": 255}.get(fill, 0), "uint8")
    mask[0, 1, 1] = 1 if fill == "one pixel" else mask[0, 1, 1]
    y_pred = np.full((1, 4, 4, 1), said, "float32")
    assert 0 <= float(LovaszSoftmax()(mask, y_pred)) <= 1
    assert np.isfinite(toys.slope(partial(LovaszSoftmax(), mask), y_pred)).all()


def test_it_survives_its_config_and_takes_bytes(rng):
    mask, said = rng.integers(0, 3, (1, 5, 5)), rng.dirichlet(np.ones(3), size=(1, 5, 5)).astype("float32")
    loss = LovaszSoftmax(background=True)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert again.background
    assert float(again(mask.astype("uint8"), said)) == float(loss(mask, said))
