"""Tiles: what is said of an image in pieces is what is said of it whole."""

import keras
import numpy as np
import pytest

import kit
from kit.artifact import runtime
from kit.artifact.reach import reach
from kit.artifact.tiles import Tiles


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    task = kit.Segmentation(("background", "cell"))
    return kit.build_segmenter(task, (None, None, 1), width=4, depth=1)


def test_tiles_say_what_the_whole_image_says(network):
    image = np.random.default_rng(0).uniform(0, 255, (700, 810, 1)).astype("float32")
    whole, pieces = runtime.tiled(network, whole=10**9), runtime.tiled(network, whole=0)
    assert pieces.tile == 512 and pieces.margin == 32
    np.testing.assert_allclose(pieces(image), whole(image), atol=1e-5)


@pytest.mark.parametrize("shape", [(40, 50), (512, 513), (600, 1300), (1100, 520)], ids=str)
def test_every_pixel_is_covered_once_from_top_to_bottom(network, shape):
    tiles = Tiles(lambda piece: piece, network, whole=0)
    image = np.random.default_rng(1).uniform(size=(*shape, 1)).astype("float32")
    rows = 0
    for first, strip in tiles.strips(image):
        assert first == rows
        np.testing.assert_allclose(strip, image[first : first + len(strip)], rtol=1e-5)
        rows += len(strip)
    assert rows == shape[0]


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([keras.layers.Conv2D(1, 3, padding="same")], 1),
        ([keras.layers.Conv2D(1, 3, padding="same", dilation_rate=4)], 4),
        ([keras.layers.Conv2D(1, 3, padding="same") for _ in range(3)], 3),
        ([keras.layers.MaxPooling2D(2), keras.layers.Conv2D(1, 3, padding="same")], 3),
        ([keras.layers.BatchNormalization(), keras.layers.Activation("relu")], 0),
        ([keras.layers.GroupNormalization(1)], np.inf),
    ],
    ids=["conv", "dilated", "three", "pooled", "local", "global"],
)
def test_the_reach_is_that_of_the_kernels(layers, expected):
    image = x = keras.Input((None, None, 1))
    for layer in layers:
        x = layer(x)
    assert reach(keras.Model(image, x)) == expected
    assert reach(keras.Sequential([keras.Input((None, None, 1)), *layers])) == expected


def test_attention_reaches_everywhere():
    image = keras.Input((8, 8, 2))
    tokens = keras.layers.Reshape((64, 2))(image)
    seen = keras.layers.MultiHeadAttention(1, 2)(tokens, tokens)
    assert reach(keras.Model(image, keras.layers.Reshape((8, 8, 2))(seen))) == np.inf


def test_no_pixel_beyond_the_reach_changes_an_output(network):
    side = reach(network)
    image = np.random.default_rng(3).uniform(0, 255, (1, 96, 96, 1)).astype("float32")
    other = image.copy()
    other[0, 48, 48] += 200
    changed = np.argwhere(np.abs(network(image) - network(other))[0, :, :, 0] > 1e-7)
    assert len(changed) > 1
    assert np.abs(changed - 48).max() <= side
