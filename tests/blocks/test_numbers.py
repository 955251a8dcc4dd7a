"""Embeddings of numbers: against formulas by hand."""

import keras
import numpy as np
import pytest

from kit.blocks.numbers import embedded, periodic, piecewise

EDGES = np.array([[-1.0, 0.0, 2.0], [3.0, 4.0, 4.0]])


def built(embed, count):
    inputs = keras.Input((count,))
    return keras.Model(inputs, embed(inputs))


def test_a_number_is_said_by_how_far_it_is_through_each_bin(rng):
    model = built(lambda x: piecewise(x, EDGES, size=3), 2)
    bent, straight, bias = (rng.normal(size=shape) for shape in ((2, 2, 3), (2, 3), (2, 3)))
    named = {(2, 2, 3): [bent], (2, 3): [straight, bias]}
    model.set_weights([named[tuple(weight.shape)].pop(0) for weight in model.weights])
    x = np.array([[-5.0, 3.5], [0.5, 9.0], [-0.25, 1.0]], "float32")
    through = np.array([[[0, 0], [0.5, 0]], [[1, 0.25], [1, 0]], [[0.75, 0], [0, 0]]])  # by hand
    expected = np.einsum("bft,tfs->bfs", through, bent) + x[..., None] * straight + bias
    np.testing.assert_allclose(model(x), expected, rtol=1e-4, atol=1e-5)


def test_at_first_a_number_is_embedded_by_a_straight_line():
    model = built(lambda x: piecewise(x, EDGES[:1], size=4), 1)
    low, middle, high = (np.asarray(model(np.array([[x]], "float32"))) for x in (-1.0, 0.5, 2.0))
    np.testing.assert_allclose(middle, (low + high) / 2, rtol=1e-4, atol=1e-6)


def test_waves_are_cosines_beside_the_number_itself(rng):
    model = built(lambda x: periodic(x, size=3, waves=5), 2)
    frequency, phase, mix, offset = (rng.normal(size=shape) for shape in ((2, 5), (2, 5), (2, 5, 2), (2, 2)))
    model.set_weights([frequency, phase, mix, offset])
    x = rng.normal(size=(4, 2)).astype("float32")
    waves = np.cos(x[..., None] * frequency + phase)
    mixed = np.einsum("bfw,fws->bfs", waves, mix) + offset
    np.testing.assert_allclose(model(x), np.concatenate([x[..., None], mixed], -1), rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("count, features", [(0, 5), (2, 2 * 4 + 3), (5, 20)])
def test_only_the_numbers_are_embedded(count, features):
    assert embedded(keras.Input((5,)), count, periodic).shape == (None, features)
