"""Overlap of masks: counted by hand and by scikit-learn, absent classes, gradients at the edges."""

from functools import partial

import keras
import numpy as np
import pytest
from sklearn.metrics import f1_score, jaccard_score

from kit.losses.mask_overlap import FocalTversky, GeneralizedDice, SoftDice, SoftJaccard, SoftTversky

ALL = [SoftDice, SoftJaccard, GeneralizedDice, SoftTversky, FocalTversky]
every = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
SLIGHT = 1e-4  # smooth, where the counts alone are asked for


def one_hot(mask, classes):
    return np.eye(classes, dtype="float32")[mask]


def test_dice_of_hard_decisions_is_one_minus_f1(rng):
    mask, said = rng.integers(0, 2, (2, 1, 8, 8))
    found = float(SoftDice(smooth=SLIGHT)(mask, said[..., None].astype("float32")))
    assert found == pytest.approx(1 - f1_score(mask.ravel(), said.ravel()), abs=1e-4)


@pytest.mark.parametrize("background", [True, False])
def test_jaccard_of_hard_decisions_is_one_minus_that_of_scikit_learn(rng, background):
    mask, said = rng.integers(0, 4, (2, 1, 8, 8))
    scores = jaccard_score(mask.ravel(), said.ravel(), average=None)[1 if background else 0 :]
    loss = SoftJaccard(background=background, smooth=SLIGHT)
    assert float(loss(mask, one_hot(said, 4))) == pytest.approx(1 - scores.mean(), abs=1e-4)


def test_generalized_dice_by_hand():
    mask = np.array([[[0, 0, 0, 1]]])
    said = np.array([[[[0.5, 0.5], [1, 0], [1, 0], [0, 1]]]], "float32")
    # class 0: 3 pixels, 2.5 covered and said; class 1: 1 pixel, 1 covered, 1.5 said
    inside = 2 * (2.5 / 9 + 1)
    outside = (3 + 2.5) / 9 + (1 + 1.5)
    found = float(GeneralizedDice(smooth=SLIGHT)(mask, said))
    assert found == pytest.approx(1 - inside / outside, abs=1e-4)


def test_tversky_weighs_pixels_too_many_by_alpha_and_too_few_by_beta():
    mask = np.array([[[1, 1, 1, 0, 0]]])
    said = np.array([1, 0, 0, 1, 0], "float32").reshape(1, 1, 5, 1)  # 1 covered, 2 too few, 1 too many
    found = float(SoftTversky(alpha=0.1, beta=0.8)(mask, said))
    assert found == pytest.approx(1 - (1 + 1) / (1 + 0.1 * 1 + 0.8 * 2 + 1), rel=1e-5)


def test_tversky_of_equal_halves_is_dice_and_of_ones_is_jaccard(rng):
    mask, said = rng.integers(0, 2, (1, 6, 6)), rng.uniform(size=(1, 6, 6, 1)).astype("float32")
    halves = SoftTversky(0.5, 0.5, smooth=0.5)  # Dice counts what is covered twice, so smooth too
    assert float(halves(mask, said)) == pytest.approx(float(SoftDice(smooth=1)(mask, said)), rel=1e-5)
    assert float(SoftTversky(1, 1)(mask, said)) == pytest.approx(float(SoftJaccard()(mask, said)), rel=1e-5)


@pytest.mark.parametrize("gamma", [0.75, 1.0, 4 / 3])
def test_focal_tversky_is_the_power_of_tversky(rng, gamma):
    mask, said = rng.integers(0, 2, (1, 6, 6)), rng.uniform(size=(1, 6, 6, 1)).astype("float32")
    by_hand = float(SoftTversky()(mask, said)) ** gamma
    assert float(FocalTversky(gamma=gamma)(mask, said)) == pytest.approx(by_hand, rel=1e-5)


def test_a_large_object_does_not_hide_a_missed_small_one():
    mask = np.zeros((1, 16, 16), "uint8")
    mask[0, :12], mask[0, 15, 15] = 1, 2  # class 1: 192 pixels, found; class 2: one pixel, missed
    said = np.where(mask == 2, 0, mask)
    by_hand = (0 + (1 - 1 / (1 + 0 + 1))) / 2  # the mean over classes 1 and 2, smooth 1
    assert float(SoftDice()(mask, one_hot(said, 3))) == pytest.approx(by_hand, rel=1e-5)


def test_the_background_does_not_count_unless_asked():
    mask, said = np.array([[[0, 0, 1]]]), np.array([[[0, 0, 0]]])
    missed = 1 - 1 / (1 + 0 + 1)
    found = 1 - (2 * 2 + 1) / (2 + 3 + 1)
    assert float(SoftDice()(mask, one_hot(said, 2))) == pytest.approx(missed)
    assert float(SoftDice(background=False)(mask, one_hot(said, 2))) == pytest.approx((missed + found) / 2)


