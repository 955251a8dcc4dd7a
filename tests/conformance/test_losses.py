"""What every loss of the match table owes: shapes, gradients, files, and the same numbers everywhere.

Each number is compared with a NumPy formula, so both backends are pinned to the same ones.
"""

import keras
import numpy as np
import pytest

from kit import codecs, match

ROWS = [
    row for row in match.table() if row.form not in (*match.MASKS, "image", "boxes")
]  # others: test_map_losses, test_box_losses
SIZES = {"classes": 3, "labels": 3, "targets": 2, "quantiles": 3}
OPTIONS = {"bounds": (0.0, 10.0), "quantiles": (0.1, 0.5, 0.9)}
rows = pytest.mark.parametrize("row", ROWS, ids=str)


def sizes_of(row):
    return {**SIZES, "classes": 2 if row.form == "binary" else 3}


def example(row, count=6, seed=0):
    """Targets and outputs that the row allows."""
    rng = np.random.default_rng(seed)
    sizes = sizes_of(row)
    logits = rng.normal(size=(count, match.units(row, sizes)))
    if row.form == "numeric":
        names, labels = ("a", "b"), rng.integers(1, 9, (count, 2)).astype("float64")
    elif row.form == "multilabel":
        names, labels = (0, 1, 2), rng.integers(0, 2, (count, 3))
    else:
        names = tuple(range(sizes["classes"]))
        labels = rng.permutation(np.arange(count) % len(names))
    bounds = OPTIONS["bounds"] if row.code == "bounded" else None
    return codecs.get(row.code).encode(labels, names, bounds=bounds), outputs_of(row, logits)


def outputs_of(row, logits):
    if row.activation == "sigmoid":
        p = 1 / (1 + np.exp(-logits))
        return 10 * p if row.form == "numeric" else p
    if row.activation == "softmax":
        return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    if row.activation in ("softplus", "exponential", "gaussian"):
        return np.log1p(np.exp(logits)) + 0.1
    if row.activation == "quantiles":
        return np.sort(logits.reshape(-1, 2, 3), axis=2).reshape(len(logits), -1)
    return logits


def bce(t, p):
    return -(t * np.log(p) + (1 - t) * np.log(1 - p))


def rise(t, p, k):
    return t[:, :, None], p.reshape(len(p), t.shape[1], k)


def pinball(t, p):
    t, p = rise(t, p, 3)
    q = np.array(OPTIONS["quantiles"])
    return np.maximum(q * (t - p), (q - 1) * (t - p)).mean((1, 2))


def gaussian(t, p):
    t, p = rise(t, p, 2)
    mean, sigma = p[:, :, :1], p[:, :, 1:]
    return (np.log(sigma) + ((t - mean) / sigma) ** 2 / 2 + np.log(2 * np.pi) / 2).mean((1, 2))


def margin(t, p):
    wrong = np.where(t > 0, -np.inf, p).max(1)
    return np.maximum(0, 1 + wrong - (t * p).sum(1))


def chosen(t, p):
    return p[np.arange(len(p)), t.astype(int)]


def focal_binary(t, p):
    q = t * p + (1 - t) * (1 - p)
    return ((1 - q) ** 2 * -np.log(q)).mean(1)


FORMULAS = {
    ("binary", "crossentropy"): lambda t, p: bce(t, p).mean(1),
    ("multilabel", "crossentropy"): lambda t, p: bce(t, p).mean(1),
    ("multiclass", "crossentropy"): lambda t, p: -np.log(chosen(t, p)),
    ("multiclass", "categorical_crossentropy"): lambda t, p: -(t * np.log(p)).sum(1),
    ("multiclass", "categorical_hinge"): margin,
    ("binary", "hinge"): lambda t, p: np.maximum(0, 1 - t * p).mean(1),
    ("binary", "squared_hinge"): lambda t, p: (np.maximum(0, 1 - t * p) ** 2).mean(1),
    ("binary", "focal"): focal_binary,
    ("multilabel", "focal"): focal_binary,
    ("multiclass", "focal"): lambda t, p: (1 - chosen(t, p)) ** 2 * -np.log(chosen(t, p)),
    ("binary", "kl"): lambda t, p: -(t * np.log(p)).sum(1),  # hard rows: their entropy is 0
    ("multiclass", "kl"): lambda t, p: -(t * np.log(p)).sum(1),
    ("binary", "ordinal"): lambda t, p: bce(t, p).mean(1),
    ("multiclass", "ordinal"): lambda t, p: bce(t, p).mean(1),
    ("numeric", "mse"): lambda t, p: ((t - p) ** 2).mean(1),
    ("numeric", "positive"): lambda t, p: ((t - p) ** 2).mean(1),
    ("numeric", "bounded"): lambda t, p: (((t - p) / 10) ** 2).mean(1),
    ("numeric", "mae"): lambda t, p: abs(t - p).mean(1),
    ("numeric", "huber"): lambda t, p: np.where(abs(t - p) <= 1, (t - p) ** 2 / 2, abs(t - p) - 0.5).mean(1),
    ("numeric", "log_cosh"): lambda t, p: np.log(np.cosh(t - p)).mean(1),
    ("numeric", "poisson"): lambda t, p: (p - t * np.log(p)).mean(1),
    ("numeric", "quantile"): pinball,
    ("numeric", "gaussian"): gaussian,
}


