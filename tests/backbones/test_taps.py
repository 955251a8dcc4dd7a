"""Maps on the way down: the ones known for stock networks, found without their layers' names."""

import keras
import numpy as np
import pytest

from kit import backbones
from kit.backbones.taps import Taps, taps, taps_of
from kit.errors import MatchError

KNOWN = {  # (edge, channels) at 224 pixels
    "EfficientNetB0": [(112, 96), (56, 144), (28, 240), (14, 672), (7, 1280)],
    "MobileNetV2": [(112, 96), (56, 144), (28, 192), (14, 576), (7, 1280)],
    "ResNet50": [(112, 64), (56, 256), (28, 512), (14, 1024), (7, 2048)],
    "VGG16": [(224, 64), (112, 128), (56, 256), (28, 512), (14, 512), (7, 512)],
}


@pytest.mark.parametrize("name", KNOWN)
def test_the_maps_of_stock_networks_are_the_known_ones(name):
    model = getattr(keras.applications, name)(include_top=False, weights=None, input_shape=(224, 224, 3))
    maps = taps_of(model)
    assert [each.shape[1:] for each in maps] == [(edge, edge, width) for edge, width in KNOWN[name]]
    assert maps.strides == tuple(224 // edge for edge, _ in KNOWN[name])
    assert maps.edge == 7


@pytest.mark.parametrize(
    ("name", "size", "strides"),
    [
        ("plain", (64, 96), (1, 2, 4, 8, 16)),
        ("cnn", (64, 64), (2, 4, 8, 16)),
        ("cnn", (32, 32), (1, 2, 4, 8)),
        ("resnet", (32, 32), (1, 2, 4, 8)),
        ("mit", (128, 128), (4, 8, 16, 32)),
        ("mit", (64, 64), (2, 4, 8, 16)),
    ],
)
def test_the_maps_halve_from_the_first_that_learns_to_the_last(name, size, strides):
    maps = taps(backbones.get(name), keras.Input((*size, 3)), size, width=8)
    assert maps.strides == strides
    assert [each.shape[1:3] for each in maps] == [(size[0] // s, size[1] // s) for s in strides]


def test_an_open_image_gets_the_network_of_the_size_that_it_is_made_for():
    maps = taps(backbones.get("cnn"), keras.Input((None, None, 3)), (64, 64), width=8)
    assert [each.shape for each in maps] == [(None, None, None, width) for width in (8, 16, 32, 64)]
    assert maps.edge == 4


def test_the_network_is_flat_and_starts_from_any_tensor(rng):
    image = keras.Input((32, 32, 3))
    maps = taps(backbones.get("resnet"), keras.layers.Rescaling(1 / 255)(image), (32, 32), width=8)
    model = keras.Model(image, list(maps))
    assert not any(isinstance(layer, keras.Model) for layer in model.layers)
    coarsest = model.layers[-1].output  # of each layer, a tensor of this very graph
    x = rng.uniform(0, 255, (2, 32, 32, 3)).astype("float32")
    left, right = keras.Model(image, coarsest)(x), model(x)[-1]
    np.testing.assert_allclose(left, right, rtol=1e-5)


def test_the_last_map_is_what_the_backbone_gives(rng):
    image = keras.Input((32, 32, 3))
    alone = keras.Model(image, backbones.get("plain")(image, width=8))
    tapped = keras.Model(image, list(taps(backbones.get("plain"), image, (32, 32), width=8)))
    tapped.set_weights(alone.get_weights())
    x = rng.normal(size=(2, 32, 32, 3)).astype("float32")
    np.testing.assert_allclose(alone(x), tapped(x)[-1], rtol=1e-5)


def test_the_same_seed_gives_the_same_weights():
    def weights():
        keras.utils.set_random_seed(3)
        image = keras.Input((16, 16, 3))
        return keras.Model(image, [*taps(backbones.get("cnn"), image, (16, 16), width=4)]).get_weights()

    for left, right in zip(weights(), weights(), strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("name", ["mlp", *backbones.dense()])
def test_a_network_without_maps_of_several_sizes_is_refused(name):
    with pytest.raises(MatchError):
        taps(backbones.get(name), keras.Input((16, 16, 3)), (16, 16), width=8, depth=3)


def test_a_network_of_unknown_size_is_refused():
    image = keras.Input((None, None, 3))
    with pytest.raises(MatchError, match="images of one size"):
        taps_of(keras.Model(image, backbones.get("plain")(image, depth=1)))


def test_a_plain_list_starts_at_the_size_of_the_image():
    maps = Taps.of([keras.Input((16, 24, 8)), keras.Input((8, 12, 8))])
    assert (maps.strides, maps.edge) == ((1, 2), 8)
    assert Taps.of(maps) is maps
    assert Taps.of([keras.Input((None, None, 8))] * 2).edge is None
    with pytest.raises(MatchError, match="at least 2 sizes"):
        Taps.of(maps[:1])


def test_a_margin_that_makes_a_map_as_large_as_a_finer_one_is_no_map():
    image = x = keras.Input((32, 32, 3))
    for width in (4, 6, 8):  # 16, 8 and 4 pixels
        x = keras.layers.Conv2D(width, 3, 2, padding="same")(x)
    x = keras.layers.Conv2D(10, 5)(keras.layers.ZeroPadding2D(2)(x))  # 4 + 2 * 2 are 8 pixels
    maps = taps_of(keras.Model(image, x))
    assert [each.shape[1:] for each in maps] == [(16, 16, 4), (8, 8, 6), (4, 4, 10)]