def test_classes_that_are_absent_from_an_image_do_not_count():
    mask = np.array([[[1, 1, 0]]])
    assert float(SoftDice()(mask, one_hot(mask, 3))) == float(SoftDice()(mask, one_hot(mask, 9))) == 0


def test_an_image_without_foreground_scores_what_is_said_there():
    mask = np.zeros((1, 2, 2), "uint8")
    nothing, everything = np.zeros((1, 2, 2, 1), "float32"), np.ones((1, 2, 2, 1), "float32")
    assert float(SoftDice()(mask, nothing)) == 0
    assert float(SoftDice()(mask, everything)) == pytest.approx(1 - 1 / (4 + 1))
    assert float(SoftDice()(mask, one_hot(mask + 1, 2))) == 0  # of several classes it counts 0


def test_labels_count_each_for_itself_where_the_label_is_known():
    mask = np.array([[[[1, 255], [0, 1]]]], "uint8")
    said = np.array([[[[1, 0.3], [1, 1]]]], "float32")
    first, second = 1 - (2 + 1) / (1 + 2 + 1), 0.0
    assert float(SoftDice()(mask, said)) == pytest.approx((first + second) / 2)


@pytest.mark.parametrize("classes", [2, 4])
def test_absent_classes_do_not_drown_the_others_in_generalized_dice(toys, rng, classes):
    mask = np.zeros((1, 100, 100), "uint8")
    mask[0, 20:40, 20:40] = 1  # with four classes two are absent
    said = rng.dirichlet(np.ones(classes), size=(1, 100, 100)).astype("float32")
    assert np.abs(toys.slope(partial(GeneralizedDice(), mask), said)).max() > 1e-5


@every
@pytest.mark.parametrize("fill", ["empty", "full", "one pixel", "void"])
@pytest.mark.parametrize("said", [0.0, 0.5, 1.0])
def test_value_and_gradient_are_finite_on_any_mask(toys, kind, fill, said):
    mask = np.full((1, 4, 4), {"full": 1, "void": 255}.get(fill, 0), "uint8")
    mask[0, 1, 1] = 1 if fill == "one pixel" else mask[0, 1, 1]
    one = np.full((1, 4, 4, 1), said, "float32")
    for y_pred in (one, np.concatenate([1 - one, one], axis=-1)):
        assert 0 <= float(kind()(mask, y_pred)) <= 1
        assert np.isfinite(toys.slope(partial(kind(), mask), y_pred)).all()


@pytest.mark.parametrize("gamma", [0.5, 0.75])
def test_the_root_of_a_perfect_overlap_has_a_finite_gradient(toys, gamma):
    mask = np.ones((1, 4, 4), "uint8")
    assert np.isfinite(
        toys.slope(partial(FocalTversky(gamma=gamma), mask), np.ones((1, 4, 4, 1), "float32"))
    ).all()


@every
def test_void_pixels_change_neither_value_nor_gradient(toys, kind, rng):
    mask, said = rng.integers(0, 3, (1, 5, 5)), rng.dirichlet(np.ones(3), size=(1, 5, 5)).astype("float32")
    mask[0, :2] = 255
    other = said.copy()
    other[0, :2] = (0.1, 0.1, 0.8)
    assert float(kind()(mask, said)) == float(kind()(mask.astype("uint8"), other))
    before, after = toys.slope(partial(kind(), mask), said), toys.slope(partial(kind(), mask), other)
    np.testing.assert_allclose(before, after, rtol=1e-5)
    assert not before[0, :2].any() and before[0, 2:].any()


@every
def test_it_survives_its_config(kind, rng):
    mask, said = rng.integers(0, 3, (1, 5, 5)), rng.dirichlet(np.ones(3), size=(1, 5, 5)).astype("float32")
    loss = kind(smooth=3.0)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert again.get_config() == loss.get_config()
    assert float(again(mask, said)) == float(loss(mask, said)) != float(kind()(mask, said))


@every
def test_smooth_is_above_0(kind):
    with pytest.raises(ValueError, match="`smooth` must be a positive number of pixels. Received: 0"):
        kind(smooth=0)


@pytest.mark.parametrize("arguments", [{"alpha": -0.1}, {"beta": -1}, {"alpha": 0, "beta": 0}])
def test_weights_of_errors_are_0_or_more_and_not_both_0(arguments):
    with pytest.raises(ValueError, match="`alpha` and `beta` are 0 or more"):
        SoftTversky(**arguments)


def test_gamma_is_above_0():
    with pytest.raises(ValueError, match="`gamma` is a power above 0"):
        FocalTversky(gamma=0)
