"""Denoising: the untrained network changes nothing, and only decisions are clipped."""

import json

import keras
import numpy as np
import pytest

import kit
from kit import tasks
from kit.errors import KitError


@pytest.mark.parametrize("white", [1.0, 255.0, 65535.0])
def test_an_untrained_head_gives_back_the_image(white, rng):
    task = kit.Denoising(noise=25, white=white)
    image, features = keras.Input((4, 4, 3)), keras.Input((4, 4, 8))
    model = keras.Model([image, features], task.head(features, image))
    pixels = rng.uniform(0, white, (2, 4, 4, 3)).astype("float32")
    outputs = model([pixels, rng.normal(size=(2, 4, 4, 8)).astype("float32")])
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(outputs), pixels)


def test_outputs_are_free_in_training_and_clipped_in_a_decision():
    outputs = np.array([-3.0, 100.0, 300.0], "float32").reshape(1, 1, 3, 1)
    task = kit.Denoising(noise=25)
    assert float(task.make_loss()(outputs * 0, outputs)) == pytest.approx(np.mean(outputs**2))
    assert task.decided(outputs).images.ravel().tolist() == [0, 100, 255]


def test_white_is_that_of_the_images():
    assert kit.Denoising(noise=25).suited(kit.Images((4, 4), 1, scale=65535)).white == 65535


@pytest.mark.parametrize(("noise", "is_blind"), [(25, False), (None, True), ((0, 50), True)], ids=str)
def test_a_network_that_is_not_told_the_level_looks_for_it(noise, is_blind):
    task = kit.Denoising(noise=noise)
    assert task.is_blind is is_blind
    model = kit.build_denoiser(task, (None, None, 1), width=8, depth=2)
    assert any(type(layer).__name__ == "NoiseLevel" for layer in model.layers) is is_blind


@pytest.mark.parametrize("noise", [0, -1, (5, 2), (1, 2, 3), (-1, 3)], ids=str)
def test_noise_that_cannot_be_is_refused(noise):
    with pytest.raises(KitError, match="noise"):
        kit.Denoising(noise=noise)


@pytest.mark.parametrize(
    ("model", "noise", "message"),
    [
        ("gausian", 25, "Unknown noise 'gausian'. Did you mean 'gaussian'?"),
        ("jpeg", 100, "jpeg noise is a number from 1 to 95"),
        ("poisson", (0, 30), "poisson noise is a number from 0.001"),
    ],
)
def test_noise_that_no_model_draws_is_refused_before_data_are_read(model, noise, message):
    with pytest.raises(KitError, match=message):
        kit.Denoising(noise, model)


@pytest.mark.parametrize("task", [kit.Denoising(), kit.Denoising((1, 55), "poisson", "charbonnier", 0.5)])
def test_json_brings_back_an_equal_task(task):
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


@pytest.mark.parametrize("noise", ["abc", True, ("a", 2), (1, 2, 3)])
def test_noise_that_is_no_number_is_refused(noise):
    with pytest.raises(KitError, match="gaussian noise is a number from 0"):
        kit.Denoising(noise=noise)


@pytest.mark.parametrize("level", [np.int64(25), np.float32(25)])
def test_levels_of_numpy_are_plain_numbers(level):
    task = kit.Denoising(noise=level)
    assert not task.is_blind and tasks.from_json(json.loads(json.dumps(task.to_json()))) == task
    assert kit.Denoising(noise=(level, 2 * level)).is_blind


def clean_images():
    return np.random.default_rng(0).integers(0, 256, (12, 16, 16, 1)).astype("uint8")


def test_noise_is_laid_where_the_model_has_another_input_or_another_level():
    clean = clean_images()
    data = kit.load_data((clean, clean), kit.Denoising(noise=50))
    model = kit.build_denoiser(kit.Denoising(noise=25), (None, None, 1), width=4, depth=2)
    history = kit.fit(model, data, epochs=1, verbose=0).history
    assert history["psnr"][0] < 25 and history["val_psnr"][0] < 25
    untrained = kit.build_denoiser(kit.Denoising(noise=25), (None, None, 1), width=4)
    found = kit.evaluate(untrained, data.train, resamples=0).metrics["psnr"]
    assert 20 * np.log10(255 / 50) < found < 17  # clipped, at the noise of the data; at the model's above 20


def test_each_image_has_noise_of_its_own_in_every_part():
    clean = clean_images()
    data = kit.load_data((clean, clean), kit.Denoising(noise=25))
    parts = {name: part.arrays() for name, part in data.parts().items()}
    noise = [np.ravel(x[0] - y[0]) for x, y in parts.values()]
    assert np.abs(np.corrcoef(noise)[np.triu_indices(3, 1)]).max() < 0.25
    x, _ = data.train.subset([2]).arrays()
    np.testing.assert_array_equal(x[0], parts["train"][0][2])
