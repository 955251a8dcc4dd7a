"""NoiseLevel: as strong as the noise is, place by place, and from nothing that is far away."""

import keras
import numpy as np
import pytest

from kit.artifact.reach import reach
from kit.blocks.noise import NoiseLevel
from kit.data.noise import estimated_sigma

FAR = 9  # pixels to each side that an estimate depends on


def estimate(x):
    return keras.ops.convert_to_numpy(NoiseLevel()(x.astype("float32")))


@pytest.mark.parametrize("sigma", [2.0, 25.0])
def test_gaussian_noise_is_estimated_to_a_twentieth(sigma, rng):
    found = estimate(rng.normal(0, sigma, (1, 128, 128, 3)))
    assert found.shape == (1, 128, 128, 1)
    assert found.mean() == pytest.approx(sigma, rel=0.05)


def test_the_mean_is_the_estimate_of_the_whole_image(rng):
    image = rng.normal(100, 9, (200, 200, 1)).astype("float32")
    assert estimate(image[None]).mean() == pytest.approx(estimated_sigma(image), rel=0.03)


def test_a_ramp_has_no_noise_and_a_noisy_half_has_its_own(rng):
    ramp = np.add.outer(np.arange(40.0), 3 * np.arange(80.0))[None, ..., None]
    inner = estimate(ramp)[:, FAR:-FAR, FAR:-FAR]
    np.testing.assert_allclose(inner, 0, atol=1e-3)
    ramp[:, :, 40:] += rng.normal(0, 10, (1, 40, 40, 1))
    found = estimate(ramp)[0, FAR:-FAR, :, 0]
    assert found[:, FAR : 40 - FAR].max() < 1e-3 < 5 < found[:, 40 + FAR : -FAR].min()


def test_a_pixel_further_away_than_its_reach_changes_nothing(rng):
    x = rng.normal(size=(1, 40, 40, 1))
    other = x.copy()
    other[0, 20, 20] += 100
    changed = np.argwhere(np.abs(estimate(x) - estimate(other))[0, ..., 0] > 1e-6) - 20
    assert np.abs(changed).max() == FAR
    image = keras.Input((None, None, 1))
    assert reach(keras.Model(image, NoiseLevel()(image))) >= FAR


def test_it_is_made_again_from_its_configuration():
    config = keras.saving.serialize_keras_object(NoiseLevel(name="level"))
    assert keras.saving.deserialize_keras_object(config).name == "level"
