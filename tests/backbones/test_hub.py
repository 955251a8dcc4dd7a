"""KerasHub's image networks: the package's own outputs, scaling and counts, and no trace of it in files."""

import zipfile

import keras
import numpy as np
import pytest

import kit
from kit import backbones
from kit.backbones import hub
from kit.backbones.hub_configs import CONFIGS
from kit.backbones.taps import taps
from kit.errors import KitError, MatchError
from tests.backbones.optional import some_large

NAMES = [name for configs in CONFIGS.values() for name in configs]
FAST = ("resnet_18", "mobilenet_v3_small_050")  # of plain layers, and of layers made of layers


@pytest.fixture(scope="module")
def keras_hub():
    return pytest.importorskip("keras_hub")


def test_without_the_package_its_networks_are_not_listed(without_it):
    assert not [name for name in backbones.names() if name.startswith("hub:")]


def test_without_the_package_the_message_says_what_to_install(without_it):
    message = r"'hub:resnet_18' needs keras_hub, which is not installed. Run: pip install 'keras-kit\[hub\]'"
    with pytest.raises(KitError, match=message):
        kit.build_classifier(kit.Classification(2), (32, 32, 3), backbone="hub:resnet_18")


def test_with_the_package_all_are_listed(keras_hub):
    assert {f"hub:{name}" for name in NAMES} <= set(backbones.names())
    assert not any(name.startswith("hub:") for name in backbones.kinds())


def test_the_preset_of_each_network_is_one_of_its_class(keras_hub):
    for kind, configs in CONFIGS.items():
        known = getattr(keras_hub.models, kind).presets
        assert {hub.preset(name) for name in configs} <= set(known)


@pytest.mark.parametrize("name", some_large(NAMES, FAST))
def test_the_weights_are_as_many_as_the_package_says_of_the_preset(name, keras_hub):
    network = hub._network(name, (64, 64, 3))
    said = getattr(keras_hub.models, hub._CLASSES[name]).presets[hub.preset(name)]["metadata"]["params"]
    learnt = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    top = 1000 * (network.output.shape[-1] + 1)  # it counts some with the top for ImageNet's classes
    assert said in (network.count_params(), network.count_params() + top, learnt + top)


def theirs(name):
    """The package's network, with weights that are not as they start."""
    network, random = hub._network(name, (64, 64, 3)), np.random.default_rng(1)
    for weight in network.weights:
        if len(weight.shape) == 1:
            weight.assign_add(random.uniform(-0.05, 0.05, weight.shape))
    return network


@pytest.fixture(scope="module")
def photographs():
    return np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3)).astype("float32")


def outputs(name, photographs, **settings):
    image = keras.Input((64, 64, 3))
    made = keras.Model(image, backbones.get(f"hub:{name}")(image, dropout=0.0, **settings))
    return made.predict_on_batch(photographs)


@pytest.mark.parametrize(
    "name", some_large([*FAST, "efficientnet_es", "efficientnet2_rw_t", "csp_darknet_53", "hgnetv2_b4"], FAST)
)
def test_with_weights_of_a_file_the_outputs_are_those_of_the_package(name, keras_hub, photographs, tmp_path):
    network, path = theirs(name), tmp_path / "w.weights.h5"
    network.save_weights(path)
    mean, std = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])  # of ImageNet
    want = network.predict_on_batch(((photographs / 255 - mean) / std).astype("float32"))
    found = outputs(name, photographs, weights=str(path))
    np.testing.assert_allclose(found, want, rtol=2e-3, atol=2e-3 * np.abs(want).max())


@pytest.fixture(scope="module")
def preset(keras_hub, tmp_path_factory):
    """The folder of a preset, as the package writes it; and its network and converter of images."""
    network = theirs("mobilenet_v3_small_050")
    converter = keras_hub.layers.MobileNetImageConverter(
        image_size=(64, 64), scale=[0.01, 0.02, 0.03], offset=[-1, -2, -3]
    )
    folder = tmp_path_factory.mktemp("preset")
    network.save_to_preset(str(folder))
    converter.save_to_preset(str(folder))
    return str(folder), network, converter


