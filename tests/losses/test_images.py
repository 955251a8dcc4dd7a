"""Losses of images: by hand, in the images' own units."""

import keras
import numpy as np
import pytest

from kit.losses.images import Charbonnier, ImageMeanAbsoluteError, ImageMeanSquaredError

ALL = [ImageMeanSquaredError, ImageMeanAbsoluteError, Charbonnier]
every = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
CLEAN = np.array([[[[10], [20]]], [[[0], [255]]]], "uint8")
SAID = np.array([[[[13], [16]]], [[[-5], [255]]]], "float32")  # errors 3, -4; -5, 0


def of_each(loss):
    return np.array(loss(CLEAN, SAID))


def test_each_image_has_its_own_number_by_hand():
    assert of_each(ImageMeanSquaredError(reduction="none")).tolist() == [12.5, 12.5]
    assert of_each(ImageMeanAbsoluteError(reduction="none")).tolist() == [3.5, 2.5]
    by_hand = [(np.hypot(3, 2) + np.hypot(4, 2)) / 2, (np.hypot(5, 2) + 2) / 2]
    assert of_each(Charbonnier(eps=2.0, reduction="none")) == pytest.approx(by_hand, rel=1e-6)


@every
def test_bytes_do_not_wrap_around(kind):
    assert float(kind()(CLEAN, SAID)) == float(kind()(CLEAN.astype("float32"), SAID))


def test_charbonnier_tends_to_the_absolute_error():
    assert float(Charbonnier(eps=1e-4)(CLEAN, SAID)) == pytest.approx(3.0, rel=1e-4)


@every
def test_it_survives_its_config(kind):
    loss = kind() if kind is not Charbonnier else Charbonnier(eps=3.0)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is kind
    assert float(again(CLEAN, SAID)) == float(loss(CLEAN, SAID))


@every
@pytest.mark.parametrize("shape", [(2, 1, 2), (2, 1, 2, 3), (1, 1, 2, 1), (2, 2, 2, 1)])
def test_nothing_is_broadcast(kind, shape):
    with pytest.raises(ValueError, match="shape"):
        kind()(np.zeros(shape, "float32"), SAID)


@pytest.mark.parametrize("eps", [0, -1.0])
def test_eps_is_above_0(eps):
    with pytest.raises(ValueError, match="`eps` must be above 0"):
        Charbonnier(eps=eps)
