"""Whitening without data, and kernels that hand on what they get."""

import itertools

import keras
import numpy as np
import pytest

from kit.blocks.whiten import Dirac, Whiten


def covariance(channels, near, between):
    places = list(itertools.product(range(2), range(2), range(channels)))
    return np.array(
        [
            [near ** (abs(i - k) + abs(j - m)) * (between if a != b else 1) for k, m, b in places]
            for i, j, a in places
        ]
    )


def kernel(layer, channels):
    return np.asarray(layer._kernel(channels), "float64").reshape(4 * channels, -1)


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_values_that_correlate_as_told_come_out_unrelated_and_of_spread_one(channels):
    filters = kernel(Whiten(near=0.6, between=0.4), channels)[:, : 4 * channels]
    spread = filters.T @ covariance(channels, 0.6, 0.4) @ filters
    np.testing.assert_allclose(spread, np.eye(4 * channels), atol=0.01)  # 5e-4 are added to the eigenvalues


def test_the_second_half_of_the_filters_has_the_other_sign():
    first, second = np.split(kernel(Whiten(), 3), 2, axis=1)
    np.testing.assert_array_equal(first, -second)


def test_photographs_come_out_far_less_related():
    from sklearn.datasets import load_sample_image

    x = load_sample_image("flower.jpg")[:256, :256].astype("float32")
    x = (x - x.mean(axis=(0, 1))) / x.std(axis=(0, 1))
    patches = np.stack([x[i : 255 + i, j : 255 + j] for i in range(2) for j in range(2)], axis=2).reshape(
        -1, 12
    )
    before, after = np.cov(patches.T), np.cov((patches @ kernel(Whiten(), 3)[:, :12]).T)
    assert np.linalg.cond(after) < np.linalg.cond(before) / 20


def test_its_map_is_a_convolution_and_a_bias(rng):
    layer = Whiten(0.5, 0.5)
    x = rng.normal(size=(1, 3, 4, 1)).astype("float32")
    found = np.asarray(layer(x))
    want = np.einsum("ij,ijf->f", x[0, :2, :2, 0], layer._kernel(1)[:, :, 0])
    np.testing.assert_allclose(found[0, 0, 0], want, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("layer", [Whiten(0.5, 0.25), Dirac(seed=3)], ids=["Whiten", "Dirac"])
def test_it_is_made_again_from_its_configuration(layer):
    config = keras.saving.serialize_keras_object(layer)
    assert keras.saving.deserialize_keras_object(config).get_config() == layer.get_config()


def test_a_correlation_of_one_is_refused():
    with pytest.raises(ValueError, match="below 1"):
        Whiten(near=1.0)


@pytest.mark.parametrize(("channels", "filters"), [(4, 2), (4, 4), (4, 7)])
def test_a_kernel_hands_on_the_channels_it_has_filters_for(channels, filters, rng):
    convolution = keras.layers.Conv2D(filters, 3, padding="same", kernel_initializer=Dirac(seed=0))
    x = rng.normal(size=(1, 5, 5, channels)).astype("float32")
    kept = min(channels, filters)
    found = np.asarray(convolution(x))
    np.testing.assert_allclose(found[..., :kept], x[..., :kept], rtol=1e-5)
    assert np.std(found, axis=(0, 1, 2)).min() > 0  # the others are not nothing
