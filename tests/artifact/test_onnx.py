"""The ONNX twin predicts what Keras predicts, without Keras; it is kept and loaded only where it does."""

import json
import shutil
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

import kit
from kit import storage
from kit.artifact import export
from kit.artifact.verify import fingerprint, verify
from kit.errors import ArtifactError, KitError
from kit.inputs.columns import Category, Numeric

pytest.importorskip("onnxruntime")
for needed in ("onnx", "tf2onnx", "tensorflow"):
    pytest.importorskip(needed)


@pytest.fixture(scope="module")
def with_twin_once(image_model, tmp_path_factory):
    return kit.save(image_model, tmp_path_factory.mktemp("twin") / "insects", onnx=True)


@pytest.fixture
def with_twin(with_twin_once, tmp_path):
    return shutil.copytree(with_twin_once, tmp_path / "with twin" / "insects")


@pytest.fixture(scope="module")
def table_with_twin(tmp_path_factory):
    keras.utils.set_random_seed(1)
    columns = (Numeric("age", 40.0, 10.0), Category("town", levels=("a", "b")), Numeric("pay", 1e6, 1e5))
    task = kit.Regression(("y",), mean=(5e4,), scale=(2e4,))
    model = kit.build_regressor(task, kit.Table(columns), width=8)
    return model, kit.save(model, tmp_path_factory.mktemp("twin") / "pay", onnx=True)


def keras_outputs(model, x):
    return keras.ops.convert_to_numpy(model(x, training=False))


def code_of(path, **keywords):
    with pytest.raises(ArtifactError) as caught:
        kit.load(path, **keywords)
    return caught.value.code


def test_the_twin_predicts_what_keras_predicts(with_twin, image_model, images):
    predictor = kit.load(with_twin)
    assert predictor.runtime.startswith("onnxruntime ")
    want = keras_outputs(image_model, images.astype("float32"))
    np.testing.assert_allclose(predictor.outputs(images), want, atol=1e-5)
    assert [each.label for each in predictor(images)] == [
        ("ant", "bee", "cow")[k] for k in want.argmax(axis=1)
    ]
    many = np.repeat(images, 120, axis=0)
    np.testing.assert_allclose(predictor.outputs(many), np.repeat(want, 120, axis=0), atol=1e-5)


def test_rows_with_missing_numbers_and_unknown_categories_are_decided_alike(table_with_twin):
    model, path = table_with_twin
    rows = [{"age": 30.0, "town": "b", "pay": 1.1e6}, {"age": float("nan"), "town": "elsewhere", "pay": 9e5}]
    predictor = kit.load(path)
    want = keras_outputs(model, predictor.input.encode(rows))[:, 0]
    assert [each.value for each in predictor(rows)] == pytest.approx(want.tolist(), rel=1e-5)
    assert predictor(rows[0]).value == pytest.approx(want[0], rel=1e-5)


def with_other_weights(model, rng):
    model.set_weights([each + 0.3 * rng.normal(size=each.shape) for each in model.get_weights()])
    return model


def by_large(first, *others):
    return [first, *(pytest.param(each, marks=pytest.mark.large) for each in others)]


@pytest.mark.parametrize("backbone", by_large("gru", "lstm", "transformer", "fcn", "tcn"))
def test_series_of_several_lengths_and_with_gaps_are_decided_alike(backbone, tmp_path, rng):
    series = kit.Series(9, 2, variable=True, missing=True, mean=(0.0, 5.0), std=(1.0, 2.0))
    task = kit.Classification(("ant", "bee", "cow"))
    model = kit.build_classifier(task, series, backbone=backbone, width=8, depth=1)
    with_other_weights(model, rng)
    predictor = kit.load(kit.save(model, tmp_path / "waves", onnx=True))
    raw = [rng.normal(size=(steps, 2)) for steps in (3, 9, 6, 1)]
    raw[1][4, 0], raw[2][2] = np.nan, np.nan
    want = keras_outputs(model, series.encode(raw))
    np.testing.assert_allclose(predictor.outputs(raw), want, atol=1e-5)
    np.testing.assert_allclose(predictor.outputs(raw[:1]), want[:1], atol=1e-5)
    assert [each.label for each in predictor(raw)] == [task.classes[k] for k in want.argmax(axis=1)]


