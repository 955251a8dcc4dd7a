"""Sums of losses: by hand, weighted, nested and through a file."""

import keras
import numpy as np
import pytest

from kit.losses.images import Charbonnier, ImageMeanAbsoluteError, ImageMeanSquaredError
from kit.losses.mask_crossentropy import MaskCrossentropy
from kit.losses.mask_overlap import SoftDice
from kit.losses.total import Total

ZERO, THREE = np.zeros((2, 2, 2, 1), "float32"), np.full((2, 2, 2, 1), 3.0, "float32")
PAIR = [ImageMeanSquaredError(), ImageMeanAbsoluteError()]


def test_it_is_the_sum_of_its_losses():
    assert float(Total(PAIR)(ZERO, THREE)) == 9 + 3


def test_each_loss_counts_by_its_weight():
    assert float(Total(PAIR, weights=(2, 0.5))(ZERO, THREE)) == 2 * 9 + 0.5 * 3


def test_each_sample_has_its_own_number_and_its_weight_counts():
    weight = np.array([0.0, 2.0])
    assert float(Total(PAIR)(ZERO, THREE, sample_weight=weight)) == 2 * 12 / 2
    assert np.array(Total(PAIR, reduction="none")(ZERO, THREE)).tolist() == [12, 12]


def test_sums_of_mask_losses_see_the_same_outputs(rng):
    mask, said = rng.integers(0, 2, (2, 4, 4)), rng.uniform(size=(2, 4, 4, 1)).astype("float32")
    parts = [MaskCrossentropy(), SoftDice()]
    by_hand = sum(float(part(mask, said)) for part in parts)
    assert float(Total(parts)(mask, said)) == pytest.approx(by_hand, rel=1e-6)


def test_a_sum_survives_its_config_with_the_options_of_its_parts():
    loss = Total([Total(PAIR), Charbonnier(eps=4.0)], weights=(1, 2), name="loss")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (type(again), again.name, again.losses[1].eps) == (Total, "loss", 4.0)
    assert float(again(ZERO, THREE)) == float(loss(ZERO, THREE)) == 12 + 2 * 5


@pytest.mark.parametrize(
    ("losses", "weights"), [([], None), (PAIR[:1], None), (PAIR, (1,)), (PAIR, (1, 0)), (PAIR, (1, -1))]
)
def test_two_losses_at_least_and_a_weight_above_0_each(losses, weights):
    with pytest.raises(ValueError, match="two or more, with a weight above 0 each. Received"):
        Total(losses, weights)
