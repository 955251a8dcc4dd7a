"""Focal loss of pixels: the factor by hand, void pixels, class weights."""

import keras
import numpy as np
import pytest

from kit.losses.mask_crossentropy import MaskCrossentropy
from kit.losses.mask_focal import MaskFocal

MASK = np.array([[[1, 0, 255]]], "uint8")
SAID = np.array([[[[0.9], [0.4], [0.1]]]], "float32")
CLASSES = np.array([[[[0.7, 0.2, 0.1], [0.1, 0.1, 0.8], [0.3, 0.3, 0.4]]]], "float32")


def test_easy_pixels_fade_by_hand():
    by_hand = (0.1**2 * -np.log(0.9) + 0.4**2 * -np.log(0.6)) / 2
    assert float(MaskFocal(gamma=2.0)(MASK, SAID)) == pytest.approx(by_hand, rel=1e-4)


def test_easy_pixels_of_classes_fade_by_hand():
    by_hand = (0.9**3 * -np.log(0.1) + 0.3**3 * -np.log(0.7)) / 2
    mask = np.array([[[0, 1, 255]]])
    assert float(MaskFocal(gamma=3.0)(mask, CLASSES)) == pytest.approx(by_hand, rel=1e-4)


def test_labels_fade_each_for_itself():
    mask, said = np.array([[[[1, 0]]]]), np.array([[[[0.9, 0.4]]]], "float32")
    by_hand = (0.1**2 * -np.log(0.9) + 0.4**2 * -np.log(0.6)) / 2
    assert float(MaskFocal()(mask, said)) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize("weights", [None, (2, 3, 5)])
def test_without_gamma_it_is_cross_entropy(weights):
    mask = np.array([[[0, 2, 255]]])
    plain = MaskCrossentropy(class_weights=weights)(mask, CLASSES)
    assert float(MaskFocal(0.0, class_weights=weights)(mask, CLASSES)) == pytest.approx(float(plain))


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("said", [0.0, 1.0])
def test_a_right_or_wrong_extreme_is_finite(gamma, said):
    assert np.isfinite(float(MaskFocal(gamma=gamma)(MASK, np.full_like(SAID, said))))


def test_void_pixels_change_nothing_and_bytes_are_integers():
    other = SAID.copy()
    other[0, 0, 2] = 0.99
    assert float(MaskFocal()(MASK, SAID)) == float(MaskFocal()(MASK.astype("int32"), other))


def test_it_survives_its_config():
    loss = MaskFocal(gamma=1.5, class_weights=(1, 10))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (again.gamma, again.class_weights) == (1.5, (1.0, 10.0))
    assert float(again(MASK, SAID)) == float(loss(MASK, SAID))


@pytest.mark.parametrize("arguments", [{"gamma": -1}, {"class_weights": (1, -1)}])
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match=next(iter(arguments))):
        MaskFocal(**arguments)
