"""The networks of keras.applications: Keras' own outputs, their scaling, their weights, their maps."""

import sys

import keras
import numpy as np
import pytest
from keras.src.applications.convnext import ConvNeXt
from keras.src.applications.efficientnet_v2 import EfficientNetV2

import kit
from kit import backbones
from kit.backbones import published
from kit.backbones.taps import taps
from kit.errors import KitError, MatchError

SMALL = "MobileNetV2"


def tiny_convnext(include_preprocessing=True, **settings):
    settings |= {"weights_name": "", "include_preprocessing": include_preprocessing}
    return ConvNeXt((1, 1, 1, 1), (8, 16, 24, 32), 0.1, name="tiny", **settings)


@pytest.fixture(autouse=True, scope="module")
def convnext_is_tiny():
    """The real one has 28 million weights."""
    tiny_convnext.__module__ = ConvNeXt.__module__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keras.applications, "ConvNeXtTiny", tiny_convnext)
        yield


def theirs(name, channels=3, size=64, weights=None):
    image = keras.Input((size, size, channels))
    return getattr(keras.applications, name)(include_top=False, weights=weights, input_tensor=image)


def ours(name, channels=3, size=64, **settings):
    image = keras.Input((size, size, channels))
    return keras.Model(image, backbones.get(f"keras:{name}")(image, **settings))


@pytest.fixture(scope="module")
def photographs():
    return np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype("float32")


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """name -> a file of weights of that network, none of which are as they start, and the network."""
    made = {}

    def file(name):
        if name not in made:
            model = theirs(name)
            random = np.random.default_rng(1)
            for weight in model.weights:
                if len(weight.shape) == 1 and "normalization" not in weight.path.split("/")[0]:
                    weight.assign(random.uniform(0.5, 1.5, weight.shape))
            path = tmp_path_factory.mktemp("weights") / f"{name}.weights.h5"
            model.save_weights(path)
            made[name] = model, str(path)
        return made[name]

    return file


def test_every_network_of_keras_has_a_row():
    known = {name for name in vars(keras.applications) if name[0].isupper()}
    assert {name for name in known if callable(getattr(keras.applications, name))} == set(published.SCALING)
    assert {f"keras:{name}" for name in published.SCALING} <= set(backbones.names())


def by_keras(name, pixels):
    """What Keras' own function makes of pixels before the network sees them."""
    module = sys.modules[getattr(keras.applications, name).__module__]
    return np.asarray(module.preprocess_input(pixels.copy()))


def is_its_own(name):
    return name.startswith(("EfficientNet", "ConvNeXt", "MobileNetV3"))


@pytest.mark.parametrize("name", published.SCALING)
def test_the_scaling_is_that_of_keras(name, photographs):
    pixels = photographs[:, :4, :4]
    factors, offsets = (np.array(values) for values in published.scaling(name))
    if is_its_own(name):  # inside the network; by its function nothing changes
        np.testing.assert_array_equal(by_keras(name, pixels), pixels)
        return
    want = by_keras(name, pixels)
    if published.SCALING[name] == "centred":
        want = want[..., ::-1]  # blue, green, red
    np.testing.assert_allclose(pixels * factors + offsets, want, rtol=1e-4, atol=1e-4)


def first_layers(name, kind):
    """Keras' layers of this kind, in a network of the same family that is built in a moment."""
    if name.startswith("EfficientNetV2"):
        named = {"name": f"efficientnetv2-{name[14:].lower()}", "weights_name": ""}
        network = EfficientNetV2(0.1, 0.1, 64, include_top=False, weights=None, **named)
    else:
        network = theirs(name)
    return [layer for layer in network.layers if isinstance(layer, kind)]


@pytest.mark.parametrize("name", ["ConvNeXtTiny", "EfficientNetV2B0", "EfficientNetV2S", "MobileNetV3Small"])
def test_the_scaling_is_that_inside_the_networks_that_scale_themselves(name):
    factors, offsets = (np.array(values) for values in published.scaling(name))
    if published.SCALING[name] != "standard":
        (first,) = first_layers(name, keras.layers.Rescaling)
        np.testing.assert_allclose(np.broadcast_to(first.scale, 3), factors, rtol=1e-6)
        np.testing.assert_allclose(np.broadcast_to(first.offset, 3), offsets, rtol=1e-6)
        return
    (first,) = first_layers(name, keras.layers.Normalization)
    scale = 1 / 255 if first_layers(name, keras.layers.Rescaling) else 1.0
    means, variances = np.ravel(first.input_mean), np.ravel(first.input_variance)
    np.testing.assert_allclose(scale / np.sqrt(variances), factors, rtol=1e-5)
    np.testing.assert_allclose(-means / np.sqrt(variances), offsets, rtol=1e-5)