def test_a_preset_brings_its_weights_and_its_scaling(preset, photographs):
    folder, network, converter = preset
    want = network.predict_on_batch(np.asarray(converter(photographs)))
    found = outputs("mobilenet_v3_small_050", photographs, weights=folder)
    np.testing.assert_allclose(found, want, rtol=2e-3, atol=2e-3 * np.abs(want).max())


def test_one_number_of_a_converter_is_for_all_colours(keras_hub):
    scales = hub._scales(keras_hub.layers.ImageConverter(scale=1 / 255))
    assert scales == ([1 / 255] * 3, [0.0] * 3)
    assert hub._scales(None)[1][0] == pytest.approx(-0.485 / 0.229)


def test_a_preset_of_another_network_is_refused(preset, photographs):
    with pytest.raises(KitError, match="'hub:resnet_18' cannot be fetched .*MobileNetBackbone"):
        outputs("resnet_18", photographs, weights=preset[0])
    with pytest.raises(KitError, match="another network than 'hub:mobilenet_v3_small_100'"):
        outputs("mobilenet_v3_small_100", photographs, weights=preset[0])


def test_weights_that_cannot_be_fetched_are_told_with_what_to_do(keras_hub, photographs, monkeypatch):
    def offline(*args, **kwargs):
        raise ConnectionError("no route to host")

    monkeypatch.setattr(keras_hub.src.utils.preset_utils.kagglehub, "model_download", offline)
    with pytest.raises(KitError, match="'hub:resnet_18' cannot be fetched .no route.*\nFetch the file"):
        outputs("resnet_18", photographs, weights="imagenet")


def test_a_file_of_something_else_is_refused(keras_hub, photographs, tmp_path):
    (tmp_path / "w.weights.h5").write_bytes(b"nothing")
    with pytest.raises(KitError, match="does not hold the weights of 'hub:resnet_18'"):
        outputs("resnet_18", photographs, weights=str(tmp_path / "w.weights.h5"))


@pytest.mark.parametrize(
    "name", some_large([*FAST, "efficientnet2_rw_t", "csp_darknet_53", "hgnetv2_b4"], FAST)
)
def test_its_maps_halve_step_by_step_down_to_a_thirty_second(name, keras_hub):
    maps = taps(backbones.get(f"hub:{name}"), keras.Input((None, None, 1)), (64, 64))
    assert maps.strides[-4:] == (4, 8, 16, 32)
    assert all(tap.shape[1:3] == (None, None) for tap in maps)


def test_a_classifier_learns_is_saved_and_opens_without_the_package(keras_hub, tmp_path, rng):
    task, pictures = kit.Classification(("a", "b")), rng.integers(0, 256, (4, 32, 32, 2)).astype("uint8")
    model = kit.build_classifier(task, (32, 32, 2), backbone="hub:mobilenet_v3_small_050", l2=1e-4)
    model.run_eagerly = True
    before = model.get_weights()
    model.train_on_batch(pictures.astype("float32"), np.asarray(task.encode(list("abab"))))
    changed = [not np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True)]
    assert np.mean(changed) > 0.9
    predictor = kit.load(kit.save(model, tmp_path / "m", onnx=False))
    assert predictor(pictures[0]) == kit.artifact.Predictor(model)(pictures[0])
    with zipfile.ZipFile(tmp_path / "m" / "model.keras") as archive:
        assert b"keras_hub" not in archive.read("config.json")


def test_a_segmenter_and_a_detector_stand_on_it(keras_hub):
    backbone = "hub:mobilenet_v3_small_050"
    segmenter = kit.build_segmenter(kit.Segmentation(2), (None, None, 3), backbone=backbone)
    assert segmenter(np.zeros((1, 50, 70, 3), "float32")).shape == (1, 50, 70, 1)
    detector = kit.build_detector(kit.Detection(2), (64, 64, 3), backbone=backbone)
    assert detector.count_params() > hub._network("mobilenet_v3_small_050", (64, 64, 3)).count_params()


def test_images_that_are_too_small_are_refused(keras_hub):
    with pytest.raises(MatchError, match="'hub:xception_41' cannot be built for images of 4 x 4 pixels"):
        backbones.get("hub:xception_41")(keras.Input((4, 4, 3)))
