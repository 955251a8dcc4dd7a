"""Activations: values by hand, plain Keras files, and output activations that keep their promise."""

import math

import keras
import numpy as np
import pytest

from kit import activations
from kit.errors import KitError

X = np.array([[-3.0, -0.5, 0.0, 0.5, 3.0]], "float32")
ERF = np.vectorize(math.erf)
SOFTPLUS = np.log1p(np.exp(X))
FORMULAS = {
    "relu": np.maximum(X, 0),
    "leaky_relu": np.where(X > 0, X, 0.1 * X),
    "prelu": np.where(X > 0, X, 0.25 * X),
    "elu": np.where(X > 0, X, np.expm1(X)),
    "selu": 1.05070098 * np.where(X > 0, X, 1.67326324 * np.expm1(X)),
    "gelu": X * 0.5 * (1 + ERF(X / np.sqrt(2))),
    "swish": X / (1 + np.exp(-X)),
    "mish": X * np.tanh(SOFTPLUS),
    "tanh": np.tanh(X),
    "sigmoid": 1 / (1 + np.exp(-X)),
    "linear": X,
}


def applied(name, shape=(5,)):
    inputs = keras.Input(shape)
    return keras.Model(inputs, activations.get(name)(inputs))


def output(name, units, **sizes):
    inputs = keras.Input((units,))
    return keras.Model(inputs, activations.output(name, inputs, **sizes))


def values(model, x):
    return keras.ops.convert_to_numpy(model(np.asarray(x, "float32")))


def test_every_activation_has_a_formula_here():
    assert set(activations.names()) == set(FORMULAS)


def test_gelu_is_the_exact_one_or_within_a_thousandth():
    np.testing.assert_allclose(values(applied("gelu"), X), FORMULAS["gelu"], atol=1e-3)


@pytest.mark.parametrize("name", sorted(set(FORMULAS) - {"gelu"}))
def test_values_are_those_of_the_formula(name):
    np.testing.assert_allclose(values(applied(name), X), FORMULAS[name], atol=1e-5)


@pytest.mark.parametrize("name", FORMULAS)
def test_an_initializer_fits_every_activation(name):
    assert keras.initializers.get(activations.initializer(name)) is not None


def test_prelu_learns_one_slope_a_channel():
    assert [tuple(weight.shape) for weight in applied("prelu", (8, 8, 3)).weights] == [(1, 1, 3)]
    assert [tuple(weight.shape) for weight in applied("prelu", (5,)).weights] == [(5,)]


def test_two_uses_of_prelu_learn_apart():
    inputs = keras.Input((5,))
    x = activations.get("prelu")(activations.get("prelu")(inputs))
    assert len(keras.Model(inputs, x).weights) == 2


@pytest.mark.parametrize("name", FORMULAS)
def test_a_file_opens_with_keras_alone_and_answers_equally(name, tmp_path):
    model = applied(name)
    model.save(tmp_path / "m.keras")
    opened = keras.models.load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(values(opened, X), values(model, X))


def test_an_unknown_activation_names_the_nearest():
    with pytest.raises(KitError, match="Did you mean 'swish'"):
        activations.get("swihs")


def test_softmax_rows_sum_to_1():
    np.testing.assert_allclose(values(output("softmax", 3), [[100.0, 0.0, -100.0]]).sum(), 1, rtol=1e-6)


def test_quantiles_rise_whatever_the_network_says():
    x = np.random.default_rng(0).normal(0, 20, (50, 6))
    levels = values(output("quantiles", 6, targets=2, quantiles=3), x).reshape(50, 2, 3)
    assert (np.diff(levels, axis=2) >= 0).all()
    np.testing.assert_allclose(levels[:, 1, 0], x[:, 3], rtol=1e-5)
    np.testing.assert_allclose(
        levels[:, 0, 1] - levels[:, 0, 0], np.logaddexp(0, x[:, 1]), rtol=1e-4, atol=1e-5
    )


def test_a_gaussian_spread_is_never_0():
    pairs = values(output("gaussian", 4, targets=2, quantiles=3), [[5.0, -200.0, -5.0, 1.0]])
    np.testing.assert_allclose(pairs, [[5.0, 1e-3, -5.0, np.log1p(np.e) + 1e-3]], rtol=1e-4)


OUTPUTS = {"quantiles": {"targets": 2, "quantiles": 2}, "gaussian": {"targets": 2, "quantiles": 2}}


@pytest.mark.parametrize("name", activations.OUTPUTS.names())
def test_outputs_are_float32_and_their_file_opens_with_keras_alone(name, tmp_path):
    if name in ("boxes", "binned_boxes", "anchored_boxes", "regions"):
        pytest.skip("of places, not of units: tests/test_places.py, tests/test_regions.py")
    model, x = output(name, 4, **OUTPUTS.get(name, {})), [[0.5, -1.0, 2.0, 0.1]]
    assert model.output.dtype == "float32" and model.output_shape == (None, 4)
    model.save(tmp_path / "m.keras")
    opened = keras.models.load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(values(opened, x), values(model, x))
