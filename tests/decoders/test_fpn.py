"""The feature pyramid: parameters by hand, and that the coarsest map reaches the result."""

import keras
import numpy as np

from kit.decoders.fpn import fpn

SIZES, WIDTHS = (16, 8, 4), (4, 8, 16)


def network():
    maps = [keras.Input((size, size, width)) for size, width in zip(SIZES, WIDTHS, strict=True)]
    return keras.Model(maps, fpn(maps, width=6, normalization="none"))


def test_its_parameters_are_as_by_hand():
    laterals = sum(width * 6 + 6 for width in WIDTHS)
    refining = 3 * (9 * 6 * 3 + 3) + (9 * 3 * 3 + 3)  # one convolution a level, and one more for two steps
    assert network().count_params() == laterals + refining


def test_every_level_reaches_the_result(rng):
    model = network()
    x = [rng.normal(size=(1, s, s, w)).astype("float32") for s, w in zip(SIZES, WIDTHS, strict=True)]
    first = model.predict_on_batch(x)
    for level in range(3):
        changed = [each + (i == level) for i, each in enumerate(x)]
        assert np.abs(model.predict_on_batch(changed) - first).max() > 1e-3
