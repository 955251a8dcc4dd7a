"""Cross-entropy of pixels: by hand and by scikit-learn, void pixels, class weights."""

from functools import partial

import keras
import numpy as np
import pytest
from sklearn.metrics import log_loss

from kit.losses.mask_crossentropy import MaskCrossentropy
from kit.losses.masks import planes

MASK = np.array([[[1, 0], [1, 255]]], "uint8")
HALF = np.array([[[[0.5], [0.75]], [[0.25], [0.9]]]], "float32")
BY_HAND = -(np.log(0.5) + np.log(0.25) + np.log(0.25)) / 3  # three pixels of four count


def soft(rng, shape):
    logits = np.exp(rng.normal(size=shape))
    return (logits / logits.sum(axis=-1, keepdims=True)).astype("float32")


def test_one_unit_by_hand():
    assert float(MaskCrossentropy()(MASK, HALF)) == pytest.approx(BY_HAND, rel=1e-5)


def test_classes_by_scikit_learn(rng):
    mask, said = rng.integers(0, 3, (1, 4, 5)), soft(rng, (1, 4, 5, 3))
    oracle = log_loss(mask.ravel(), said.reshape(-1, 3), labels=[0, 1, 2])
    assert float(MaskCrossentropy()(mask, said)) == pytest.approx(oracle, rel=1e-4)


def test_labels_count_each_for_itself_and_may_be_void_alone():
    mask = np.array([[[[1, 0], [255, 1]]]], "uint8")
    said = np.array([[[[0.5, 0.75], [0.9, 0.25]]]], "float32")
    by_hand = -(np.log(0.5) + np.log(0.25) + np.log(0.25)) / 3
    assert float(MaskCrossentropy()(mask, said)) == pytest.approx(by_hand, rel=1e-5)


def test_each_image_has_its_own_number_whatever_part_of_it_is_void():
    masks = np.concatenate([MASK, np.full_like(MASK, 255)])
    losses = MaskCrossentropy(reduction="none")(masks, np.concatenate([HALF, HALF]))
    assert np.array(losses) == pytest.approx([BY_HAND, 0.0], rel=1e-5)


def test_a_void_pixel_changes_neither_value_nor_gradient(toys):
    other = HALF.copy()
    other[0, 1, 1] = 0.001
    loss = MaskCrossentropy()
    assert float(loss(MASK, HALF)) == float(loss(MASK, other))
    np.testing.assert_array_equal(
        toys.slope(partial(loss, MASK), HALF), toys.slope(partial(loss, MASK), other)
    )
    assert toys.slope(partial(loss, MASK), HALF)[0, 1, 1] == 0


@pytest.mark.parametrize("units", [1, 3])
def test_planes_are_of_0_and_1_also_where_a_pixel_is_void(units):
    target, valid = planes(MaskCrossentropy(), MASK, np.zeros((1, 2, 2, units), "float32"))
    assert set(np.unique(target)) <= {0, 1}
    assert np.array(valid).ravel().tolist() == [1, 1, 1, 0]
    assert np.array(target)[0, ..., min(units, 2) - 1].tolist() == [[1, 0], [1, 0]]


@pytest.mark.parametrize("fill", [0, 1, 255])
@pytest.mark.parametrize("said", [0.0, 0.5, 1.0])
def test_value_and_gradient_are_finite_on_empty_full_and_void_masks(toys, fill, said):
    mask, said = np.full((1, 3, 3), fill, "uint8"), np.full((1, 3, 3, 1), said, "float32")
    assert np.isfinite(float(MaskCrossentropy()(mask, said)))
    assert np.isfinite(toys.slope(partial(MaskCrossentropy(), mask), said)).all()


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float32"])
def test_the_type_of_the_mask_does_not_matter(dtype):
    assert float(MaskCrossentropy()(MASK.astype(dtype), HALF)) == pytest.approx(BY_HAND, rel=1e-5)


def test_weights_of_two_classes_count_for_their_pixels():
    by_hand = -(5 * np.log(0.5) + 2 * np.log(0.25) + 5 * np.log(0.25)) / 3
    assert float(MaskCrossentropy(class_weights=(2, 5))(MASK, HALF)) == pytest.approx(by_hand, rel=1e-5)


def test_weights_of_classes_count_for_their_pixels():
    mask, said = np.array([[[0, 2, 255]]]), np.full((1, 1, 3, 4), 0.25, "float32")
    found = MaskCrossentropy(class_weights=(1, 1, 9, 1))(mask, said)
    assert float(found) == pytest.approx((1 + 9) * np.log(4) / 2, rel=1e-5)


def test_weights_of_labels_count_where_the_label_is_carried():
    mask, said = np.array([[[[1, 0]]]]), np.full((1, 1, 1, 2), 0.5, "float32")
    found = MaskCrossentropy(class_weights=(4, 9))(mask, said)
    assert float(found) == pytest.approx((4 + 1) * np.log(2) / 2, rel=1e-5)


def test_weights_survive_the_config():
    loss = MaskCrossentropy(class_weights=(2, 5))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert float(again(MASK, HALF)) == float(loss(MASK, HALF))


@pytest.mark.parametrize("weights", [(1, 0), (1, -1), ()])
def test_weights_are_above_0(weights):
    with pytest.raises(ValueError, match="`class_weights` is one number above 0"):
        MaskCrossentropy(class_weights=weights)


def test_as_many_weights_as_classes():
    with pytest.raises(ValueError, match=r"each of 2 classes. Received: \(1.0, 2.0, 3.0\)"):
        MaskCrossentropy(class_weights=(1, 2, 3))(MASK, HALF)


@pytest.mark.parametrize("shape", [(1, 2, 3), (2, 2, 2), (1, 2), (1, 2, 2, 3)])
def test_masks_of_another_shape_are_refused_by_name(shape):
    with pytest.raises(ValueError, match=r"crossentropy: masks of shape .* outputs of shape \(1, 2, 2, 1\)"):
        MaskCrossentropy()(np.zeros(shape), HALF)
