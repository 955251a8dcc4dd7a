"""Members: what each of them computes, by hand, and their mean."""

import keras
import numpy as np
import pytest

import kit
from kit.blocks.members import MeanOfMembers, Members, each_dense, has_members


def test_each_member_has_factors_of_its_own(rng):
    layer, x = Members(3), rng.normal(size=(2, 4)).astype("float32")
    layer(x)
    factors = rng.normal(size=(3, 4))
    layer.set_weights([factors])
    np.testing.assert_allclose(layer(x), [[row * each for each in factors] for row in x], rtol=1e-5)


def test_each_head_is_a_dense_layer_of_one_member(rng):
    inputs = keras.Input((3, 4))
    model = keras.Model(inputs, each_dense(inputs, 2, bias=keras.initializers.Constant([5.0, 6.0])))
    kernels, biases = model.get_weights()
    assert biases.tolist() == [[5, 6]] * 3
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    by_hand = [x[row, member] @ kernels[member] + biases[member] for row in range(2) for member in range(3)]
    np.testing.assert_allclose(model(x), by_hand, rtol=1e-4, atol=1e-5)


def test_a_head_of_one_unit_is_that_of_several_with_one(rng):
    inputs = keras.Input((3, 4))
    model = keras.Model(inputs, each_dense(inputs, 1, bias=keras.initializers.Constant([5.0])))
    kernels, biases = model.get_weights()
    assert biases.tolist() == [5, 5, 5]
    x = rng.normal(size=(2, 3, 4)).astype("float32")
    by_hand = [[x[row, member] @ kernels[member] + 5] for row in range(2) for member in range(3)]
    np.testing.assert_allclose(model(x), by_hand, rtol=1e-4, atol=1e-5)


def test_the_mean_is_taken_of_the_members_of_each_sample_and_not_in_training(rng):
    rows = rng.normal(size=(6, 2)).astype("float32")
    layer = MeanOfMembers(3)
    np.testing.assert_allclose(layer(rows), [rows[:3].mean(0), rows[3:].mean(0)], rtol=1e-5)
    np.testing.assert_array_equal(layer(rows, training=True), rows)
    assert layer(keras.Input((2,))).shape == (None, 2)


@pytest.mark.parametrize("layer", [Members(5), MeanOfMembers(5)], ids=lambda layer: type(layer).__name__)
def test_they_are_made_again_from_their_configuration(layer):
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).count == 5


def test_no_member_is_none():
    with pytest.raises(ValueError, match="at least 1"):
        Members(0)


def test_a_model_of_members_is_told_from_others():
    one, many = (kit.build_regressor(kit.Regression(), (2,), backbone=b, width=4) for b in ("mlp", "tabm"))
    assert has_members(many) and not has_members(one)
