"""Every decoder on backbones with maps: any size, open or known, files, gradients."""

import functools

import keras
import numpy as np
import pytest

import kit
from kit import backbones, decoders
from kit.backbones.taps import taps
from kit.blocks.enlarge import enlarge
from kit.blocks.sizes import CropLike, PadToMultiple

with_some = pytest.mark.parametrize(
    ("decoder", "backbone"),
    [*((name, "plain") for name in decoders.names()), ("unet", "cnn"), ("fpn", "resnet")],
)
with_mit = pytest.mark.parametrize(
    ("decoder", "backbone"), [*((name, "plain") for name in decoders.names()), ("unet", "mit")]
)
OPEN = (None, None, 3)
DEPTHS = {"plain": 3, "cnn": 3, "resnet": 1, "mit": 1}


def network(decoder, backbone, shape=OPEN):
    """A small network with two outputs a pixel; its design follows from 64 x 64 pixels."""
    keras.utils.set_random_seed(0)
    image = keras.Input(shape)
    maps = taps(backbones.get(backbone), PadToMultiple(32)(image), (64, 64), width=8, depth=DEPTHS[backbone])
    features = decoders.get(decoder)(maps, dropout=0.0)
    assert features.shape[-1] >= 2
    full = CropLike()([enlarge(features, maps.strides[0]), image])
    return keras.Model(image, keras.layers.Conv2D(2, 1)(full))


opened = functools.cache(network)


def images(*size):
    return np.random.default_rng(1).normal(size=(2, *size, 3)).astype("float32")


@with_some
def test_any_height_and_width_comes_back_at_its_own_size(decoder, backbone):
    model = opened(decoder, backbone)
    assert model.output_shape == (None, None, None, 2)
    for size in [(5, 7), (37, 53)]:
        outputs = keras.ops.convert_to_numpy(model(images(*size)))
        assert outputs.shape == (2, *size, 2) and np.isfinite(outputs).all()


@with_mit
def test_the_same_weights_give_the_same_outputs_where_the_size_is_known(decoder, backbone):
    known = network(decoder, backbone, (37, 53, 3))
    assert known.output_shape == (None, 37, 53, 2)
    known.set_weights(opened(decoder, backbone).get_weights())
    x = images(37, 53)
    np.testing.assert_allclose(known(x), opened(decoder, backbone)(x), rtol=1e-4, atol=1e-5)


@with_mit
def test_the_file_opens_and_predicts_the_same(decoder, backbone, tmp_path):
    kit.register()
    opened(decoder, backbone).save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    x = images(20, 33)
    np.testing.assert_allclose(again(x), opened(decoder, backbone)(x), rtol=1e-4, atol=1e-5)


# Not of "resnet": the shift that ends each of its blocks is undone by the next normalisation. Nor of
# "mit" with "segformer": so is the last shift there, by the decoder's, as in the paper.
@with_mit
def test_a_gradient_reaches_every_weight(decoder, backbone):
    still = still_weights(network(decoder, backbone), images(64, 64))
    assert not still


@pytest.mark.parametrize("name", backbones.dense())
def test_a_gradient_reaches_every_weight_of_a_dense_backbone(name):
    image = keras.Input(OPEN)
    features = backbones.get(name)(image, width=8)
    assert not still_weights(keras.Model(image, keras.layers.Conv2D(2, 1)(features)), images(16, 16))


def still_weights(model, x):
    """Paths of the weights that one step of gradient descent, from random weights, leaves alone."""
    rng = np.random.default_rng(2)
    for weight in model.trainable_weights:  # also of what starts at 0 and so lets nothing pass
        weight.assign_add(rng.normal(scale=0.1, size=weight.shape))
    before = [np.array(weight) for weight in model.trainable_weights]
    on_jax = keras.backend.backend() == "jax"
    model.compile(keras.optimizers.SGD(1.0), "mse", jit_compile=on_jax, run_eagerly=not on_jax)  # one step
    model.train_on_batch(x, rng.normal(size=(*x.shape[:3], 2)))
    steps = [
        np.abs(np.array(after) - old).max()
        for after, old in zip(model.trainable_weights, before, strict=True)
    ]
    paths = [weight.path for weight in model.trainable_weights]
    return {path: step for path, step in zip(paths, steps, strict=True) if not step > 1e-5}
