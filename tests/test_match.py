"""The match table: every row holds together, and what does not fit is refused with a reason."""

import dataclasses
import inspect
import json

import keras
import numpy as np
import pytest

from kit import activations, codecs, decisions, match, metrics
from kit.errors import KitError, MatchError

ROWS = match.table()
SIZES = {"classes": 3, "labels": 4, "targets": 2, "quantiles": 3}
EXPECTED = {
    "binary": {"crossentropy", "hinge", "squared_hinge", "focal", "kl", "ordinal"},
    "multiclass": {"crossentropy", "categorical_crossentropy", "categorical_hinge", "focal", "kl", "ordinal"},
    "multilabel": {"crossentropy", "focal"},
    "numeric": {"mse", "mae", "huber", "log_cosh", "quantile", "gaussian", "poisson", "positive", "bounded"},
}
rows = pytest.mark.parametrize("row", ROWS, ids=str)


@pytest.mark.parametrize("form", EXPECTED)
def test_each_form_has_its_losses(form):
    assert {row.loss for row in match.table(form)} == EXPECTED[form]


@rows
def test_what_a_row_names_exists(row):
    assert row.activation in activations.OUTPUTS
    assert row.code in codecs.names() and row.decide in decisions.names()
    assert set(row.metrics) <= set(metrics.names())
    assert row.scale in match.SCALES and row.why


@rows
def test_a_row_survives_json(row):
    assert match.Match(**json.loads(json.dumps(dataclasses.asdict(row)))) == row


@rows
def test_the_units_of_a_row_are_a_count(row):
    assert match.units(row, {**SIZES, "channels": 3}) in (1, 2, 3, 4, 6, 7, 71)


def test_units_follow_the_rule_by_hand():
    counted = {(row.form, row.loss): match.units(row, {**SIZES, "channels": 3}) for row in ROWS}
    assert counted["binary", "crossentropy"] == 1
    assert counted["multiclass", "crossentropy"] == 3 and counted["multiclass", "ordinal"] == 2
    assert counted["multilabel", "focal"] == 4
    assert counted["numeric", "mse"] == 2
    assert counted["numeric", "gaussian"] == 4 and counted["numeric", "quantile"] == 6


@rows
def test_a_row_makes_a_loss_and_metrics_with_flat_names(row):
    options = {"bounds": (0.0, 1.0), "quantiles": (0.1, 0.5, 0.9), "threshold": 0.5}
    assert isinstance(match.make_loss(row, options, scale=(1.0, 1.0)), keras.losses.Loss)
    names = [metric.name for metric in match.make_metrics(row, options)]
    assert names and len(set(names)) == len(names)
    assert all(
        "_" not in name or name in ("rank_mae", "mean_iou", "class_loss", "box_loss") for name in names
    )


def test_two_calls_give_two_metrics():
    row = match.resolve("binary", "crossentropy")
    assert match.make_metrics(row)[0] is not match.make_metrics(row)[0]


def test_an_unknown_loss_names_the_nearest_and_all():
    with pytest.raises(MatchError, match="Unknown loss for a multiclass target 'crossentropi'") as error:
        match.resolve("multiclass", "crossentropi")
    assert "Did you mean" in str(error.value) and "categorical_hinge" in str(error.value)


def test_a_loss_of_another_form_says_why_and_what_fits():
    with pytest.raises(MatchError) as error:
        match.resolve("multiclass", "hinge", found="3 classes")
    text = str(error.value)
    assert text.startswith("'hinge' fits binary targets; these are multiclass (3 classes).")
    assert "categorical_hinge" in text and "Why: " in text and ".." not in text
    assert text.count("\n") < 4


@pytest.mark.parametrize("form, loss", [("binary", "mse"), ("numeric", "crossentropy"), ("multilabel", "kl")])
def test_no_loss_crosses_forms_in_silence(form, loss):
    with pytest.raises(MatchError, match=f"these are {form}"):
        match.resolve(form, loss)


def test_an_unknown_form_is_named():
    with pytest.raises(MatchError, match="binray"):
        match.table("binray")


def test_an_option_that_a_loss_does_not_take_is_refused():
    with pytest.raises(MatchError, match="'hinge' on a binary target takes no label_smoothing") as error:
        match.resolve("binary", "hinge", {"label_smoothing": 0.1})
    assert "crossentropy" in str(error.value) and "nothing" in str(error.value)


def test_an_option_at_its_default_is_fine_everywhere():
    defaults = {"label_smoothing": 0.0, "delta": 1.0, "quantiles": [0.1, 0.5, 0.9], "bounds": None}
    assert match.resolve("binary", "hinge", defaults).loss == "hinge"


