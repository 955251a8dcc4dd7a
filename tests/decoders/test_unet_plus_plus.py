"""UNet++: its nodes, counted."""

import keras

from kit.decoders.unet_plus_plus import unet_plus_plus


def test_its_parameters_are_as_by_hand():
    maps = [keras.Input((16 // 2**level, 16 // 2**level, width)) for level, width in enumerate((4, 8, 16))]
    model = keras.Model(maps, unet_plus_plus(maps, normalization="none"))

    def node(joined, filters):
        return 9 * joined * filters + 9 * filters**2 + 2 * filters

    nodes = node(4 + 8, 4) + node(8 + 16, 8)  # one step of each map with the next coarser one
    assert model.count_params() == nodes + node(4 + 4 + 8, 4)  # and of these two, with the finest map
