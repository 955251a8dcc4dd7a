"""DeepLabv3+: distances that fit the map, and the view of the whole."""

import keras
import numpy as np
import pytest

from kit.decoders.deeplab_v3_plus import deeplab_v3_plus, dilations


@pytest.mark.parametrize("edge", [1, 2, 4, 7, 16, 32, 64])
def test_no_distance_is_wider_than_the_map(edge):
    assert all(1 <= distance <= max(1, edge * 18 / 32 + 0.5) for distance in dilations(edge))
    assert max(dilations(edge)) <= 18


def test_the_mean_of_the_whole_map_reaches_every_place(rng):
    maps = [keras.Input((size, size, 8)) for size in (32, 16, 8)]
    model = keras.Model(maps, deeplab_v3_plus(maps, width=8, normalization="none"))
    x = [rng.normal(size=(1, size, size, 8)).astype("float32") for size in (32, 16, 8)]
    far = [each.copy() for each in x]
    far[-1][0, 0, 0] += 10
    difference = np.abs(model.predict_on_batch(x) - model.predict_on_batch(far))
    assert difference[0, -1, -1].max() > 1e-6