LARGE = pytest.param(SMALL, marks=pytest.mark.large)


@pytest.mark.parametrize("name", [LARGE, "VGG16", "ConvNeXtTiny"])
def test_with_weights_of_a_file_the_outputs_are_those_of_keras(name, files, photographs):
    model, path = files(name)
    want = model.predict_on_batch(by_keras(name, photographs))
    found = ours(name, weights=path).predict_on_batch(photographs)
    np.testing.assert_allclose(found, want, rtol=2e-3, atol=2e-3 * np.abs(want).max())


@pytest.mark.parametrize("name", [SMALL, pytest.param("EfficientNetB0", marks=pytest.mark.large), "VGG16"])
def test_its_maps_halve_step_by_step_down_to_a_thirty_second(name):
    maps = taps(backbones.get(f"keras:{name}"), keras.Input((None, None, 3)), (64, 64))
    assert maps.strides[-3:] == (8, 16, 32)
    assert all(tap.shape[1:3] == (None, None) for tap in maps)


@pytest.mark.large
def test_maps_keep_the_published_weights(files, photographs):
    name = "ConvNeXtTiny"
    _, path = files(name)
    image = keras.Input((None, None, 3))
    maps = taps(backbones.get(f"keras:{name}"), image, (64, 64), weights=path, dropout=0.0)
    want = ours(name, weights=path).predict_on_batch(photographs)
    found = keras.Model(image, maps[-1]).predict_on_batch(photographs)
    np.testing.assert_allclose(found, want, rtol=1e-4, atol=1e-4)


def test_a_saved_classifier_predicts_the_same(files, tmp_path, rng):
    _, path = files("ConvNeXtTiny")
    model = kit.build_classifier(
        kit.Classification(3), (32, 32, 1), backbone="keras:ConvNeXtTiny", weights=path, l2=1e-4
    )
    picture = rng.integers(0, 256, (32, 32, 1)).astype("uint8")
    predictor = kit.load(kit.save(model, tmp_path / "m"))
    assert predictor(picture) == kit.artifact.Predictor(model)(picture)


def test_a_segmenter_stands_on_it():
    model = kit.build_segmenter(kit.Segmentation(2), (None, None, 3), backbone="keras:ConvNeXtTiny")
    assert model(np.zeros((1, 50, 70, 3), "float32")).shape == (1, 50, 70, 1)


def classifier(backbone=f"keras:{SMALL}", size=64, **settings):
    return kit.build_classifier(kit.Classification(3), (size, size, 3), backbone=backbone, **settings)


@pytest.mark.parametrize(
    "settings", [{"width": 8}, {"depth": 1}, {"activation": "relu"}, {"normalization": "layer"}]
)
def test_what_is_published_cannot_be_set(settings):
    with pytest.raises(
        KitError, match=f"'keras:{SMALL}' is as published. Received: .*{next(iter(settings))}="
    ):
        classifier(**settings)


def test_weights_of_a_backbone_that_has_none_are_refused():
    with pytest.raises(MatchError, match="'cnn' has no published weights"):
        classifier("cnn", weights="imagenet")


def test_a_file_of_another_network_is_refused(files, tmp_path):
    _, path = files("ConvNeXtTiny")
    for wrong in (path, str(tmp_path / "none.weights.h5")):
        with pytest.raises(KitError, match="does not hold the weights of 'keras:MobileNetV2'"):
            classifier(weights=wrong)


def test_weights_that_cannot_be_fetched_are_told_with_what_to_do(monkeypatch):
    def offline(*args, **kwargs):
        raise Exception("URL fetch failure on https://example.com/w.h5: no route to host")

    monkeypatch.setattr(
        sys.modules[keras.applications.MobileNetV2.__module__].file_utils, "get_file", offline
    )
    with pytest.raises(KitError, match="cannot be fetched .*URL fetch failure.*\nFetch the file elsewhere"):
        classifier(weights="imagenet")


def test_images_that_are_too_small_are_refused():
    with pytest.raises(MatchError, match="'keras:InceptionV3' cannot be built for images of 32 x 32 pixels"):
        classifier("keras:InceptionV3", size=32)
