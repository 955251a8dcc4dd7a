"""Enlarging: as Keras does it where it can, and the same where sizes are unknown."""

import keras
import numpy as np
import pytest

from kit.blocks.enlarge import Enlarge, enlarge


def of_unknown_size(layer, x):
    """What the layer gives where the backend does not know the size of x."""
    if keras.backend.backend() != "tensorflow":
        return layer._along(layer._along(x, 1), 2)
    import tensorflow as tf

    return tf.function(layer, input_signature=[tf.TensorSpec((None, None, None, x.shape[-1]))])(x)


@pytest.mark.parametrize("factor", [1, 2, 3, 8])
@pytest.mark.parametrize("size", [(1, 1), (5, 7)], ids=str)
def test_known_and_unknown_sizes_are_enlarged_as_keras_does(factor, size, rng):
    x = rng.normal(size=(2, *size, 3)).astype("float32")
    want = keras.ops.convert_to_numpy(keras.layers.UpSampling2D(factor, interpolation="bilinear")(x))
    layer = Enlarge(factor)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(layer(x)), want, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(of_unknown_size(layer, x), want, rtol=1e-5, atol=1e-6)


def test_it_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(Enlarge(4))
    assert keras.saving.deserialize_keras_object(config).factor == 4


@pytest.mark.parametrize("factor", [0, 1.5])
def test_a_factor_that_is_not_whole_is_refused(factor):
    with pytest.raises(ValueError, match=f"Received: {factor}"):
        Enlarge(factor)


def test_a_factor_of_one_leaves_a_map_alone():
    x = keras.Input((4, 4, 6))
    assert enlarge(x, 1) is x
    assert enlarge(x, 4).shape == enlarge(x, 4, "nearest").shape == (None, 16, 16, 6)
