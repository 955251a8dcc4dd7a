"""The gates of the attention U-Net."""

import keras
import numpy as np

from kit.decoders.attention_unet import gated


def test_a_gate_is_one_factor_between_0_and_1_for_each_place(rng):
    skip, coarse = keras.Input((8, 8, 6)), keras.Input((4, 4, 3))
    model = keras.Model([skip, coarse], gated(skip, coarse))
    x = rng.normal(size=(2, 8, 8, 6)).astype("float32")
    factors = model.predict_on_batch([x, rng.normal(size=(2, 4, 4, 3)).astype("float32")]) / x
    assert (factors > 0).all() and (factors < 1).all()
    np.testing.assert_allclose(factors, factors[..., :1].repeat(6, axis=-1), rtol=1e-3)


def test_its_parameters_are_as_by_hand():
    skip, coarse = keras.Input((8, 8, 6)), keras.Input((4, 4, 10))
    model = keras.Model([skip, coarse], gated(skip, coarse))
    assert model.count_params() == 4 * 6 * 3 + (10 * 3 + 3) + (3 + 1)
