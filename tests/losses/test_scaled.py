"""The wrapper: standard units inside, the user's units outside."""

import keras
import numpy as np
import pytest

from kit.losses.gaussian import GaussianNLL
from kit.losses.numeric import MeanSquaredError
from kit.losses.quantile import Pinball
from kit.losses.scaled import Scaled


def test_each_target_is_divided_by_its_own_scale():
    loss = Scaled(MeanSquaredError(), (10.0, 0.1))
    assert float(loss(np.array([[0.0, 0.0]]), np.array([[20.0, 0.3]]))) == pytest.approx(
        (4 + 9) / 2, rel=1e-5
    )


@pytest.mark.parametrize("inner, group", [(Pinball((0.1, 0.5, 0.9)), 3), (GaussianNLL(), 2)])
def test_all_outputs_of_a_target_share_its_scale(inner, group):
    rng = np.random.default_rng(0)
    scale, y, p = np.array([10.0, 0.1]), rng.normal(size=(5, 2)), rng.uniform(1, 2, (5, 2 * group))
    outside = Scaled(inner, scale)(y * scale, p * np.repeat(scale, group))
    assert float(outside) == pytest.approx(float(inner(y, p)), rel=1e-4)


def test_a_target_of_another_width_is_not_broadcast():
    with pytest.raises(ValueError, match="shape"):
        Scaled(MeanSquaredError(), (1.0, 1.0, 1.0))(np.zeros((4, 1)), np.zeros((4, 3)))


@pytest.mark.parametrize("scale", [(0.0,), (-1.0,), (1.0, 0.0), (float("nan"),)])
def test_a_scale_that_is_not_positive_is_refused(scale):
    with pytest.raises(ValueError, match="scale"):
        Scaled(MeanSquaredError(), scale)


def test_it_is_saved_with_the_loss_inside():
    loss = Scaled(MeanSquaredError(), (10.0,))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert float(again(np.array([[50.0]]), np.array([[70.0]]))) == 4.0
