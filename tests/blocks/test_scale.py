"""Factors of channels: by hand, and made again."""

import keras
import numpy as np

from kit.blocks.scale import LayerScale


def test_each_channel_has_its_own_factor():
    layer = LayerScale(0.1)
    x = np.ones((2, 3, 3, 4), "float32")
    np.testing.assert_allclose(layer(x), 0.1 * x, rtol=1e-6)
    layer.set_weights([np.arange(4.0)])
    np.testing.assert_allclose(layer(x)[1, 2, 0], [0, 1, 2, 3])


def test_it_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(LayerScale(0.25))
    assert keras.saving.deserialize_keras_object(config).start == 0.25
