"""Learnt positions: by hand, made again, and refused where the size is open."""

import keras
import numpy as np
import pytest

from kit.blocks.positions import Positions


def test_each_place_gets_its_own_vector(rng):
    layer, x = Positions(), rng.normal(size=(2, 3, 4, 5)).astype("float32")
    layer(x)
    places = rng.normal(size=(3, 4, 5)).astype("float32")
    layer.set_weights([places])
    np.testing.assert_allclose(layer(x), x + places, rtol=1e-6)


def test_it_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(Positions(0.5))
    assert keras.saving.deserialize_keras_object(config).spread == 0.5


def test_maps_of_unknown_size_are_refused():
    with pytest.raises(ValueError, match="one known size"):
        Positions()(keras.Input((None, 4, 8)))
