"""FlatAdam and FlatAdamW: step for step the weights of Keras' own classes."""

import keras
import numpy as np
import pytest

from kit import flat_adam

PAIRS = {
    "adam": (flat_adam.FlatAdam, keras.optimizers.Adam, {}),
    "adamw": (flat_adam.FlatAdamW, keras.optimizers.AdamW, {"weight_decay": 0.05}),
    "clipped": (flat_adam.FlatAdamW, keras.optimizers.AdamW, {"clipnorm": 0.01}),
    "averaged": (flat_adam.FlatAdamW, keras.optimizers.AdamW, {"use_ema": True, "ema_momentum": 0.8}),
    "accumulated": (flat_adam.FlatAdam, keras.optimizers.Adam, {"gradient_accumulation_steps": 2}),
}


def trained(optimizer, steps=7, exclude=None):
    """Weights and averages after some epochs of the same model on the same data."""
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(24, 5)).astype("float32"), rng.normal(size=(24, 1)).astype("float32")
    layers = [keras.layers.Dense(6, activation="relu"), keras.layers.BatchNormalization()]
    model = keras.Sequential([keras.Input((5,)), *layers, keras.layers.Dense(1)])
    if exclude:
        optimizer.exclude_from_weight_decay(var_names=[exclude])
    model.compile(optimizer, "mse")
    for _ in range(steps):
        model.train_on_batch(x, y)
    averages = getattr(optimizer, "_model_variables_moving_average", [])
    return [keras.ops.convert_to_numpy(each) for each in (*model.trainable_variables, *averages)]


@pytest.mark.parametrize("name", PAIRS)
def test_every_step_is_that_of_keras(name):
    own, stock, options = PAIRS[name]
    for flat, known in zip(trained(own(0.02, **options)), trained(stock(0.02, **options)), strict=True):
        np.testing.assert_allclose(flat, known, rtol=2e-5, atol=2e-6)


def test_weights_that_are_not_to_decay_do_not():
    options = {"weight_decay": 0.5}
    own = trained(flat_adam.FlatAdamW(0.02, **options), exclude="bias")
    stock = trained(keras.optimizers.AdamW(0.02, **options), exclude="bias")
    for flat, known in zip(own, stock, strict=True):
        np.testing.assert_allclose(flat, known, rtol=2e-5, atol=2e-6)


def test_a_large_network_keeps_keras_own_way(monkeypatch):
    monkeypatch.setattr(flat_adam, "MOST", 10)
    optimizer = flat_adam.FlatAdamW(0.02)
    weights = trained(optimizer)
    assert not optimizer.is_flat and len(optimizer.variables) > 2 * 6
    for own, known in zip(weights, trained(keras.optimizers.AdamW(0.02)), strict=True):
        np.testing.assert_array_equal(own, known)


def test_a_single_variable_is_moved_as_by_keras():
    def moved(optimizer):
        variable = keras.Variable(np.ones((2, 1), "float32"))
        optimizer.build([variable])
        for slope in ([[1.0], [-3.0]], [[0.5], [2.0]]):
            optimizer.apply([keras.ops.convert_to_tensor(slope)], [variable])
        return keras.ops.convert_to_numpy(variable)

    np.testing.assert_allclose(
        moved(flat_adam.FlatAdam(0.1)), moved(keras.optimizers.Adam(0.1)), rtol=2e-5, atol=2e-6
    )


def test_a_weight_without_a_gradient_stays():
    optimizer = flat_adam.FlatAdam(0.1)
    first, second = keras.Variable(np.ones(3, "float32")), keras.Variable(np.ones(2, "float32"))
    optimizer.build([first, second])
    with pytest.warns(UserWarning, match="Gradients do not exist"):
        optimizer.apply([None, keras.ops.ones(2)], [first, second])
    assert keras.ops.convert_to_numpy(first).tolist() == [1, 1, 1]
    assert (keras.ops.convert_to_numpy(second) < 1).all()


def test_it_comes_back_from_its_config():
    optimizer = flat_adam.FlatAdamW(0.003, weight_decay=0.02, use_ema=True)
    stored = keras.saving.serialize_keras_object(optimizer)
    again = keras.saving.deserialize_keras_object(stored)
    assert type(again) is flat_adam.FlatAdamW and again.get_config() == optimizer.get_config()
