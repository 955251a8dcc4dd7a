"""The fully convolutional network: counted by hand."""

import keras
import pytest

from kit.backbones.fcn import fcn


def test_the_weights_are_those_of_the_paper():
    inputs = keras.Input((150, 1))
    convolutions = 8 * 1 * 128 + 5 * 128 * 256 + 3 * 256 * 128
    normalisations = 4 * (128 + 256 + 128)  # factor, shift, moving mean and variance
    assert keras.Model(inputs, fcn(inputs, width=128)).count_params() == convolutions + normalisations


@pytest.mark.parametrize(("depth", "features"), [(1, 4), (2, 8), (3, 4), (5, 4)])
def test_the_depth_is_the_number_of_convolutions(depth, features):
    inputs = keras.Input((20, 3))
    model = keras.Model(inputs, fcn(inputs, width=4, depth=depth))
    assert model.output_shape == (None, features)
    assert sum(isinstance(layer, keras.layers.Conv1D) for layer in model.layers) == depth
