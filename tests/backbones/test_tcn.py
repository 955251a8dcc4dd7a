"""The temporal convolutional network: how far the last step sees, and that none sees ahead."""

import keras
import numpy as np
import pytest

from kit.backbones.tcn import tcn


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_the_last_step_sees_as_far_as_its_text_says(depth):
    inputs = keras.Input((40, 1))
    width = 4
    model = keras.Model(inputs, tcn(inputs, width=width, depth=depth, normalization="none"))
    rng = np.random.default_rng(0)
    model.set_weights([rng.uniform(0.1, 1, size=weight.shape) for weight in model.get_weights()])
    x = np.ones((1, 40, 1), "float32")
    before = np.array(model(x))[:, :width]  # the state at the last step stands first
    reach = 1 + 4 * (2**depth - 1)
    changed = []
    for back in (reach, reach + 1):
        other = x.copy()
        other[:, -back] = 2
        changed.append(bool((np.array(model(other))[:, :width] != before).any()))
    assert changed == [True, False]
