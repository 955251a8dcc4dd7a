"""RealMLP: its count by hand, the effect of its parametrisation, and what the task changes."""

import keras
import numpy as np
import pytest

import kit
from kit.backbones.realmlp import realmlp


def test_parameters_are_as_by_hand():
    inputs = keras.Input((10,))  # 8 numbers of 4 features, and 2 others
    model = keras.Model(inputs, realmlp(inputs, edges=np.zeros((8, 2)), width=256, depth=3))
    waves, mixed, factors = 8 * (16 + 16), 8 * (16 * 3 + 3), 8 * 4 + 2
    layers = (34 * 256 + 256) + 2 * (256 * 256 + 256) + 3 * 256  # kernels, biases, shares of activation
    assert model.count_params() == waves + mixed + factors + layers


@pytest.mark.parametrize("width", [8, 256])
def test_signals_keep_their_size_through_a_layer_of_any_width(width, rng):
    keras.utils.set_random_seed(0)
    inputs = keras.Input((width,))
    model = keras.Model(inputs, realmlp(inputs, width=2000, depth=1, activation="linear", dropout=0.0))
    said = np.asarray(model(rng.normal(size=(50, width)).astype("float32")))
    assert said.std() == pytest.approx(1, rel=0.15)


def test_at_first_the_activation_is_the_whole_and_less_of_it_can_be_learnt(rng):
    inputs = keras.Input((4,))
    model = keras.Model(inputs, realmlp(inputs, width=4, depth=1, activation="relu", dropout=0.0))
    kernel = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    kernel.set_weights([np.eye(4) * 4**0.5 / 20, np.zeros(4)])
    x = rng.normal(size=(3, 4)).astype("float32")
    np.testing.assert_allclose(model(x), np.maximum(x, 0), rtol=1e-4, atol=1e-6)
    model.layers[-2 if isinstance(model.layers[-1], keras.layers.Add) else -1].set_weights([np.zeros(4)])
    np.testing.assert_allclose(model(x), x, rtol=1e-4, atol=1e-6)


def test_numbers_are_bent_by_mish_and_classes_by_selu():
    def of(task):
        model = kit.build(task, (3,), backbone="realmlp", width=4, depth=1)
        kinds = [each for each in model.layers if isinstance(each, keras.layers.Activation)]
        return {layer.activation.__name__ for layer in kinds}

    assert "mish" in of(kit.Regression()) and "selu" in of(kit.Classification(3))
