"""The all-MLP decoder: 1 x 1 convolutions only."""

import keras

from kit.decoders.segformer import segformer


def test_its_parameters_are_as_by_hand():
    maps = [keras.Input((16 // 2**level, 16 // 2**level, width)) for level, width in enumerate((4, 8, 16))]
    model = keras.Model(maps, segformer(maps, width=5))
    assert model.count_params() == 4 * 5 + 8 * 5 + 16 * 5 + 3 * 5 * 5 + 4 * 5
