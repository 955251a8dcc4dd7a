"""Long short-term memory: more layers, one on the other. The rest is tested with "gru"."""

import keras

from kit.backbones.lstm import lstm


def test_each_pair_reads_what_both_of_the_pair_before_say():
    inputs, width = keras.Input((9, 2)), 3
    model = keras.Model(inputs, lstm(inputs, width=width, depth=2))
    first, second = (4 * (width * (size + width) + width) for size in (2, 2 * width))
    assert model.count_params() == 2 * first + 2 * second and model.output_shape == (None, 2 * width)
