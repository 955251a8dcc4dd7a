"""The residual network for series: counted by hand."""

import keras

from kit.backbones.resnet1d import resnet1d


def block(before, filters):
    convolutions = filters * (8 * before + 5 * filters + 3 * filters)
    shortcut = before * filters + 4 * filters if before != filters else 0
    return convolutions + 3 * 4 * filters + shortcut


def test_the_weights_are_counted_by_hand():
    inputs = keras.Input((150, 1))
    model = keras.Model(inputs, resnet1d(inputs))
    assert model.count_params() == block(1, 64) + block(64, 128) + block(128, 128)
    assert model.output_shape == (None, 128)
