"""kit.calibrate: a model that is too sure is put right, and whatever loads it decides alike."""

import types

import numpy as np
import pytest
from scipy import special

import kit
from kit.builders.common import Kit, recompiled
from kit.data import Samples
from kit.errors import DataError, KitError, MatchError


def network(task, units, activation, factor=1.0):
    """A model whose outputs are the activation of its inputs times a factor."""
    import keras

    inputs = {"numeric": keras.Input((units,), name="numeric")}
    scaled = keras.layers.Rescaling(float(factor))(inputs["numeric"])
    model = keras.Model(inputs, keras.layers.Activation(activation, name="output")(scaled))
    model.kit = Kit(kit.Table.of_numbers(units), task)
    return recompiled(model, "adam")


def samples(model, x, labels):
    names = [f"row {row}" for row in range(len(x))]
    return Samples(x.astype("float32"), labels, names, model.kit.input, model.kit.task)


def two(rng, count):
    """Logits and classes that the logits are right about."""
    x = 1.5 * rng.normal(size=(count, 1)) - 0.7
    return x, np.where(rng.random(count) < special.expit(x[:, 0]), "yes", "no")


@pytest.fixture(scope="module")
def settled():
    """A model of two classes that is three times too sure, calibrated for an aim, and other samples."""
    rng = np.random.default_rng(5)
    model = network(kit.Classification(("no", "yes")), 1, "sigmoid", factor=3)
    before, held = samples(model, *two(rng, 3000)), samples(model, *two(rng, 3000))
    raw = kit.evaluate(model, held, resamples=0)
    found = kit.calibrate(model, before, aim="recall@precision=0.6")
    return model, held, raw, found


def test_a_model_that_is_three_times_too_sure_gets_a_temperature_of_three(settled):
    model, held, raw, found = settled
    assert found.temperature == pytest.approx(3, rel=0.12)
    report = kit.evaluate(model, held, resamples=0)
    assert report.metrics["nll"] < 0.8 * raw.metrics["nll"]
    assert report.metrics["ece"] < 0.3 * raw.metrics["ece"]
    assert report.metrics["auc"] == pytest.approx(raw.metrics["auc"], abs=1e-4)
    assert report.metrics["loss"] == pytest.approx(raw.metrics["loss"])  # what training minimises
    assert report.baseline["nll"] == pytest.approx(raw.baseline["nll"])


def test_the_threshold_serves_the_aim_and_is_told(settled):
    model, held, raw, found = settled
    task, report = model.kit.task, kit.evaluate(model, held, resamples=0)
    assert report.metrics["precision"] == pytest.approx(0.6, abs=0.05)
    assert report.metrics["recall"] > raw.metrics["recall"]
    assert task.threshold < 0.5 and task.aim == "recall@precision=0.6"
    assert any("'yes' is said from" in line for line in report.calibration)
    assert report.to_json()["calibration"] == list(found.told)


def test_label_sets_hold_the_class_as_often_as_they_say(settled):
    model, held, _, found = settled
    report = kit.evaluate(model, held, resamples=0)
    assert found.coverage == 0.9
    assert report.metrics["coverage"] >= 0.88
    assert 1 < report.metrics["set_size"] < 2


def test_keras_counts_as_the_decisions_do(settled):
    model, held, *_ = settled
    report = kit.evaluate(model, held, resamples=0)
    x, y = held.arrays()
    known = model.evaluate(x, y, batch_size=3000, verbose=0, return_dict=True)
    assert known["accuracy"] == pytest.approx(report.metrics["accuracy"], abs=1e-6)


def test_a_saved_model_decides_alike_and_its_card_says_how(settled, tmp_path):
    model, held, *_ = settled
    path = kit.save(model, tmp_path / "sure", onnx=False)
    predictor = kit.load(path)
    assert predictor.task == model.kit.task
    expected = model.kit.task.decide(special.expit(3 * held.inputs[:5]))
    for said, known in zip(predictor(held.inputs[:5]), expected, strict=True):
        assert said.label == known.label and said.labels == known.labels
        assert said.probability == pytest.approx(known.probability, abs=1e-4)
    card = predictor.card
    assert card["threshold"] == model.kit.task.threshold and card["aim"] == "recall@precision=0.6"
    assert card["calibration"]["temperature"] == model.kit.task.calibration.temperature
    assert "## Calibration" in (path / "README.md").read_text()
    with pytest.raises(KitError, match="Calibrate its .model"):
        kit.calibrate(predictor, held)


