"""Attention between maps: by hand, by head, and at unknown sizes."""

import keras
import numpy as np
import pytest

from kit.blocks.attend import Attend, weighted_mean


def maps(rng, channels=6):
    sizes = [(4, 5), (2, 3), (2, 3)]
    return [rng.normal(size=(2, *size, channels)).astype("float32") for size in sizes]


def by_hand(queries, keys, values):
    q, k, v = (x.reshape(len(x), -1, x.shape[-1]) for x in (queries, keys, values))
    weights = np.exp(q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1]))
    return (weights / weights.sum(-1, keepdims=True) @ v).reshape(queries.shape)


@pytest.mark.parametrize("heads", [1, 2, 3])
def test_each_group_of_channels_attends_for_itself(heads, rng):
    x = maps(rng)
    groups = zip(*(np.split(each, heads, axis=-1) for each in x), strict=True)
    want = np.concatenate([by_hand(*group) for group in groups], axis=-1)
    found = keras.ops.convert_to_numpy(Attend(heads)(x))
    np.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-5)


def test_sizes_may_be_unknown(rng):
    inputs = [keras.Input((None, None, 6)) for _ in range(3)]
    model = keras.Model(inputs, Attend(2)(inputs))
    assert model.output_shape == (None, None, None, 6)
    x = maps(rng)
    np.testing.assert_allclose(model.predict_on_batch(x), Attend(2)(x), rtol=1e-4, atol=1e-5)


def test_it_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(Attend(3))
    assert keras.saving.deserialize_keras_object(config).heads == 3


def test_heads_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="at least 1"):
        Attend(0)
    with pytest.raises(ValueError, match="4 `heads`"):
        Attend(4)([keras.Input((2, 2, 6)) for _ in range(3)])


def test_the_weighted_mean_counts_places_by_their_score(rng):
    image = keras.Input((2, 3, 4))
    model = keras.Model(image, weighted_mean(image))
    x = rng.normal(size=(2, 2, 3, 4)).astype("float32")
    kernel, bias = model.get_weights()
    places = x.reshape(2, 6, 4)
    scores = np.exp(places @ kernel + bias)
    want = (places * scores / scores.sum(axis=1, keepdims=True)).sum(axis=1)
    np.testing.assert_allclose(model(x), want, rtol=1e-4, atol=1e-6)