@pytest.mark.large
@pytest.mark.parametrize("backbone", ["gru", "lstm", "transformer", "bag"])
def test_texts_of_several_lengths_are_decided_alike(backbone, tmp_path, rng):
    texts = kit.Texts(length=9, words=tuple("abcdefgh"))
    model = kit.build_classifier(kit.Classification(3), texts, backbone=backbone, width=8)
    with_other_weights(model, rng)
    predictor = kit.load(kit.save(model, tmp_path / "words", onnx=True))
    raw = ["a b unknown c", "a", "h g f e d c b a a a"]
    raw += [""] if backbone in ("gru", "lstm") else []
    np.testing.assert_allclose(predictor.outputs(raw), keras_outputs(model, texts.encode(raw)), atol=1e-5)


@pytest.mark.parametrize("backbone", by_large("gru", "transformer"))
def test_forecasts_are_alike(backbone, tmp_path, rng):
    series = kit.Series(12, 1, mean=(3.0,), std=(2.0,))
    model = with_other_weights(kit.build(kit.Forecasting(2), series, backbone=backbone, width=8), rng)
    predictor = kit.load(kit.save(model, tmp_path / "next", onnx=True))
    raw = rng.normal(3, 2, (4, 12))
    np.testing.assert_allclose(
        predictor.outputs(raw), keras_outputs(model, series.encode(raw)), rtol=1e-4, atol=1e-4
    )