def test_training_drops_what_was_fitted_to_other_weights():
    from kit.training.settings import forget_calibration

    model = network(kit.Classification(2, aim="f1"), 1, "sigmoid")
    x = np.linspace(-2, 2, 40)[:, None]
    kit.calibrate(model, samples(model, x, (x[:, 0] > 0.5).astype(int)))
    assert model.kit.task.calibration and model.kit.task.threshold != 0.5
    forget_calibration(model)
    assert model.kit.task == kit.Classification(2, aim="f1")


def test_each_label_gets_a_threshold_of_its_own(rng):
    task = kit.MultilabelClassification(("rare", "common", "never"))
    model = network(task, 3, "sigmoid")
    x = rng.normal(size=(500, 3)) + [-2, 1, -3]
    true = (rng.random(x.shape) < special.expit(x)) * [1, 1, 0]
    found = kit.calibrate(model, samples(model, x, true), aim="cost=1:4")
    assert np.allclose(
        model.kit.task.threshold[:2], 0.2, atol=0.12
    )  # 1 / (1 + 4), as probabilities are right
    assert model.kit.task.threshold[2] == 0.5
    assert any("'never' stays" in line for line in found.told)


def test_intervals_of_numbers_hold_new_values(rng):
    model = network(kit.Regression(), 1, "linear")
    x, new = 10 * rng.normal(size=(400, 1)), 10 * rng.normal(size=(2000, 1))
    kit.calibrate(model, samples(model, x, x[:, 0] + rng.normal(size=400)), coverage=0.8)
    report = kit.evaluate(model, samples(model, new, new[:, 0] + rng.normal(size=2000)), resamples=20)
    assert report.metrics["coverage"] == pytest.approx(0.8, abs=0.06)
    assert report.metrics["interval_width"] == pytest.approx(2 * 1.2816, rel=0.12)  # 80 % of a normal
    assert "coverage" in report.intervals and "coverage" not in report.baseline


def test_an_ordinal_model_has_no_temperature_but_label_sets(rng):
    model = network(kit.Classification(3, loss="ordinal"), 2, "sigmoid")
    x = np.sort(rng.normal(size=(60, 2)))[:, ::-1].copy()
    part = samples(model, x, rng.integers(0, 3, 60))
    found = kit.calibrate(model, part)
    assert found.temperature == 1 and found.rule == "lac"
    assert any("no temperature for loss 'ordinal'" in line for line in found.told)
    with pytest.raises(MatchError, match="no temperature for loss 'ordinal'"):
        kit.calibrate(model, part, temperature=True)


def test_a_margin_has_neither_temperature_nor_sets():
    model = network(kit.Classification(2, loss="hinge"), 1, "linear")
    x = np.linspace(-1, 1, 30)[:, None]
    part = samples(model, x, (x[:, 0] > 0).astype(int))
    found = kit.calibrate(model, part)
    assert (found.temperature, found.rule, len(found.told)) == (1, None, 2)
    with pytest.raises(MatchError, match="no label sets"):
        kit.calibrate(model, part, coverage=0.9)


def test_what_does_not_fit_is_told_and_leaves_the_model_as_it_is(rng):
    model = network(kit.Classification(3), 3, "softmax")
    part = samples(model, rng.normal(size=(5, 3)), np.arange(5) % 3)
    with pytest.raises(MatchError, match="decides by argmax"):
        kit.calibrate(model, part, aim="f1")
    with pytest.raises(KitError, match="it needs 9 samples, and there are 5"):
        kit.calibrate(model, part, coverage=0.9)
    with pytest.raises(DataError, match="No samples"):
        kit.calibrate(model, part.subset(np.arange(0)))
    with pytest.raises(MatchError, match="no sets to choose for regression"):
        kit.calibrate(network(kit.Regression(), 1, "linear"), part, sets="aps")
    masks = types.SimpleNamespace(kit=Kit(kit.Images((8, 8)), kit.Segmentation(3)))
    with pytest.raises(KitError, match="masks of two classes or of labels"):
        kit.calibrate(masks, part)
    assert model.kit.task == kit.Classification(3)
    assert any("no coverage of 0.9" in line for line in kit.calibrate(model, part).told)


@pytest.mark.parametrize(
    "task", [kit.Classification(3, aim="f1"), kit.Classification(2, loss="kl", aim="f1")]
)
def test_an_aim_that_no_threshold_serves_stops_before_a_model_is_built(task):
    with pytest.raises(MatchError, match="An aim fits losses whose decision is threshold, labels, mask"):
        kit.build(task, (4,))


def test_shares_and_kinds_that_are_none_are_refused():
    with pytest.raises(KitError, match="coverage is a share"):
        kit.Regression(coverage=1.0)
    with pytest.raises(KitError, match="Did you mean 'lac'"):
        kit.Classification(3, sets="lca")
