"""ZeroModels' networks: the package's own outputs, scaling and settings, and no trace of it in files."""

import importlib
import zipfile

import keras
import numpy as np
import pytest

import kit
from kit import backbones
from kit.artifact import allowed
from kit.backbones import relaid, zero
from kit.backbones.taps import taps
from kit.errors import KitError
from tests.backbones.optional import some_large

NAMES = [name for family in zero.FAMILIES for name in family.networks]
FAST = ("mobilenetv4_conv_small", "convnext_atto")
OF_EACH = [next(iter(family.networks)) for family in zero.FAMILIES]
HALVING = [name for name in OF_EACH if name not in ("convmixer_768_32", "inception_v4")]


@pytest.fixture(scope="module")
def zeromodels():
    return pytest.importorskip("zeromodels")


def test_without_the_package_its_networks_are_not_listed(without_it):
    assert not [name for name in backbones.names() if name.startswith("zero:")]


def test_without_the_package_the_message_says_what_to_install(without_it):
    message = r"'zero:res2next50' needs zeromodels, which is not installed. Run: pip install 'keras-kit\[zero"
    with pytest.raises(KitError, match=message):
        kit.build_classifier(kit.Classification(2), (32, 32, 3), backbone="zero:res2next50")


def test_with_the_package_all_are_listed(zeromodels):
    assert {f"zero:{name}" for name in NAMES} <= set(backbones.names())


@pytest.mark.parametrize("family", zero.FAMILIES, ids=lambda family: family.module)
def test_the_settings_are_those_that_the_package_converts_weights_into(family, zeromodels):
    known = getattr(getattr(zeromodels.models, family.module), family.model)
    configs = known.timm_model_configs()
    for name, (config, _) in family.networks.items():
        wanted = vars(known.config_class()) if configs is None else configs[name]
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in wanted.items()}
        assert {key: plain[key] for key in config} == config


@pytest.mark.parametrize("family", zero.FAMILIES, ids=lambda family: family.module)
def test_the_scaling_is_that_of_the_packages_processor(family, zeromodels, rng):
    module = importlib.import_module(f"zeromodels.models.{family.module}")
    (name,) = (each for each in dir(module) if each.endswith("ImageProcessor"))
    pixels = rng.integers(0, 256, (4, 4, 3)).astype("float32")
    pixels[0, 0] = 255.0  # else it takes them for shares of white
    want = np.asarray(getattr(module, name)(do_resize=False)(pixels))[0]
    factors, offsets = (np.array(values) for values in relaid.scaling(family.kind))
    np.testing.assert_allclose(pixels * factors + offsets, want, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "published"),  # by torchvision, with the top for ImageNet's 1000 classes
    [("resnext50_32x4d", 25_028_904), ("resnext101_32x8d", 88_791_336), ("densenet161", 28_681_000)],
)
@pytest.mark.large
def test_the_weights_are_as_many_as_published(name, published, zeromodels):
    network = zero._network(name, (64, 64, 3))
    learnt = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert learnt + 1000 * (network.output.shape[-1] + 1) == published


@pytest.fixture(scope="module")
def photographs():
    return np.random.default_rng(0).integers(0, 256, (2, 96, 96, 3)).astype("float32")


def theirs(name):
    """The package's network, with weights that are not as they start."""
    network, random = zero._network(name, (96, 96, 3)), np.random.default_rng(1)
    for weight in network.weights:
        if len(weight.shape) == 1:
            weight.assign_add(random.uniform(-0.05, 0.05, weight.shape))
    return network


def made(name, channels=3, **settings):
    image = keras.Input((96, 96, channels))
    return keras.Model(image, backbones.get(f"zero:{name}")(image, dropout=0.0, **settings))


@pytest.mark.parametrize("name", some_large(OF_EACH, (FAST[0],)))
def test_with_weights_of_a_file_the_outputs_are_those_of_the_package(name, zeromodels, photographs, tmp_path):
    network, path = theirs(name), tmp_path / "w.weights.h5"
    network.save_weights(path)
    factors, offsets = (np.array(values) for values in relaid.scaling(zero._FAMILY[name].kind))
    want = network.predict_on_batch((photographs * factors + offsets).astype("float32"))
    found = made(name, weights=str(path)).predict_on_batch(photographs)
    np.testing.assert_allclose(found, want, rtol=2e-3, atol=2e-3 * np.abs(want).max())


@pytest.mark.parametrize("name", some_large(OF_EACH, FAST))
def test_it_is_made_of_known_layers_for_any_number_of_channels(name, zeromodels):
    known = allowed.LAYERS | allowed.NUMPY_OPS | {"LayerScale"}
    model = made(name, channels=5)
    assert {type(operation).__name__ for operation in model.operations} <= known
    momenta = {each.momentum for each in model.layers if isinstance(each, keras.layers.BatchNormalization)}
    assert momenta <= {0.9}


@pytest.mark.parametrize(
    "name", some_large([name for name in OF_EACH if "mixer" not in name and "inc" not in name], FAST)
)
def test_its_maps_halve_step_by_step_down_to_a_thirty_second(name, zeromodels):
    maps = taps(backbones.get(f"zero:{name}"), keras.Input((None, None, 1)), (96, 96))
    assert maps.strides[-4:] == (4, 8, 16, 32)


def test_weights_are_asked_for_where_they_lie(zeromodels, monkeypatch):
    asked = []

    def offline(address, *args, **kwargs):
        asked.append(address)
        raise ConnectionError("no route to host")

    monkeypatch.setattr(zeromodels.base.base_mixin, "download_hf_state_dict", offline)
    with pytest.raises(KitError, match="'zero:mobilenetv4_conv_small' cannot be fetched .no route.*\nFetch"):
        made("mobilenetv4_conv_small", weights="imagenet")
    with pytest.raises(KitError, match="'zero:convnext_atto' cannot be fetched .no route"):
        made("convnext_atto", weights="hf:timm/convnext_atto.another")
    assert asked == ["timm/mobilenetv4_conv_small.e2400_r224_in1k", "timm/convnext_atto.another"]


def test_a_saved_classifier_predicts_the_same_without_the_package(zeromodels, tmp_path, rng):
    model = kit.build_classifier(
        kit.Classification(3), (32, 32, 1), backbone="zero:convnext_atto", normalization=None, l2=1e-4
    )
    picture = rng.integers(0, 256, (32, 32, 1)).astype("uint8")
    predictor = kit.load(kit.save(model, tmp_path / "m", onnx=False))
    assert predictor(picture) == kit.artifact.Predictor(model)(picture)
    with zipfile.ZipFile(tmp_path / "m" / "model.keras") as archive:
        assert b"zeromodels" not in archive.read("config.json")


def test_a_segmenter_stands_on_it(zeromodels):
    model = kit.build_segmenter(kit.Segmentation(2), (None, None, 3), backbone=f"zero:{FAST[0]}")
    assert model(np.zeros((1, 50, 70, 3), "float32")).shape == (1, 50, 70, 1)
