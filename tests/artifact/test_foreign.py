"""A .keras file that kit did not write: the same guard, and no meaning that does not fit."""

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.artifact import fitting
from kit.errors import ArtifactError, KitError
from kit.storage import sha256

CLASSES = kit.Classification(("ant", "bee", "cow"))


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(0)
    layers = [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(4, 3, activation="relu"),
        keras.layers.GlobalAveragePooling2D(),
        keras.layers.Dense(3, activation="softmax"),
    ]
    model = keras.Sequential(layers)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


@pytest.fixture
def file(network, tmp_path):
    network.save(tmp_path / "theirs.keras")
    return tmp_path / "theirs.keras"


def saved(tmp_path, *layers):
    keras.Sequential(layers).save(tmp_path / "theirs.keras")
    return tmp_path / "theirs.keras"


def code_of(path, task=CLASSES, input=(8, 8, 1), **keywords):
    with pytest.raises(ArtifactError) as caught:
        kit.load(path, task=task, input=input, **keywords)
    assert len(str(caught.value).splitlines()) <= 4
    return caught.value.code


def test_a_compiled_model_of_plain_keras_predicts_as_it_did_there(file, network, rng):
    pictures = rng.integers(0, 256, (5, 8, 8, 1), dtype="uint8")
    predictor = kit.load(file, task=CLASSES, input=(8, 8, 1))
    want = network.predict(pictures.astype("float32"), verbose=0)
    np.testing.assert_allclose(predictor.outputs(pictures), want, atol=1e-6)
    assert [each.label for each in predictor(pictures)] == [CLASSES.classes[k] for k in want.argmax(1)]
    assert type(predictor.model.loss).__name__ == type(CLASSES.make_loss()).__name__


def test_it_becomes_an_artifact_that_needs_no_task_any_more(file, tmp_path, rng):
    predictor = kit.load(file, task=CLASSES, input=(8, 8, 1))
    path = kit.save(predictor.model, tmp_path / "ours")
    pictures = rng.integers(0, 256, (3, 8, 8, 1), dtype="uint8")
    assert kit.load(path)(pictures) == predictor(pictures)


def test_a_network_on_plain_numbers_takes_rows_by_name(tmp_path):
    path = saved(tmp_path, keras.Input((2,)), keras.layers.Dense(1))
    predictor = kit.load(path, task=kit.Regression(("y",)), input=(2,))
    weights, bias = predictor.model.get_weights()
    row = {"x1": 3.0, "x0": 2.0}
    by_hand = 2.0 * weights[0, 0] + 3.0 * weights[1, 0] + bias[0]
    assert predictor(row).value == pytest.approx(by_hand, rel=1e-5)
    assert predictor(pd.DataFrame([row] * 3))[2].value == pytest.approx(by_hand, rel=1e-5)
    again = kit.load(kit.save(predictor.model, tmp_path / "ours"))
    assert again(row).value == pytest.approx(by_hand, rel=1e-5)


def test_without_its_meaning_it_is_refused_with_the_call_that_gives_it(file):
    with pytest.raises(KitError, match=r"its task is missing\.\nCall kit\.load\(path, task="):
        kit.load(file, input=(8, 8, 1))
    with pytest.raises(KitError, match="its input is missing"):
        kit.load(file, task=CLASSES)


def test_logits_are_no_probabilities(tmp_path):
    path = saved(tmp_path, keras.Input((8, 8, 1)), keras.layers.Flatten(), keras.layers.Dense(3))
    assert code_of(path) == "activation"
    with pytest.raises(KitError, match="'linear'; 'softmax' is expected"):
        kit.save(keras.models.load_model(path), tmp_path / "m", task=CLASSES, input=(8, 8, 1))


def test_more_or_fewer_outputs_than_classes_are_refused(file):
    assert code_of(file, task=kit.Classification(("a", "b", "c", "d"))) == "width"


def test_another_shape_than_the_network_takes_is_refused(file):
    for shape in ((8, 8, 3), (9, 8, 1), (64,)):
        assert code_of(file, input=shape) == "input"


def test_another_file_than_the_one_trusted_is_refused(file):
    kit.load(file, sha256(file), task=CLASSES, input=(8, 8, 1))
    assert code_of(file, sha256="0" * 64) == "pin"


def test_a_file_of_another_kind_is_told_with_what_to_do(tmp_path):
    for name in ("m.h5", "m.pt", "m.pkl", "m.onnx", "m.bin"):
        (tmp_path / name).write_bytes(b"x")
        assert code_of(tmp_path / name) == "format"
    assert code_of(tmp_path / "m.keras") == "absent"


def test_what_only_an_artifact_has_cannot_be_asked_of_a_file(file, artifact):
    with pytest.raises(KitError, match="no signature"):
        kit.load(file, key="k.pub", task=CLASSES, input=(8, 8, 1))
    with pytest.raises(KitError, match="by Keras alone"):
        kit.load(file, runtime="onnx", task=CLASSES, input=(8, 8, 1))
    with pytest.raises(KitError, match="Leave out task and input"):
        kit.load(artifact, task=CLASSES)


@pytest.mark.filterwarnings("ignore:The `lambda`")
def test_a_layer_that_could_run_code_is_refused(tmp_path):
    path = saved(tmp_path, keras.Input((2,)), keras.layers.Lambda(lambda x: x), keras.layers.Dense(3))
    assert code_of(path, input=(2,)) == "class"


def test_a_layer_whose_outputs_fill_the_memory_is_refused_before_they_are_made(tmp_path):
    layers = keras.Input((8, 8, 1)), keras.layers.UpSampling2D(4096), keras.layers.GlobalMaxPooling2D()
    assert code_of(saved(tmp_path, *layers, keras.layers.Dense(3, activation="softmax"))) == "shape"


@pytest.mark.parametrize(
    ("task", "outputs", "activation", "expected"),
    [
        (CLASSES, [[0.2, 0.3, 0.5]], "softmax", None),
        (CLASSES, [[0.2, 0.3, 0.5]], None, None),
        (CLASSES, [[0.2, 0.3, 0.6]], None, "no probabilities"),
        (CLASSES, [[0.2, 0.3, 0.5]], "sigmoid", "'softmax' is expected"),
        (kit.Classification(("no", "yes")), [[1.5]], None, "'sigmoid' is expected"),
        (kit.Classification(("no", "yes")), [[0.5]], "relu", None),
        (kit.Regression(("y",), loss="poisson"), [[-1.0]], None, "below 0"),
        (kit.Regression(("y",)), [[-1.0]], "linear", None),
        (kit.Regression(("y",), loss="bounded", bounds=(0.0, 9.0)), [[4.5]], None, None),
    ],
)
def test_outputs_that_a_task_does_not_decide_on_are_told(task, outputs, activation, expected):
    found = fitting.misfit(np.array(outputs), activation, task)
    assert found is None if expected is None else expected in found
