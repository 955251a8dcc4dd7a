"""Recurrent backbones: weights by hand, both ends read, padding not."""

import keras
import numpy as np
import pytest

import kit

GATES = {"gru": 3, "lstm": 4}
BIASES = {"gru": 2, "lstm": 1}  # Keras' GRU has one for the inputs and one for the state


def model_of(name, input, **settings):
    return kit.build_classifier(kit.Classification(3), input, backbone=name, **settings)


@pytest.mark.parametrize("name", GATES)
def test_the_weights_are_counted_by_hand(name):
    gates, width = GATES[name], 5
    each = gates * (width * (2 + width) + BIASES[name] * width)
    assert model_of(name, (9, 2), width=width).count_params() == 2 * each + (2 * width * 3 + 3)


@pytest.mark.parametrize("name", GATES)
def test_the_state_is_that_of_kerass_layer_at_the_last_valid_step(name, rng):
    series = kit.Series(6, 2, variable=True)
    model = model_of(name, series, width=4)
    layers = [layer for layer in model.layers if type(layer).__name__ == name.upper()]
    x = rng.normal(size=(3, 2)).astype("float32")
    alone = [np.array(layer(x[None])) for layer in layers]  # no padding, no mask
    features = keras.Model(model.inputs[0], [layer.output for layer in layers])(series.encode([x]))
    for one, other in zip(alone, features, strict=True):
        np.testing.assert_allclose(one, np.array(other), rtol=1e-5, atol=1e-6)


def test_words_are_read_as_vectors_and_their_end_is_known(rng):
    texts = kit.Texts(length=6, words=("a", "b", "c"))
    model = model_of("gru", texts, width=4)
    short = kit.Texts(length=3, words=texts.words)
    again = model_of("gru", short, width=4)
    again.set_weights(model.get_weights())
    np.testing.assert_allclose(model(texts.encode(["a b c"])), again(short.encode(["a b c"])), rtol=1e-5)
