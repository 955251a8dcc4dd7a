"""EfficientNet: its published sizes, its outputs beside Keras' own, and where small images end."""

import keras
import numpy as np
import pytest
from keras.src.applications.efficientnet import EfficientNet

from kit import backbones
from kit.backbones.efficientnet import blocks_of, efficientnet

NORMALIZATION = 7  # numbers of the layer that Keras puts first: three means, three variances, one count
PUBLISHED = {  # with 1000 classes, by keras.applications: times the width and depth of B0, parameters
    "b0": (1.0, 1.0, 5_330_571),
    "b1": (1.0, 1.1, 7_856_239),
    "b2": (1.1, 1.2, 9_177_569),
    "b3": (1.2, 1.4, 12_320_535),
    "b4": (1.4, 1.8, 19_466_823),
    "b5": (1.6, 2.2, 30_562_527),
    "b6": (1.8, 2.6, 43_265_143),
    "b7": (2.0, 3.1, 66_658_687),
}


def network(name, size):
    image = keras.Input((size, size, 3))
    return keras.Model(image, backbones.get(name)(image))


def by_formula(width, depth):
    """Parameters from the table of blocks alone: kernels, four numbers for each normalised channel."""
    blocks = blocks_of(32 * width, 4 * depth)
    wide = {1.0: 32, 1.1: 32, 1.2: 40, 1.4: 48, 1.6: 48, 1.8: 56, 2.0: 64}[width]  # stems
    total, channels = 3 * 3 * 3 * wide + 4 * wide, wide
    for _, kernel, filters, expand, _ in blocks:
        inner, squeezed = expand * channels, channels // 4
        total += (channels * inner + 4 * inner) * (expand > 1)
        total += kernel**2 * inner + 4 * inner
        total += inner * squeezed + squeezed + squeezed * inner + inner
        total += inner * filters + 4 * filters
        channels = filters
    last = 4 * channels  # 1280 for 320
    return total + channels * last + 4 * last + (last + 1) * 1000


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameters_follow_from_the_table_of_blocks(name):
    width, depth, published = PUBLISHED[name]
    assert by_formula(width, depth) + NORMALIZATION == published


@pytest.mark.parametrize("name", ["b0", "b1"])
def test_parameters_are_those_of_keras(name):
    model = network(f"efficientnet_{name}", 224)
    assert model.count_params() + 1281 * 1000 + NORMALIZATION == PUBLISHED[name][2]
    assert model.output_shape == (None, 7, 7, 1280)


@pytest.mark.large
def test_with_the_weights_of_keras_the_outputs_are_those_of_keras(rng):
    theirs = EfficientNet(0.25, 0.3, 128, weights=None, include_top=False, weights_name="", name="theirs")
    image = keras.Input((128, 128, 3))
    ours = keras.Model(image, efficientnet(image, width=8, depth=1.2))
    values = [rng.normal(0.5, 0.1, weight.shape) for weight in ours.weights]
    ours.set_weights(values)
    theirs.set_weights(theirs.get_weights()[:3] + values)  # three: the layer that Keras puts first
    x = rng.integers(0, 256, (1, 128, 128, 3)).astype("float32")
    np.testing.assert_allclose(ours.predict_on_batch(x / 255), theirs.predict_on_batch(x), rtol=1e-3)


@pytest.mark.parametrize(
    ("size", "last"), [(8, 4), (32, 4), (48, 6), (64, 4), (96, 6), (128, 4), (224, 7), (None, None)]
)
def test_no_stage_makes_an_edge_shorter_than_four_pixels(size, last):
    image = keras.Input((size, size, 1))
    assert efficientnet(image, width=8, depth=0.5).shape[1] == last
