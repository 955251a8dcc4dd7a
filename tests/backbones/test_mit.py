"""The mix transformer: its published size, its strides, and where attention looks."""

import keras
import numpy as np
import pytest

from kit.backbones.mit import mit
from kit.blocks.attend import Attend


def test_its_parameters_are_those_of_the_paper():
    image = keras.Input((128, 128, 3))
    model = keras.Model(image, mit(image))
    assert model.count_params() == pytest.approx(3.3e6, rel=0.02)  # MiT-B0: 3.3 M with its layer norms


@pytest.mark.parametrize(
    ("size", "last"),
    [((4, 4), (4, 4)), ((8, 8), (4, 4)), ((13, 9), (7, 5)), ((64, 64), (4, 4)), ((256, 192), (8, 6))],
)
def test_no_stage_makes_an_edge_shorter_than_four_pixels(size, last):
    assert mit(keras.Input((*size, 3)), width=4, depth=1).shape[1:3] == last


def test_keys_and_values_have_the_size_of_the_last_map():
    image = keras.Input((128, 128, 3))
    model = keras.Model(image, mit(image, width=4, depth=1))
    sizes = [layer.input[1].shape[1:3] for layer in model.layers if isinstance(layer, Attend)]
    assert sizes == [(4, 4)] * 4


def test_every_place_sees_the_whole_image(rng):
    image = keras.Input((32, 32, 1))
    model = keras.Model(image, mit(image, width=8, depth=1))
    x = rng.normal(size=(1, 32, 32, 1)).astype("float32")
    changed = x.copy()
    changed[0, :4, :4] += 1
    difference = np.abs(keras.ops.convert_to_numpy(model(x) - model(changed)))
    assert difference[0, -1, -1].max() > 1e-6
