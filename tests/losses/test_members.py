"""The loss of each member: against Keras' losses of one member after the other."""

import keras
import numpy as np
import pytest

from kit.losses.crossentropy import BinaryCrossentropy, SparseCrossentropy
from kit.losses.members import EachMember
from kit.losses.numeric import MeanSquaredError
from kit.losses.quantile import Pinball
from kit.losses.scaled import Scaled


def softmax(x):
    e = np.exp(x)
    return (e / e.sum(-1, keepdims=True)).astype("float32")


def test_it_is_the_mean_of_what_keras_says_of_each_member(rng):
    y, said = np.array([0, 2, 1, 1]), softmax(rng.normal(size=(4, 5, 3)))
    stock = keras.losses.SparseCategoricalCrossentropy()
    each = [float(stock(y, said[:, member])) for member in range(5)]
    loss = EachMember(SparseCrossentropy())
    assert float(loss(y, said.reshape(20, 3))) == pytest.approx(np.mean(each), rel=1e-5)


def test_members_that_err_to_both_sides_do_not_make_up_for_each_other():
    y, said = np.array([[3.0]], "float32"), np.array([[1.0], [5.0]], "float32")
    assert float(EachMember(MeanSquaredError())(y, said)) == 4.0  # of their mean it is 0


@pytest.mark.parametrize(
    "inner, units",
    [(BinaryCrossentropy(), 1), (Scaled(MeanSquaredError(), (10.0,)), 1), (Pinball((0.1, 0.5, 0.9)), 3)],
    ids=["binary", "scaled", "quantiles"],
)
def test_one_member_is_the_loss_itself(inner, units, rng):
    y, said = np.ones((6, 1), "float32"), rng.uniform(0.1, 0.9, size=(6, units)).astype("float32")
    assert float(EachMember(inner)(y, said)) == pytest.approx(float(inner(y, said)), rel=1e-6)


def test_weights_of_samples_count_for_all_members_of_a_sample(rng):
    y, said = np.zeros((3, 1), "float32"), rng.normal(size=(6, 1)).astype("float32")
    weights = np.array([1.0, 0.0, 3.0], "float32")
    by_hand = np.mean(weights * np.square(said[:, 0]).reshape(3, 2).mean(1))
    found = EachMember(MeanSquaredError())(y, said, sample_weight=weights)
    assert float(found) == pytest.approx(by_hand, rel=1e-5)


def test_what_a_member_learns_does_not_depend_on_the_others(toys):
    y, loss = np.array([[3.0]], "float32"), EachMember(MeanSquaredError())
    slopes = [toys.slope(lambda x: loss(y, x), np.array([[1.0], [b]], "float32"))[0, 0] for b in (5.0, 50.0)]
    assert slopes[0] == pytest.approx(slopes[1]) == pytest.approx(2 * (1 - 3) / 2)


def test_it_is_saved_with_the_loss_inside():
    config = keras.saving.serialize_keras_object(EachMember(BinaryCrossentropy(0.2)))
    assert keras.saving.deserialize_keras_object(config).loss.label_smoothing == 0.2
