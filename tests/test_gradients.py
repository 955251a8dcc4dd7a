"""Gradients without a backend's own tools: against formulas, SciPy's functions and Keras' own steps."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy import special

from kit import gradients


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Dense(4, activation="tanh", name="hidden"),
        keras.layers.Dense(2, activation="softmax", name="last"),
    ]
    model = keras.Sequential([keras.Input((3,)), *layers], name="sequential")
    model.compile("adam", "sparse_categorical_crossentropy")
    return model


def test_gradients_of_weights_are_those_of_differences(model, rng):
    x, y = rng.normal(size=(6, 3)).astype("float32"), np.array([0, 1, 1, 0, 1, 0])
    w1, b1, w2, b2 = (each.astype("float64") for each in model.get_weights())

    def loss(w1):
        scores = np.tanh(x.astype("float64") @ w1 + b1) @ w2 + b2
        return -special.log_softmax(scores, axis=1)[np.arange(6), y].mean()

    found = gradients.of_weights(model, x, y)
    for place in np.ndindex(w1.shape):
        step = np.zeros_like(w1)
        step[place] = 1e-6
        slope = (loss(w1 + step) - loss(w1 - step)) / 2e-6
        assert found["sequential/hidden/kernel"][place] == pytest.approx(slope, abs=1e-6)


def test_the_model_stays_as_it_was(model):
    before, optimizer = model.get_weights(), model.optimizer
    gradients.of_weights(model, np.ones((2, 3)), np.array([0, 1]))
    assert all(np.array_equal(a, b) for a, b in zip(before, model.get_weights(), strict=True))
    assert model.optimizer is optimizer and model.loss == "sparse_categorical_crossentropy"


def test_inputs_by_name_and_another_loss_are_taken():
    named = {"a": keras.Input((2,), name="a"), "b": keras.Input((2,), name="b")}
    total = keras.layers.Add()(list(named.values()))
    model = keras.Model(named, keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(total))
    x = {"a": np.array([[1.0, 2.0]]), "b": np.array([[3.0, 4.0]])}
    (found,) = gradients.of_weights(model, x, np.array([[1.0]]), "mse").values()
    np.testing.assert_allclose(found, [[-2 * 4.0], [-2 * 6.0]])  # -2 (t - 0) x


@pytest.mark.parametrize(
    ("function", "slope"),
    [
        (ops.sigmoid, lambda x: special.expit(x) * special.expit(-x)),
        (lambda x: ops.sign(x), lambda x: 0 * x),
        (lambda x: ops.cast(x > 0, "float32"), lambda x: 0 * x),  # the backend sees no way at all
    ],
)
def test_the_slope_of_a_function_is_known_at_every_point(function, slope):
    x = np.array([-3.0, -0.5, 0.25, 2.0])
    np.testing.assert_allclose(gradients.of_function(function, x), slope(x), atol=1e-6)


def test_each_point_of_a_function_of_rows_has_its_own_gradient():
    found = gradients.of_function(lambda x: x[:, 0] * x[:, 1], np.array([[2.0, 5.0], [1.0, -3.0]]))
    np.testing.assert_allclose(found, [[5, 2], [-3, 1]])


def test_a_path_is_that_of_the_rule_of_momentum():
    place, velocity, by_hand = np.array([3.0, -1.0]), np.zeros(2), [[3.0, -1.0]]
    for _ in range(5):
        velocity = 0.5 * velocity - 0.1 * np.array([2 * place[0], 8 * place[1]])
        place = place + velocity
        by_hand.append(place)
    descent = keras.optimizers.SGD(0.1, momentum=0.5)
    found = gradients.path(lambda x, y: x**2 + 4 * y**2, descent, [3.0, -1.0], 5)
    np.testing.assert_allclose(found, by_hand, atol=1e-5)
