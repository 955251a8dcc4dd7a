"""An exported file says in its own runtime what Keras says, or it is not kept."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import kit
from kit import storage
from kit.artifact import formats
from kit.errors import KitError
from kit.inputs.columns import Category, Numeric

HERE = [name for name in formats.names() if not formats.missing(formats.get(name))]
if not HERE:
    pytest.skip("needs TensorFlow, which writes every format", allow_module_level=True)
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
def exported(artifact, tmp_path_factory):
    """Function: format -> the facts of an export, made once."""
    made = {}

    def export(name):
        if name not in made:
            made[name] = kit.export(artifact, name, out=tmp_path_factory.mktemp("exports") / name)
        return made[name]

    return export


def use(folder):
    command = [sys.executable, "-c", WITHOUT_KIT, f"{folder}/use.py"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", HERE)
def test_the_file_is_described_by_what_was_measured(name, exported, artifact):
    facts = exported(name)
    folder = Path(facts["path"])
    stored = storage.read_json(folder / "parity.json")
    assert facts == {"path": facts["path"], **stored}
    assert stored["difference"] <= stored["tolerance"] == 1e-4
    assert stored["agreement"] == 1.0
    assert len(stored["milliseconds"]) == 2 and min(stored["milliseconds"].values()) > 0
    assert (folder / stored["file"]).exists()
    for member in ("input.json", "task.json"):
        assert (folder / member).read_bytes() == (artifact / member).read_bytes()


@pytest.mark.parametrize(
    "name",
    [pytest.param(each, marks=pytest.mark.large) if each == "tf_saved_model" else each for each in HERE],
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
    with pytest.raises(KitError, match="cannot hold a classification: it has no classes. Try: litert, onnx"):
        kit.export(artifact, "tf_saved_model", out=tmp_path / "other")
