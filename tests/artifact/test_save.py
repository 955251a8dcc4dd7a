"""kit.save: whole or not at all, and only what has a meaning."""

import json
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest

import kit
from kit.artifact.save import history_csv, uncompiled
from kit.errors import KitError


class Report:
    """Stands for what kit.evaluate returns."""

    split, metrics, intervals = "test", {"accuracy": 0.5}, {"accuracy": (0.25, 0.75)}

    def __init__(self, name="roc.png"):
        self.name = name

    def save(self, folder):
        folder.mkdir()
        (folder / self.name).write_bytes(b"picture")


def test_everything_has_its_file(image_model, tmp_path):
    history = {"loss": [1.0, 0.5], "val_loss": [1.1, 0.6]}
    path = kit.save(image_model, tmp_path / "m", report=Report(), history=history, settings={"seed": 1})
    members = {item.relative_to(path).as_posix() for item in path.rglob("*") if item.is_file()}
    assert members == {
        *("model.keras", "input.json", "task.json", "card.json", "README.md", "manifest.json"),
        *("history.csv", "report/roc.png"),
    }
    assert set(json.loads((path / "manifest.json").read_text())["members"]) == members - {"manifest.json"}
    assert (path / "history.csv").read_text() == "epoch,loss,val_loss\n1,1.0,1.1\n2,0.5,0.6\n"


def test_the_task_is_stored_with_its_row_of_the_match_table(saved_once):
    stored = json.loads((saved_once / "task.json").read_text())
    assert (stored["match"]["activation"], stored["match"]["code"]) == ("softmax", "integer")


def test_plain_keras_opens_the_network_uncompiled_and_predicts_equally(saved_once, image_model, images):
    script = """
    import sys
    import keras, numpy as np

    model = keras.models.load_model(sys.argv[1])
    assert not model.compiled and not any(name.startswith("kit") for name in sys.modules)
    np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
    """
    given, found = saved_once.parent / "given.npy", saved_once.parent / "found.npy"
    np.save(given, images)
    command = [sys.executable, "-c", textwrap.dedent(script), saved_once / "model.keras", given, found]
    subprocess.run(command, check=True, capture_output=True, cwd=saved_once.parent)
    np.testing.assert_allclose(np.load(found), image_model.predict(images, verbose=0), rtol=0, atol=1e-6)


def test_a_model_without_a_task_is_refused_and_told_what_to_do(tmp_path):
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    with pytest.raises(KitError) as caught:
        kit.save(model, tmp_path / "m")
    assert str(caught.value) == (
        f"Model '{model.name}' has no task, so its outputs have no meaning to save. Build it with\n"
        "kit.build_classifier() or pass kit.save(model, path, task=..., input=...)."
    )
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KitError, match="has no input"):
        kit.save(model, tmp_path / "m", task=kit.Regression())


def test_a_model_of_ones_own_is_saved_with_a_task_and_a_shape(tmp_path):
    layers = [keras.Input((8, 8, 1), name="image"), keras.layers.Flatten(), keras.layers.Dense(3, "softmax")]
    model = keras.Sequential(layers)
    path = kit.save(model, tmp_path / "own", task=kit.Classification(("a", "b", "c")), input=(8, 8, 1))
    picture = np.full((8, 8, 1), 7, "uint8")
    outputs = model.predict(picture[None].astype("float32"), verbose=0)[0]
    assert kit.load(path)(picture).label == "abc"[int(outputs.argmax())]


def test_outputs_that_do_not_fit_the_task_are_refused(image_model, tmp_path):
    with pytest.raises(KitError, match="does not fit its task"):
        kit.save(image_model, tmp_path / "m", task=kit.Classification(("a", "b", "c", "d")))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore:The `lambda`")
def test_a_layer_that_no_load_would_accept_is_refused_while_the_model_is_there(tmp_path):
    layers = [keras.Input((2,), name="x"), keras.layers.Lambda(lambda x: 2 * x), keras.layers.Dense(1)]
    with pytest.raises(KitError, match="keras.layers.Lambda is not on the list"):
        kit.save(keras.Sequential(layers), tmp_path / "m", task=kit.Regression(), input=(2,))
    assert list(tmp_path.iterdir()) == []


def test_weights_that_are_not_finite_are_refused(tmp_path):
    model = kit.build_regressor(kit.Regression(), (2,), backbone="mlp", width=4)
    model.get_layer("logits").bias.assign([np.nan])
    with pytest.raises(KitError, match="not finite"):
        kit.save(model, tmp_path / "m")


def test_a_folder_that_is_no_artifact_is_never_replaced(image_model, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("ten years of work")
    (tmp_path / "file").write_text("x")
    for name in ("thesis", "file"):
        with pytest.raises(KitError, match="is no artifact"):
            kit.save(image_model, tmp_path / name)
    assert (tmp_path / "thesis" / "chapter1.tex").read_text() == "ten years of work"


def test_an_artifact_or_an_empty_folder_is_replaced(image_model, tmp_path):
    (tmp_path / "m").mkdir()
    kit.save(image_model, tmp_path / "m", history={"loss": [1.0]})
    kit.save(image_model, tmp_path / "m")
    assert not (tmp_path / "m" / "history.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["m"]


def test_a_report_with_a_file_that_not_every_system_can_hold_is_refused(image_model, tmp_path):
    with pytest.raises(KitError, match="Rename it"):
        kit.save(image_model, tmp_path / "m", report=Report("a:b.png"))
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, signal, sys
import kit
from kit.errors import ResourceError

predictor = kit.load(sys.argv[1])
model = predictor.model
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for limit in map(int, sys.argv[2:]):
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        kit.save(model, sys.argv[1])
    except ResourceError as error:
        assert "disk full" in str(error), error
    else:
        sys.exit(f"{limit} bytes were enough")
"""


def test_a_full_disk_is_a_resource_error_and_the_old_artifact_stays(artifact):
    before = {item.name: item.read_bytes() for item in artifact.iterdir()}
    assert max(map(len, before.values())) > 9000
    command = [sys.executable, "-c", FULL, artifact, "100", "2000", "9000"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert {item.name: item.read_bytes() for item in artifact.iterdir()} == before
    assert [path.name for path in artifact.parent.iterdir()] == [artifact.name]


def test_histories_of_one_number_an_epoch_become_rows():
    assert history_csv({"loss": [0.5]}) == "epoch,loss\n1,0.5\n"
    assert history_csv({}) == "epoch\n"


def test_inputs_that_are_a_dict_stay_a_dict():
    model = kit.build_regressor(kit.Regression(), (2,), width=4)
    assert set(uncompiled(model).input) == {"numeric"}
    assert not uncompiled(model).compiled
