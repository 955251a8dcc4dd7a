"""Tiles: what is said of an image in pieces is what is said of it whole."""

import itertools

import keras
import numpy as np
import pytest

import kit
from kit.artifact import runtime
from kit.artifact.reach import reach, stride
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


@pytest.mark.parametrize("stem", [1, 2, 4])
@pytest.mark.parametrize("decoder", ["auto", "unet", "unet++"])
def test_a_pixel_reaches_as_far_as_said_and_not_much_less(stem, decoder):
    """Kernels without a negative number, so that nothing that a pixel changes is taken back."""
    settings = {"width": 4, "depth": 2, "activation": "linear", "normalization": "none"}
    network = kit.build_segmenter(
        kit.Segmentation(2), (None, None, 1), stem=stem, decoder=decoder, **settings
    )
    for weight in network.trainable_variables:
        if len(weight.shape) > 1:
            weight.assign(np.full(weight.shape, 1 / np.prod(weight.shape[:-1])))
    logits = keras.Model(network.input, network.get_layer("logits").output)
    dark, found = np.zeros((1, 288, 288, 1), "float32"), 0
    for place in range(136, 144):  # what it reaches depends on where it lies in its block and its pools
        lit = dark.copy()
        lit[0, place, place] = 1e9
        changed = np.argwhere(np.asarray(logits(lit) - logits(dark))[0, ..., 0])
        found = max(found, np.abs(changed - place).max())
    assert found <= reach(network) <= 1.3 * found


@pytest.mark.parametrize(("stem", "depth"), [(2, 5), (4, 4), (1, 6)])
def test_tiles_of_networks_that_halve_often_begin_where_the_whole_image_is_halved(stem, depth, rng):
    """A step of 64 pixels: tiles that began at multiples of 32 said something else, up to 0.3 beside it."""
    task = kit.Segmentation(2)
    network = kit.build_segmenter(task, (None, None, 1), width=2, stem=stem, depth=depth)
    tiles = Tiles(lambda piece: piece, network, whole=0)
    assert tiles.step == stride(network) == 64
    assert all(start % 64 == 0 for start, _ in tiles._spans(1800))
    image = rng.uniform(0, 255, (1100, 1500, 1)).astype("float32")
    whole, pieces = runtime.tiled(network, whole=10**9), runtime.tiled(network, whole=0)
    assert np.mean((whole(image) >= 0.5) != (pieces(image) >= 0.5)) < 0.005  # a pixel reaches over the margin


def test_tiles_of_a_network_within_a_network_begin_at_multiples_of_32_pixels():
    """What is nested is not followed, and may halve as well."""
    network = kit.build_segmenter(kit.Segmentation(2), (None, None, 1), width=2, depth=4, stem=2)
    image = keras.Input((None, None, 1))
    tiles = Tiles(lambda piece: piece, keras.Model(image, network(image)), whole=0)
    assert all(start % 32 == 0 for start, _ in tiles._spans(1113))


def test_a_twin_that_does_not_say_how_often_it_halves_is_taken_to_halve_often():
    class Early:
        reach, stride = 20, None

    assert Tiles(None, Early(), whole=0).step == 128


@pytest.mark.parametrize("coarsest", [256, 2**30])
def test_tiles_of_networks_with_very_coarse_maps_still_cover_the_image(coarsest):
    class Coarse:
        reach, stride = 500, coarsest

    tiles = Tiles(lambda piece: piece, Coarse(), whole=0)
    assert tiles.tile <= 2048
    spans = tiles._spans(5000)
    assert spans[0][0] == 0 and spans[-1][1] == 5000
    assert all(
        after[0] + tiles.margin + 32 <= before[1] - tiles.margin
        for before, after in itertools.pairwise(spans)
    )


@pytest.mark.parametrize(("side", "stem"), [(64, 1), (255, 1), (256, 2), (1024, 2), (1024, 4)])
def test_a_place_of_the_coarsest_map_is_at_most_32_pixels_wide(side, stem):
    network = kit.build_segmenter(kit.Segmentation(2), (side, side, 1), width=2, stem=stem)
    assert stride(network) == min(32, side // 4)