def loss_of(row):
    scale = {"range": (10.0, 10.0), "none": None}.get(row.scale, (1.0, 1.0))
    return match.make_loss(row, OPTIONS, mean=scale, scale=scale)


def logits_model(row):
    """Logits as inputs, the row's own output activation, as a head has it."""
    from kit import activations

    sizes = sizes_of(row)
    inputs = keras.Input((match.units(row, sizes),))
    outputs = activations.output(row.activation, inputs, targets=2, quantiles=3)
    return keras.Model(inputs, keras.layers.Rescaling(10.0)(outputs) if row.scale == "range" else outputs)


def of_logits(row, targets):
    """Function: logits -> the loss through the row's activation."""
    model, loss = logits_model(row), loss_of(row)
    return lambda logits: loss(targets, model(logits))


def test_every_row_has_a_formula_here():
    assert {(row.form, row.loss) for row in ROWS} == set(FORMULAS)


@rows
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_loss_is_its_formula(row, dtype):
    targets, outputs = example(row)
    by_hand = FORMULAS[row.form, row.loss](targets.astype("float64"), outputs)
    given = targets if targets.dtype == "int32" else targets.astype(dtype)
    assert float(loss_of(row)(given, outputs.astype(dtype))) == pytest.approx(by_hand.mean(), rel=2e-4)


@rows
def test_each_sample_has_its_own_number_and_its_weight_counts(row):
    targets, outputs = example(row)
    by_hand = FORMULAS[row.form, row.loss](targets.astype("float64"), outputs)
    weight = np.array([0.0, 1.0, 2.0, 0.0, 0.5, 1.0])
    assert float(loss_of(row)(targets, outputs, sample_weight=weight)) == pytest.approx(
        (by_hand * weight).mean(), rel=2e-4
    )


@rows
def test_nothing_is_broadcast(row):
    targets, outputs = example(row)
    wrong = targets[:, None] if targets.ndim == 1 else np.concatenate([targets, targets], axis=1)
    with pytest.raises(ValueError, match="shape"):
        loss_of(row)(wrong, outputs)
    if targets.ndim == 2 and targets.shape[1] > 1:
        with pytest.raises(ValueError, match="shape"):
            loss_of(row)(targets[:, :1], outputs)
    if targets.ndim == 2:
        with pytest.raises(ValueError, match="shape"):
            loss_of(row)(targets[:, 0], outputs)


@rows
def test_a_loss_survives_its_config(row):
    loss, (targets, outputs) = loss_of(row), example(row)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert type(again) is type(loss)
    assert float(again(targets, outputs)) == pytest.approx(float(loss(targets, outputs)), rel=1e-6)


@rows
def test_a_step_against_the_gradient_lowers_the_loss(toys, row):
    model, (targets, _) = logits_model(row), example(row)
    logits = np.random.default_rng(1).normal(size=(6, model.input_shape[1]))
    slope = toys.slope(of_logits(row, targets), logits.astype("float32"))
    assert np.isfinite(slope).all() and np.abs(slope).sum() > 0
    before, after = (
        float(loss_of(row)(targets, model(np.asarray(x, "float32")))) for x in (logits, logits - 0.01 * slope)
    )
    assert after < before


PROBABLE = [row for row in ROWS if row.activation in ("sigmoid", "softmax") and row.form != "numeric"]


@pytest.mark.parametrize("row", PROBABLE, ids=str)
@pytest.mark.parametrize("size", [0.0, 5.0, 15.0])
def test_a_wrong_sample_still_has_a_gradient(toys, row, size):
    targets, _ = example(row)
    units = match.units(row, sizes_of(row))
    if targets.ndim == 2:
        logits = (
            np.where(targets > 0.5, -size, size) if row.activation == "sigmoid" else -size * (targets > 0.5)
        )
    else:
        logits = -size * np.eye(units)[targets]
    slope = toys.slope(of_logits(row, targets), logits.astype("float32"))
    assert np.isfinite(slope).all()
    assert (np.abs(slope).max(axis=1) > 1e-3).all()
