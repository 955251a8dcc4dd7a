"""FFDNet: half the size inside, all pixels outside, and the level of noise."""

import keras
import numpy as np
import pytest

from kit.backbones.ffdnet import ffdnet
from kit.errors import KitError


def with_level(shape, level_shape):
    image, level = keras.Input(shape), keras.Input(level_shape)
    return keras.Model([image, level], ffdnet(image, width=8, depth=3, level=level))


@pytest.mark.parametrize("shape", [(5, 7, 3), (None, None, 3)], ids=str)
def test_odd_sizes_come_back(shape, rng):
    image = keras.Input(shape)
    model = keras.Model(image, ffdnet(image, width=8, depth=3))
    assert model.output_shape == (None, *shape[:2], 2)
    assert model.predict_on_batch(np.zeros((2, 5, 7, 3), "float32")).shape == (2, 5, 7, 2)


def test_parameters_are_as_by_hand():
    image = keras.Input((8, 8, 3))
    model = keras.Model(image, ffdnet(image, width=8, depth=3, normalization="none"))
    assert model.count_params() == 9 * 12 * 8 + 8 + 9 * 8 * 8 + 8
    assert with_level((8, 8, 3), (1, 1, 1)).layers[-1].output.shape == (None, 8, 8, 2)


@pytest.mark.parametrize("size", [(6, 8), (5, 7)], ids=str)
def test_one_level_is_the_map_that_is_the_same_everywhere(size, rng):
    one, everywhere = with_level((None, None, 3), (1, 1, 1)), with_level((None, None, 3), (None, None, 1))
    everywhere.set_weights(one.get_weights())
    x = rng.normal(size=(2, *size, 3)).astype("float32")
    level = np.array([0.1, 0.7], "float32").reshape(2, 1, 1, 1)
    spread = np.broadcast_to(level, (2, *size, 1))
    first = one.predict_on_batch([x, level])
    np.testing.assert_allclose(first, everywhere.predict_on_batch([x, spread]), rtol=1e-4, atol=1e-5)
    assert np.abs(first - one.predict_on_batch([x, 2 * level])).max() > 1e-3


def test_a_width_that_does_not_divide_is_refused():
    with pytest.raises(KitError, match="multiple of 4. Received: 6"):
        ffdnet(keras.Input((8, 8, 1)), width=6)
