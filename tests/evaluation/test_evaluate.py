import dataclasses
import types

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import Fault, KitError
from kit.evaluation.evaluate import as_history, losses


@pytest.fixture(scope="module")
def images():
    """Data whose classes a network can learn, and a network that has not."""
    rng = np.random.default_rng(0)
    labels = np.array(["cat", "dog"])[np.arange(60) % 2]
    pictures = rng.integers(0, 90, (60, 8, 8, 1)).astype("uint8")
    data = kit.load_data((pictures, labels))
    return data, kit.build_classifier(data.task, data.input, backbone="cnn")


@pytest.fixture(scope="module")
def table():
    """Regression of a table with text in it, and a network for it."""
    frame = pd.DataFrame({"size": np.arange(40.0), "kind": ["a", "b"] * 20})
    frame["price"] = 3 * frame["size"] + 7
    data = kit.load_data(frame, target="price", task="regression")
    return data, kit.build_regressor(data.task, data.input, backbone="mlp")


def test_loss_and_accuracy_are_those_of_kerass_own_evaluate(images):
    data, model = images
    x, y = data.test.arrays()
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    report = kit.evaluate(model, data.test, resamples=10)
    assert report.metrics["loss"] == pytest.approx(expected["loss"], rel=1e-4)
    assert report.metrics["accuracy"] == pytest.approx(expected["accuracy"], rel=1e-5)


def test_numbers_are_measured_in_their_own_units(table):
    data, model = table
    x, y = data.test.arrays()
    expected = model.evaluate(x, y, verbose=0, return_dict=True)
    report = kit.evaluate(model, data.test, resamples=10)
    assert {name: report.metrics[name] for name in ("loss", "mae", "rmse")} == pytest.approx(
        {name: expected[name] for name in ("loss", "mae", "rmse")}, rel=1e-4
    )


def test_the_models_own_statistics_encode_the_samples(images):
    data, model = images
    classes = tuple(
        reversed(data.task.classes)
    )  # the same samples, loaded with their classes in another order
    other = dataclasses.replace(data.test, task=dataclasses.replace(data.task, classes=classes, prior=None))
    report = kit.evaluate(model, other, resamples=0)
    assert report.metrics == kit.evaluate(model, data.test, resamples=0).metrics
    assert tuple(report.confusion.index) == data.task.classes


def test_a_predictor_is_measured_as_its_model_is(images):
    data, model = images
    predictor = types.SimpleNamespace(model=model, input=model.kit.input, task=model.kit.task)
    assert (
        kit.evaluate(predictor, data.test, resamples=0).metrics
        == kit.evaluate(model, data.test, resamples=0).metrics
    )


def test_the_worst_pictures_come_along_in_the_order_of_their_loss(images):
    data, model = images
    report = kit.evaluate(model, data.test, resamples=0)
    worst = data.test.names.index(report.worst["name"].iloc[0])
    np.testing.assert_allclose(
        report.examples[0], np.asarray(data.test.inputs[worst], "float32") / 255, atol=1e-6
    )


def test_the_worst_rows_come_along_in_the_order_of_their_loss(table):
    data, model = table
    report = kit.evaluate(model, data.test, resamples=0)
    assert (3 * report.examples["size"] + 7).tolist() == pytest.approx(report.worst["truth"].tolist())


def test_a_path_writes_the_report_with_what_is_known_of_data_and_training(images, tmp_path):
    data, model = images
    history = {"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}
    kit.evaluate(
        model, data.test, path=tmp_path / "r", history=history, findings=[Fault("row 3", "odd")], resamples=10
    )
    page = (tmp_path / "r" / "report.html").read_text("utf-8")
    assert "row 3: odd" in page and (tmp_path / "r" / "training.png").exists()


def test_a_model_without_a_task_says_how_to_get_one(images):
    with pytest.raises(KitError, match=r"Model 'bare' has no task.*build_classifier"):
        kit.evaluate(keras.Sequential([keras.Input((1,))], name="bare"), images[0].test)


def test_no_samples_says_what_to_give(images):
    data, model = images
    with pytest.raises(KitError, match=r"such as data\.test"):
        kit.evaluate(model, data.test.subset([]))


def test_the_mean_of_the_losses_is_kerass_loss(make):
    for name in (
        "binary",
        "multiclass",
        "ordinal",
        "hinge",
        "multilabel",
        "several",
        "quantiles",
        "gaussian",
        "poisson",
        "shares",
    ):
        task, labels, outputs = make(name)
        targets = task.encode(labels)
        expected = float(task.make_loss()(targets, outputs))
        assert losses(task, targets, outputs).mean() == pytest.approx(expected, rel=1e-4), name


def test_what_does_not_occur_is_noted(make, report):
    found = report(*make("multiclass", absent=(1, 3)))
    assert "2 of 5 do not occur in these samples: b, d." in found.notes


def test_what_is_undefined_is_left_out_and_noted(report):
    found = report(kit.Classification(("no", "yes")), ["no", "no"], [[0.2], [0.4]])
    assert "auc" not in found.metrics and "auc" not in found.intervals
    assert any(note.startswith("auc is left out: ") for note in found.notes)


def test_a_history_may_be_a_keras_history_a_dict_or_a_frame():
    keras_history = keras.callbacks.History()
    keras_history.history = {"loss": [np.float32(1)]}
    for history in (keras_history, {"loss": [1]}, pd.DataFrame({"loss": [1]})):
        assert as_history(history) == {"loss": [1.0]}
    assert as_history(None) == {}
