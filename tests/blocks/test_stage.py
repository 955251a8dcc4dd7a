"""Stages: weights by hand, sizes, and starts."""

import keras
import numpy as np
import pytest

from kit.blocks import stage
from kit.errors import KitError


def weights(x, y):
    return keras.Model(x, y).count_params()


@pytest.mark.parametrize(("normalization", "extra"), [("batch", 4), ("layer", 2), ("none", 1)])
def test_a_convolution_has_a_bias_only_where_nothing_normalises_it(normalization, extra):
    x = keras.Input((8, 8, 3))
    y = stage.double_conv(x, 5, normalization=normalization)
    assert weights(x, y) == 9 * 3 * 5 + 9 * 5 * 5 + 2 * 5 * extra


@pytest.mark.parametrize("up", stage.UPS)
def test_every_way_up_doubles_open_and_known_sizes(up):
    assert stage.upsample(keras.Input((5, 7, 4)), 2, up).shape[1:3] == (10, 14)
    assert stage.upsample(keras.Input((None, None, 4)), 2, up).shape[1:3] == (None, None)


def test_only_the_transposed_way_has_weights():
    x = keras.Input((4, 4, 6))
    counts = {up: weights(x, stage.upsample(x, 3, up)) for up in stage.UPS}
    assert counts == {"bilinear": 0, "nearest": 0, "transposed": 4 * 6 * 3 + 3}


def test_an_unknown_way_up_is_refused():
    with pytest.raises(KitError, match="Did you mean 'nearest'"):
        stage.upsample(keras.Input((4, 4, 6)), 3, "nearst")


def test_a_depthwise_convolution_keeps_the_size_of_the_signal(rng):
    x = rng.normal(size=(8, 16, 16, 64)).astype("float32")
    layer = keras.layers.DepthwiseConv2D(3, depthwise_initializer=stage.depthwise_start(3))
    spread = np.std(keras.ops.convert_to_numpy(layer(x)))
    assert spread == pytest.approx(2**0.5, rel=0.15)  # twice the variance, of which relu keeps half
