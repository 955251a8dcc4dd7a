"""An exported file says in its own runtime what Keras says, or it is not kept."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_digits

import kit
from kit import storage
from kit.artifact import formats, graph
from kit.errors import KitError
from kit.inputs.columns import Category, Numeric

HERE = [name for name in formats.names() if not formats.missing(formats.get(name))]
EXACT = [name for name in HERE if not formats.get(name).exact]
SMALL = [  # the converters of the others take seconds
    name if name == "onnx_int8" else pytest.param(name, marks=pytest.mark.large)
    for name in HERE
    if formats.get(name).exact
]
if not HERE:
    pytest.skip("needs TensorFlow, which writes every format", allow_module_level=True)
EXAMPLE = Path(__file__).parents[2] / "saved_models" / "example"  # tells digits apart
COLUMNS = (Numeric("age", 40.0, 10.0), Category("town", levels=("Rome", "Oslo")))
WITHOUT_KIT = """
import runpy, sys
sys.modules["kit"] = sys.modules["keras"] = None  # importing them fails
runpy.run_path(sys.argv[1], run_name="__main__")
"""


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(1)
    return kit.build_classifier(kit.Classification(("poor", "fair", "rich")), kit.Table(COLUMNS), width=4)


@pytest.fixture(scope="module")
def artifact(model, tmp_path_factory):
    return kit.save(model, tmp_path_factory.mktemp("exporting") / "pay", onnx=False)


@pytest.fixture(scope="module")
def people():
    """80 people as a DataFrame."""
    ages = np.random.default_rng(0).normal(40, 20, 80)
    return pd.DataFrame({"age": ages, "town": np.array(["Rome", "Oslo", "Paris"])[np.arange(80) % 3]})


@pytest.fixture(scope="module")
def digits():
    """200 pictures of digits (8, 8)."""
    return load_digits().images[:200]


@pytest.fixture(scope="module")
def exported(artifact, digits, tmp_path_factory):
    """Function: format -> the facts of an export, made once; in 8 bits of what tells digits apart."""
    made = {}

    def export(name):
        if name not in made:
            out = tmp_path_factory.mktemp("exports") / name
            source, samples = (EXAMPLE, digits) if formats.get(name).exact else (artifact, None)
            made[name] = kit.export(source, name, out=out, samples=samples)
        return made[name]

    return export


def use(folder):
    command = [sys.executable, "-c", WITHOUT_KIT, f"{folder}/use.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", EXACT)
def test_the_file_is_described_by_what_was_measured(name, exported, artifact):
    facts = exported(name)
    folder = Path(facts["path"])
    stored = storage.read_json(folder / "parity.json")
    assert facts == {"path": facts["path"], **stored}
    assert stored["difference"] <= stored["tolerance"] == 1e-4
    assert stored["agreement"] == stored["kappa"] == 1.0
    assert (stored["samples"], stored["source"]) == (16, "made up")
    assert len(stored["milliseconds"]) == 2 and min(stored["milliseconds"].values()) > 0
    assert (folder / stored["file"]).exists()
    for member in ("input.json", "task.json"):
        assert (folder / member).read_bytes() == (artifact / member).read_bytes()


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.large) if each == "tf_saved_model" else each for each in EXACT],
)
def test_the_example_runs_without_kit_and_says_what_keras_says(name, exported, model):
    facts = exported(name)
    with np.load(f"{facts['path']}/samples.npz") as stored:
        x = {key: stored[key] for key in stored.files if key != "outputs"}
    want = keras.ops.convert_to_numpy(model(x, training=False))
    found = use(facts["path"])
    assert found["names"] == ["poor", "fair", "rich"]
    assert found["first"] == pytest.approx(want[0].tolist(), abs=1e-5)
    assert found["difference"] < 1e-5


def test_no_example_is_longer_than_a_page():
    from kit.artifact import example

    assert all(len(example.code(formats.get(name)).splitlines()) <= 32 for name in formats.names())


def test_what_predicts_other_numbers_is_not_kept(artifact, tmp_path, monkeypatch):
    chosen = type(formats.get("tf_saved_model"))
    monkeypatch.setattr(chosen, "write", lambda *_: None)
    monkeypatch.setattr(chosen, "open", lambda *_: lambda samples: np.ones((len(samples["numeric"]), 3)))
    with pytest.raises(KitError, match="TensorFlow predicts other numbers .*\nTry: "):
        kit.export(artifact, "tf_saved_model", out=tmp_path / "other")
    assert not (tmp_path / "other").exists()


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="it fails in a process of its own")
def test_a_converter_that_fails_is_told_in_its_own_words(artifact, tmp_path, monkeypatch):
    def fails(*_):
        raise RuntimeError("no such\n operator")

    monkeypatch.setattr(type(formats.get("tf_saved_model")), "write", fails)
    with pytest.raises(KitError, match="export fails \\(RuntimeError: no such operator\\)"):
        kit.export(artifact, "tf_saved_model", out=tmp_path / "other")


def test_a_missing_package_is_named_before_anything_is_opened(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "openvino" else find(name))
    with pytest.raises(KitError, match="openvino needs openvino. Run: pip install openvino\nWithout it"):
        kit.export(tmp_path / "nowhere", "openvino")
    with pytest.raises(KitError, match="Did you mean 'litert'"):
        kit.export(tmp_path / "nowhere", "litrt")


def test_nothing_but_an_earlier_export_is_replaced(artifact, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("x")
    with pytest.raises(KitError, match="is no export"):
        kit.export(artifact, "tf_saved_model", out=tmp_path / "mine")
    with pytest.raises(KitError, match="is no export|is an artifact"):
        kit.export(artifact, "tf_saved_model", out=artifact)


def test_a_task_that_a_format_cannot_hold_is_refused_with_the_reason(artifact, tmp_path, monkeypatch):
    lacks = {"classification": "it has no classes"}
    monkeypatch.setattr(type(formats.get("tf_saved_model")), "lacks", lacks)
    with pytest.raises(
        KitError, match="cannot hold a classification: it has no classes. Try: litert, onnx, openvino.$"
    ):
        kit.export(artifact, "tf_saved_model", out=tmp_path / "other")


def test_the_samples_of_the_user_are_compared_and_some_of_them_kept(artifact, model, people, tmp_path):
    facts = kit.export(artifact, "onnx", out=tmp_path / "pay", samples=people)
    assert (facts["samples"], facts["source"], facts["agreement"]) == (80, "given", 1.0)
    with np.load(tmp_path / "pay" / "samples.npz") as stored:
        x = {name: stored[name] for name in ("numeric", "categorical")}
        assert len(stored["outputs"]) == 16
        assert stored["outputs"] == pytest.approx(keras.ops.convert_to_numpy(model(x)), abs=1e-6)
    assert set(x["numeric"][:, 0]) <= set(people["age"].astype("float32"))


def test_samples_unlike_those_of_the_training_are_refused(artifact, people, tmp_path):
    with pytest.raises(KitError, match="'age'"):
        kit.export(artifact, "onnx", out=tmp_path / "pay", samples=people[["town"]])
    assert not (tmp_path / "pay").exists()


@pytest.mark.parametrize("name", SMALL)
def test_a_file_in_8_bits_decides_as_keras_on_samples_it_was_not_measured_on(name, exported):
    facts = exported(name)
    assert (facts["samples"], facts["calibrated"], facts["tolerance"]) == (100, 100, None)
    assert facts["kappa"] >= facts["limits"]["kappa"] == 0.9
    assert 1e-7 < facts["difference"] < 0.3  # rounded, not broken
    assert facts["exact"]["format"] == formats.get(name).exact and facts["exact"]["milliseconds"] > 0
    assert facts["bytes"] < 1.2 * facts["exact"]["bytes"]  # of so small a network the graph is half


@pytest.mark.parametrize("name", SMALL)
def test_the_example_of_a_file_in_8_bits_runs_without_kit(name, exported):
    facts = exported(name)
    found = use(facts["path"])
    network = keras.models.load_model(EXAMPLE / "model.keras", compile=False)
    with np.load(f"{facts['path']}/samples.npz") as stored:
        want = keras.ops.convert_to_numpy(network(stored["image"], training=False))
    assert found["first"] == pytest.approx(want[0].tolist(), abs=facts["difference"] + 1e-5)
    assert found["difference"] == pytest.approx(facts["difference"], abs=facts["difference"])


@pytest.mark.skipif("onnx_int8" not in HERE, reason="needs ONNX Runtime")
def test_the_agreement_is_that_of_the_runtime_by_hand(exported, digits):
    import onnxruntime

    facts = exported("onnx_int8")
    cpu = ["CPUExecutionProvider"]
    session = onnxruntime.InferenceSession(f"{facts['path']}/model_int8.onnx", providers=cpu)
    network = keras.models.load_model(EXAMPLE / "model.keras", compile=False)
    x = digits[..., None].astype("float32")
    found = session.run(None, {"image": x})[0].argmax(axis=1)
    want = keras.ops.convert_to_numpy(network(x, training=False)).argmax(axis=1)
    unequal = round((1 - facts["agreement"]) * facts["samples"])
    assert unequal <= np.sum(found != want) <= unequal + 20  # the other half is among these


def test_a_format_in_8_bits_asks_for_samples_before_anything_is_opened(tmp_path, artifact, people):
    with pytest.raises(KitError, match="onnx_int8 measures on samples .*\n--samples: files"):
        kit.export(tmp_path / "nowhere", "onnx_int8")
    with pytest.raises(KitError, match="at least 16 samples. Received: 7"):
        kit.export(artifact, "onnx_int8", samples=people[:7], out=tmp_path / "pay")


def test_a_file_in_8_bits_that_decides_otherwise_is_not_kept(artifact, people, tmp_path, monkeypatch):
    def never_rich(self, file):
        return lambda samples: np.tile([[0.6, 0.3, 0.1]], (len(samples["numeric"]), 1))

    monkeypatch.setattr(type(formats.get("onnx_int8")), "open", never_rich)
    with pytest.raises(KitError, match="decides otherwise too often .*kappa .*; allowed from 0.9"):
        kit.export(artifact, "onnx_int8", samples=people, out=tmp_path / "pay")
    assert not (tmp_path / "pay").exists()


def test_numbers_in_8_bits_are_kept_up_to_a_tenth_of_their_spread():
    chosen = formats.get("onnx_int8")
    numbers = {"difference": 0.5, "agreement": None, "kappa": None}
    assert chosen.fault({**numbers, "error": 0.1}) is None
    assert "allowed 0.1" in chosen.fault({**numbers, "error": 0.11})
    boxes = {"difference": 0.5, "kappa": None, "error": None}
    assert chosen.fault({**boxes, "agreement": 0.9}) is None
    assert "boxes 0.89" in chosen.fault({**boxes, "agreement": 0.89})


@pytest.mark.skipif("onnx_int8" not in HERE, reason="needs ONNX Runtime")
def test_the_onnx_file_in_8_bits_holds_bytes_but_for_the_last_layer_and_is_no_twin(exported):
    import onnx

    facts = exported("onnx_int8")
    network = onnx.load(f"{facts['path']}/model_int8.onnx").graph
    numbers = {tensor.name: tensor for tensor in network.initializer}
    weights = [tensor for tensor in numbers.values() if len(tensor.dims) in (2, 4)]
    last = [list(tensor.dims) for tensor in weights if tensor.data_type == onnx.TensorProto.FLOAT]
    assert [10 in dims for dims in last] == [True]  # one row or column a class
    rounded = [tensor for tensor in weights if tensor.data_type == onnx.TensorProto.INT8]
    assert rounded and len(rounded) + len(last) == len(weights)
    assert max(np.abs(onnx.numpy_helper.to_array(each)).max() for each in rounded) <= 64  # 7 bits
    with pytest.raises(kit.ArtifactError, match="operator DequantizeLinear"):
        graph.check_graph(Path(facts["path"], "model_int8.onnx").read_bytes())
