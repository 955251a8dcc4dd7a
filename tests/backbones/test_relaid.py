"""Networks of other packages, laid anew: the same outputs, of plain layers, each in its place."""

import json

import keras
import numpy as np
import pytest
from keras import layers
from keras.src.applications.inception_resnet_v2 import CustomScaleLayer

from kit.artifact import allowed
from kit.artifact.network import parts
from kit.backbones import relaid
from kit.backbones.taps import taps_of
from kit.errors import KitError, MatchError


class Squeeze(layers.Layer):
    """Factors of channels, made of layers and of an operation."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.reduce = layers.Conv2D(units, 1, name=f"{self.name}_reduce")

    def call(self, x):
        return x * keras.ops.sigmoid(self.reduce(keras.ops.mean(x, axis=(1, 2), keepdims=True)))


class Block(layers.Layer):
    """A strided convolution whose activation is called twice, with another composed layer inside."""

    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        named = {"name": f"{self.name}_inner"}
        self.convolution, self.normalization = layers.Conv2D(units, 3, 2, "same"), layers.BatchNormalization()
        self.rectify, self.squeeze = layers.LeakyReLU(0.3), Squeeze(units, **named)

    def call(self, x, training=None):
        x = self.rectify(self.normalization(self.convolution(x), training=training))
        return self.rectify(self.squeeze(x) - 1.0)


class TinyLayerScale(layers.Layer):
    def build(self, shape):
        self.gamma = self.add_weight(shape=shape[-1:], initializer=keras.initializers.Constant(0.25))

    def call(self, x):
        return x * self.gamma


class TinyStochasticDepth(layers.Layer):
    def __init__(self, drop_path_rate, **kwargs):
        super().__init__(**kwargs)
        self.drop_path_rate = drop_path_rate

    def call(self, x):
        return x

    def get_config(self):
        return {**super().get_config(), "drop_path_rate": self.drop_path_rate}


def network(shape, units=4):
    if min(shape[:2]) < 4:
        raise ValueError("too small")
    image = keras.Input(shape)
    x = TinyLayerScale()(Block(units)(image))
    x = layers.Identity()(TinyStochasticDepth(0.5)(x))
    x = layers.Conv2D(units, 3, 1, "same", groups=units)(x)
    return keras.Model(image, Block(2 * units)(layers.Dropout(0.1)(x)), name="tiny")


def source(build=network, reference=None):
    return relaid.Source("tiny:net", build, lambda weights: (reference, relaid.scaling("signed")), "standard")


@pytest.fixture
def reference():
    """The network, with weights that are not as they start."""
    made, random = network((16, 16, 3)), np.random.default_rng(0)
    made.set_weights([value + random.uniform(0.1, 0.3, value.shape) for value in made.get_weights()])
    return made


def laid(channels=3, size=16, **settings):
    image = keras.Input((size, size, channels))
    return keras.Model(image, relaid.laid(image, **settings))


def test_with_its_weights_the_outputs_are_those_of_the_package(reference, rng):
    pixels = rng.uniform(0, 255, (2, 16, 16, 3)).astype("float32")
    model = laid(source=source(reference=reference), weights="those", dropout=0.0)
    want = reference.predict_on_batch(pixels / 127.5 - 1)  # as the weights' own scaling says
    np.testing.assert_allclose(model.predict_on_batch(pixels), want, rtol=1e-4, atol=1e-5)


def test_a_file_of_it_names_known_layers_alone():
    config = json.loads(laid(source=source()).to_json())
    assert [reason for reason in map(allowed.refusal, parts(config)) if reason] == []
    assert not {"Block", "Squeeze", "Identity"} & {part["class_name"] for part in parts(config)}


def test_layers_within_layers_are_found_as_maps():
    made = taps_of(laid(source=source(), dropout=0.0, size=32))
    assert [each.shape[1:] for each in made] == [(16, 16, 4), (8, 8, 8)]


def test_what_drops_and_what_normalises_is_as_kit_sets_it():
    def of(kind, **settings):
        return [each for each in laid(source=source(), **settings).layers if type(each) is kind]

    assert {each.momentum for each in of(layers.BatchNormalization)} == {0.9}
    assert [each.rate for each in of(layers.Dropout, dropout=0.3)] == [0.5, 0.1]  # a half of the paths
    assert {each.rate for each in of(layers.Dropout, dropout=0.0)} == {0.0}
    kernels = of(layers.Conv2D, regularizer=keras.regularizers.L2(1e-3))
    assert kernels and all(each.kernel_regularizer.l2 == pytest.approx(1e-3) for each in kernels)


def test_weights_of_another_network_are_refused(reference):
    for units in (5, 8):
        made = source(build=lambda shape, units=units: network(shape, units), reference=reference)
        with pytest.raises(KitError, match="'those' holds the weights of another network than 'tiny:net'"):
            laid(source=made, weights="those")


def test_images_that_are_too_small_are_told():
    with pytest.raises(MatchError, match="'tiny:net' cannot be built for images of 2 x 2 pixels .too small"):
        laid(source=source(), size=2)


def test_width_and_depth_are_the_networks_own():
    with pytest.raises(KitError, match="'tiny:net' is as published. Received: width=8"):
        laid(source=source(), width=8)


def test_the_layer_that_keras_alone_knows_is_made_of_known_ones(rng):
    layer = CustomScaleLayer(0.2)
    x, branch = rng.normal(size=(2, 1, 2, 2, 3)).astype("float32")
    np.testing.assert_allclose(relaid._called(layer, [x, branch]), x + 0.2 * branch, rtol=1e-5)


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_standardised_images_are_brought_back(channels, rng):
    pixels = rng.uniform(0, 255, (2, 4, 4, channels)).astype("float32")
    scales = relaid.scaling("centred", channels)
    mean, std = rng.uniform(90, 140, channels), rng.uniform(30, 60, channels)
    want = relaid.scaled(pixels, scales, None)
    found = relaid.scaled((pixels - mean) / std, scales, (mean.tolist(), std.tolist()))
    np.testing.assert_allclose(found, want, rtol=1e-3, atol=1e-3)


def test_gray_images_give_what_three_equal_channels_give(rng):
    kernel, gray = rng.normal(size=(1, 1, 3, 4)), rng.normal(size=(5, 1))
    want = np.repeat(gray, 3, axis=1) @ kernel[0, 0]
    np.testing.assert_allclose(gray @ relaid.kernel_for_channels(kernel, 1)[0, 0], want)


def test_six_channels_see_the_colours_twice_at_half_strength(rng):
    kernel, colours = rng.normal(size=(1, 1, 3, 4)), rng.normal(size=(5, 3))
    six = relaid.kernel_for_channels(kernel, 6)[0, 0]
    np.testing.assert_allclose(np.tile(colours, 2) @ six, colours @ kernel[0, 0])


def test_one_channel_is_scaled_by_the_mean_of_the_colours():
    factors, offsets = relaid.for_channels(([1.0, 2.0, 6.0], [-3.0, 0.0, 3.0]), 1)
    assert (factors, offsets) == ([3.0], [0.0])
    assert relaid.for_channels(([1.0, 2.0, 6.0], [0.0] * 3), 5)[0] == [1.0, 2.0, 6.0, 1.0, 2.0]
