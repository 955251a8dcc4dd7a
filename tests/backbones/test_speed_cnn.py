"""The network of the speed runs: its published size, and how it starts."""

import keras
import numpy as np
import pytest

from kit.backbones.speed_cnn import speed_cnn


def network(size, **settings):
    image = keras.Input((size, size, 3))
    return keras.Model(image, speed_cnn(image, **settings))


def test_parameters_are_those_of_the_paper():
    kernels = 9 * (24 * 64 + 64 * 64 + 64 * 256 + 3 * 256 * 256)
    by_hand = 24 + kernels + 3 * (2 * 64 + 4 * 256)  # whitening's biases; three numbers a normalised channel
    assert network(32).count_params() == by_hand
    assert by_hand == pytest.approx(1.97e6, abs=5e3)  # airbench94: 1.97 M


@pytest.mark.parametrize(("size", "stages"), [(8, 1), (16, 2), (32, 3), (96, 3)])
def test_no_stage_makes_an_edge_shorter_than_four_pixels(size, stages):
    model = network(size, width=4)
    assert sum(isinstance(layer, keras.layers.MaxPooling2D) for layer in model.layers) == stages


def test_an_image_is_told_from_its_mirror_image_before_any_training(rng):
    x = rng.normal(size=(1, 16, 16, 3)).astype("float32")
    model = network(16, width=8)
    assert np.abs(np.asarray(model(x)) - np.asarray(model(x[:, :, ::-1]))).max() > 1e-4
