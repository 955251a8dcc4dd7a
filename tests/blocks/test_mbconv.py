"""Inverted residual blocks: what is added, what is left out, and what is weighed."""

import keras
import numpy as np
import pytest

from kit.blocks.mbconv import drop_connect, mbconv, squeeze_excite


def test_what_came_in_is_added_only_where_the_shape_stays():
    x = keras.Input((8, 8, 16))

    def adds(*args, **settings):
        model = keras.Model(x, mbconv(x, *args, **settings))
        return any(isinstance(layer, keras.layers.Add) for layer in model.layers)

    assert adds(16) and not adds(16, strides=2) and not adds(24)


@pytest.mark.parametrize("expand", [1, 6])
def test_parameters_are_as_by_hand(expand):
    x = keras.Input((8, 8, 16))
    inner = expand * 16
    by_hand = (16 * inner + 4 * inner) * (expand > 1) + 25 * inner + 4 * inner
    by_hand += inner * 4 + 4 + 4 * inner + inner + inner * 24 + 4 * 24
    assert keras.Model(x, mbconv(x, 24, kernel_size=5, expand=expand)).count_params() == by_hand


def test_whole_samples_are_left_out_in_training_and_the_others_grow():
    image = keras.Input((3, 3, 2))
    keras.utils.set_random_seed(0)
    model = keras.Model(image, drop_connect(image, 0.25))
    found = np.asarray(model(np.ones((400, 3, 3, 2), "float32"), training=True)).reshape(400, -1)
    assert (found == found[:, :1]).all()
    np.testing.assert_allclose(np.unique(found), [0, 4 / 3], rtol=1e-6)
    assert np.mean(found == 0) == pytest.approx(0.25, abs=0.07)


def test_channels_are_weighed_by_what_their_means_say(rng):
    image = keras.Input((4, 4, 8))
    model = keras.Model(image, squeeze_excite(image, 2, "relu"))
    x = rng.normal(size=(2, 4, 4, 8)).astype("float32")
    down, down_bias, up, up_bias = (
        weight.reshape(weight.shape[-2:]) if weight.ndim > 1 else weight for weight in model.get_weights()
    )
    hidden = np.maximum(x.mean(axis=(1, 2)) @ down + down_bias, 0)
    weights = 1 / (1 + np.exp(-(hidden @ up + up_bias)))
    np.testing.assert_allclose(model(x), x * weights[:, None, None], rtol=1e-4, atol=1e-6)