def test_an_option_reaches_its_loss():
    row = match.resolve("numeric", "huber", {"delta": 2.0})
    assert match.make_loss(row, {"delta": 2.0}).delta == 2.0


def test_a_refused_value_is_a_match_error():
    with pytest.raises(MatchError, match="delta"):
        match.make_loss(match.resolve("numeric", "huber"), {"delta": -1.0})


def test_a_loss_declared_twice_is_refused():
    with pytest.raises(KitError, match="twice"):
        match.matches("binary", "hinge", **_columns(match.resolve("binary", "hinge")))(object)


def test_scaled_rows_give_the_same_loss_in_every_unit():
    rng = np.random.default_rng(0)
    y_true, y_pred = rng.uniform(0.1, 0.9, (6, 1)), rng.uniform(0.1, 0.9, (6, 1))
    for name in ("mse", "mae", "huber", "log_cosh", "positive", "bounded"):
        row = match.resolve("numeric", name)
        options = {"bounds": (0.0, 1.0)}
        once = match.make_loss(row, options, mean=(1.0,), scale=(1.0,))(y_true, y_pred)
        options = {"bounds": (0.0, 1000.0)}
        large = match.make_loss(row, options, mean=(1000.0,), scale=(1000.0,))(1000 * y_true, 1000 * y_pred)
        assert float(large) == pytest.approx(float(once), rel=1e-4), name


PRIOR = (0.5, 0.3, 0.2)
BIASES_BY_HAND = [
    ("binary", "crossentropy", {"prior": (0.75, 0.25)}, [np.log(0.25 / 0.75)]),
    ("multiclass", "crossentropy", {"prior": PRIOR}, np.log(PRIOR)),
    ("multiclass", "ordinal", {"prior": PRIOR}, [np.log(0.5 / 0.5), np.log(0.2 / 0.8)]),
    ("multilabel", "crossentropy", {"prior": (0.5, 0.1)}, [0.0, np.log(0.1 / 0.9)]),
    ("numeric", "poisson", {"mean": (4.0,)}, [np.log(4.0)]),
    ("numeric", "positive", {"mean": (4.0,)}, [np.log(np.e - 1)]),
    ("numeric", "bounded", {"mean": (25.0,), "bounds": (0.0, 100.0)}, [np.log(0.25 / 0.75)]),
]


@pytest.mark.parametrize("form, loss, facts, bias", BIASES_BY_HAND)
def test_the_first_bias_is_the_one_by_hand(form, loss, facts, bias):
    first = match.initial_bias(match.resolve(form, loss), **facts)
    np.testing.assert_allclose(first, bias, atol=1e-5)


@pytest.mark.parametrize("form", ["binary", "multiclass"])
def test_with_the_prior_bias_the_first_loss_is_the_entropy_of_the_labels(form):
    prior = np.array((0.9, 0.1) if form == "binary" else PRIOR)
    row = match.resolve(form, "crossentropy")
    bias = match.initial_bias(row, prior=prior)
    labels = np.repeat(np.arange(len(prior)), (1000 * prior).round().astype(int))
    targets = codecs.get(row.code).encode(labels, range(len(prior)))
    logits = np.tile(bias, (len(targets), 1))
    outputs = (
        1 / (1 + np.exp(-logits)) if form == "binary" else np.exp(logits) / np.exp(logits).sum(1)[:, None]
    )
    entropy = -(prior * np.log(prior)).sum()
    assert float(match.make_loss(row)(targets, outputs)) == pytest.approx(entropy, rel=1e-4)


@pytest.mark.parametrize(
    "form, loss, prior", [("binary", "crossentropy", (1, 0)), ("multiclass", "kl", (1, 0, 0))]
)
def test_a_class_without_samples_has_a_finite_bias(form, loss, prior):
    assert np.isfinite(match.initial_bias(match.resolve(form, loss), prior=prior)).all()


def test_the_printed_table_has_one_line_a_row():
    lines = match.markdown().splitlines()
    assert len(lines) == len(ROWS) + 2
    assert len({line.count("|") for line in lines}) == 1
    for row, line in zip(ROWS, lines[2:], strict=True):
        assert row.form in line and f"`{row.loss}`" in line and row.activation in line and row.why in line


def test_no_loss_can_be_told_that_it_gets_logits():
    for row in ROWS:
        maker = match._ROWS.get(f"{row.form} {row.loss}")
        assert "from_logits" not in inspect.signature(maker).parameters


def _columns(row):
    return {key: value for key, value in dataclasses.asdict(row).items() if key not in ("form", "loss")}