def test_a_recurrent_layer_that_onnx_lacks_has_no_twin_and_the_artifact_says_why(tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_ONNX", "1")
    series = keras.Input((9, 2), name="series")
    state = keras.layers.GRU(4, activation="elu", name="gated")(series)
    model = keras.Model(series, keras.layers.Dense(3, activation="softmax")(state))
    meaning = {"task": kit.Classification(3), "input": kit.Series(9, 2)}
    path = kit.save(model, tmp_path / "waves", **meaning)
    reason = storage.read_json(path / "parity.json")["onnx"]["reason"]
    assert "layer 'gated' has the activation 'elu'; ONNX's GRU takes relu, sigmoid or tanh" in reason
    with pytest.raises(KitError, match="has no ONNX twin: .*takes relu, sigmoid or tanh"):
        kit.save(model, tmp_path / "insisted", onnx=True, **meaning)


def test_images_of_any_size_are_decided_alike_whole_and_in_tiles(tmp_path, monkeypatch, rng):
    from kit.artifact import tiles

    image = keras.Input((None, None, 1), name="image")
    model = keras.Model(image, keras.layers.Conv2D(1, 5, padding="same")(image))
    task, any_size = kit.Denoising(), kit.Images((None, None), channels=1)
    path = kit.save(model, tmp_path / "den", task=task, input=any_size, onnx=True)
    assert storage.read_json(path / "parity.json")["onnx"]["reach"] == 2
    picture = rng.integers(0, 256, (70, 90, 1)).astype("float32")
    want = task.decided(keras_outputs(model, picture[None])).images[0]
    np.testing.assert_allclose(kit.load(path)(picture).image, want, atol=1e-2)
    monkeypatch.setattr(tiles, "WHOLE", 100)
    monkeypatch.setattr(tiles, "_TILE", 128)
    np.testing.assert_allclose(kit.load(path)(picture).image, want, atol=1e-2)


def test_images_whose_sides_no_halving_divides_are_filled_up_alike(tmp_path, rng):
    model = kit.build_segmenter(kit.Segmentation(3), kit.Images((None, None), channels=1), width=4, depth=2)
    path = kit.save(model, tmp_path / "uneven", onnx=True)
    twin, network = kit.load(path), kit.load(path, runtime="keras")
    assert twin.runtime.startswith("onnxruntime")
    for size in ((50, 70), (33, 64), (3, 5)):
        picture = rng.integers(0, 256, (*size, 1)).astype("uint8")
        assert np.array_equal(twin(picture).mask, network(picture).mask)


def test_a_twin_that_cuts_images_is_not_kept_and_one_of_early_versions_is_refused(tmp_path, monkeypatch):
    from kit.artifact import golden
    from kit.blocks import sizes

    monkeypatch.setattr(sizes, "_parts", lambda edge, part: None if edge is None else -(-edge // part))
    model = kit.build_segmenter(kit.Segmentation(2), kit.Images((None, None), channels=1), width=4, depth=1)
    with pytest.raises(KitError, match="other numbers"):
        kit.save(model, tmp_path / "cut", onnx=True)
    monkeypatch.setattr(golden, "UNEVEN", 64)  # as early versions proved it
    old = kit.save(model, tmp_path / "old", onnx=True)
    monkeypatch.undo()
    with pytest.raises(ArtifactError, match="36 x 36 pixels of an image of 37 x 37.*runtime='keras'"):
        kit.load(old)
    assert kit.load(old, runtime="keras")(np.zeros((37, 37, 1), "uint8")).mask.shape == (37, 37)


def test_what_was_proved_is_recorded(with_twin):
    proved = storage.read_json(with_twin / "parity.json")["onnx"]
    assert proved["difference"] <= proved["tolerance"] == 1e-4
    assert proved["runtime"].startswith("onnxruntime ")
    members = storage.read_json(with_twin / "manifest.json")["members"]
    assert members["model.onnx"]["sha256"] == storage.sha256(with_twin / "model.onnx")
    assert verify(with_twin)["members"] == members


def test_either_runtime_may_be_asked_for(with_twin, saved_once, images):
    by_keras, by_twin = kit.load(with_twin, runtime="keras"), kit.load(with_twin, runtime="onnx")
    assert by_keras.runtime == f"keras on {keras.backend.backend()}"
    np.testing.assert_allclose(by_keras.outputs(images), by_twin.outputs(images), atol=1e-5)
    with pytest.raises(KitError, match="has no model.onnx"):
        kit.load(saved_once, runtime="onnx")
    with pytest.raises(KitError, match="Did you mean 'onnx'"):
        kit.load(with_twin, runtime="onx")


def test_the_keras_model_is_there_when_asked_for(with_twin, image_model, images):
    x = images.astype("float32")
    model = kit.load(with_twin).model
    assert model.compiled
    np.testing.assert_allclose(keras_outputs(model, x), keras_outputs(image_model, x), atol=1e-6)


def test_a_keras_file_changed_after_loading_is_refused(with_twin, rewrite, sign):
    predictor = kit.load(with_twin)
    rewrite(with_twin / "model.keras", members={"metadata.json": b"{}"})
    with pytest.raises(ArtifactError) as caught:
        _ = predictor.model
    assert caught.value.code in ("size", "checksum")
    sign(with_twin)
    with pytest.raises(ArtifactError) as caught:
        _ = predictor.model
    assert caught.value.code == "pin"


def test_predicting_imports_neither_keras_nor_tensorflow_nor_pandas(with_twin, images, tmp_path):
    from PIL import Image

    Image.fromarray(images[0, ..., 0]).save(tmp_path / "0.png")
    script = """
    import sys
    for name in ("keras", "tensorflow", "jax", "h5py"):
        sys.modules[name] = None  # importing it fails
    from kit.cli import main
    status = main(["predict", *sys.argv[1:]])
    heavy = {"keras", "tensorflow", "jax", "pandas", "sklearn", "matplotlib", "scipy"}
    print(sorted(name for name in heavy if sys.modules.get(name)), file=sys.stderr)
    sys.exit(status)
    """
    command = [sys.executable, "-c", textwrap.dedent(script), str(with_twin), str(tmp_path / "0.png")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr.strip().splitlines()[-1] == "[]"
    label = kit.load(with_twin, runtime="keras")(images[0]).label
    assert done.stdout.splitlines()[1].split(",")[1] == label


def test_a_changed_twin_is_refused_before_it_is_run(with_twin, monkeypatch):
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: pytest.fail("it was opened"))
    content = bytearray((with_twin / "model.onnx").read_bytes())
    (with_twin / "model.onnx").write_bytes(content + b"x")
    assert code_of(with_twin) == "size"
    content[len(content) // 2] ^= 1
    (with_twin / "model.onnx").write_bytes(content)
    assert code_of(with_twin) == "checksum"
    assert code_of(with_twin, runtime="keras") == "checksum"


def test_a_twin_that_is_no_plain_graph_is_refused_though_the_manifest_fits(with_twin, sign, monkeypatch):
    import onnx
    import onnxruntime

    monkeypatch.setattr(onnxruntime, "InferenceSession", lambda *_, **__: pytest.fail("it was opened"))
    model = onnx.load(with_twin / "model.onnx")
    model.graph.node[0].domain = "com.evil"
    (with_twin / "model.onnx").write_bytes(model.SerializeToString())
    sign(with_twin)
    assert code_of(with_twin) == "onnx"
    with pytest.raises(ArtifactError):
        verify(with_twin)


def test_a_twin_of_other_weights_is_refused_though_the_manifest_fits(with_twin, sign):
    import onnx

    model = onnx.load(with_twin / "model.onnx")
    weights = max(model.graph.initializer, key=lambda each: len(each.raw_data))
    weights.raw_data = (np.frombuffer(weights.raw_data, "float32") * 1.5 + 0.1).tobytes()
    (with_twin / "model.onnx").write_bytes(model.SerializeToString())
    sign(with_twin)
    assert code_of(with_twin) == "golden"


def test_the_artifact_asked_for_by_its_fingerprint_is_loaded_and_no_other(with_twin):
    assert kit.load(with_twin, sha256=fingerprint(with_twin)).runtime.startswith("onnxruntime")
    assert code_of(with_twin, sha256="0" * 64) == "pin"


def test_a_twin_that_predicts_otherwise_is_not_kept(with_twin, image_model, tmp_path, monkeypatch):
    other = keras.models.clone_model(image_model)
    other.kit = image_model.kit
    monkeypatch.setattr(export, "_export", lambda _, __, file: shutil.copy(with_twin / "model.onnx", file))
    monkeypatch.setenv("KIT_ONNX", "1")
    path = kit.save(other, tmp_path / "other")
    assert not (path / "model.onnx").exists()
    assert "other numbers" in storage.read_json(path / "parity.json")["onnx"]["reason"]
    assert kit.load(path).runtime.startswith("keras")
    with pytest.raises(KitError, match="has no ONNX twin: ONNX Runtime predicts other numbers"):
        kit.save(other, tmp_path / "insisted", onnx=True)
    assert not (tmp_path / "insisted").exists()


def test_an_export_that_went_wrong_once_is_repeated(
    with_twin, image_model, table_with_twin, tmp_path, monkeypatch
):
    wrong_then_right = [table_with_twin[1] / "model.onnx", with_twin / "model.onnx"]
    monkeypatch.setattr(export, "_export", lambda _, __, file: shutil.copy(wrong_then_right.pop(0), file))
    path = kit.save(image_model, tmp_path / "insects-2", onnx=True)
    assert not wrong_then_right
    assert storage.sha256(path / "model.onnx") == storage.sha256(with_twin / "model.onnx")


def test_what_keras_cannot_export_has_no_twin_and_says_why(image_model, tmp_path, monkeypatch):
    def fails(*_, **__):
        raise TypeError("no such operator")

    monkeypatch.setattr(type(image_model), "export", fails)
    monkeypatch.setenv("KIT_ONNX", "1")
    path = kit.save(image_model, tmp_path / "bare")
    reason = json.loads((path / "parity.json").read_text())["onnx"]["reason"]
    assert "no such operator" in reason or keras.backend.backend() != "tensorflow"


def test_none_is_written_where_it_is_switched_off_or_the_extra_is_absent(image_model, tmp_path, monkeypatch):
    monkeypatch.setenv("KIT_ONNX", "0")
    assert not (kit.save(image_model, tmp_path / "off") / "parity.json").exists()
    monkeypatch.setattr(export, "_NEEDED", ("no_such_package",))
    monkeypatch.delenv("KIT_ONNX")
    assert not (kit.save(image_model, tmp_path / "bare") / "parity.json").exists()
    with pytest.raises(KitError, match="pip install 'keras-kit\\[onnx\\]'"):
        kit.save(image_model, tmp_path / "insisted", onnx=True)
