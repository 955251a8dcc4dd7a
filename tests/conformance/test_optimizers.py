"""What every optimizer owes: it learns, it takes every option, and it survives its config."""

import keras
import numpy as np
import pytest

from kit import optimizers


def learned(optimizer):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(64, 4)).astype("float32")
    y = x @ np.array([[1.0], [-2.0], [0.5], [0.0]], "float32")
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(8, "tanh"), keras.layers.Dense(1)])
    eager = keras.backend.backend() == "tensorflow"  # tracing takes longer than these few steps
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=eager)
    return model.fit(x, y, epochs=5, batch_size=16, verbose=0).history["loss"]


@pytest.mark.parametrize("name", optimizers.names())
def test_the_loss_falls(name):
    losses = learned(optimizers.get(name))
    assert np.isfinite(losses).all() and losses[-1] < losses[0]


@pytest.mark.parametrize("name", optimizers.names())
def test_it_learns_with_every_option(name):
    losses = learned(optimizers.get(name, weight_decay=1e-4, clipnorm=1.0, average=True, accumulate=2))
    assert np.isfinite(losses).all() and losses[-1] < losses[0]


@pytest.mark.parametrize("name", optimizers.names())
def test_it_survives_its_config(name):
    optimizer = optimizers.get(name, 0.125, clipnorm=1.0)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(optimizer))
    assert type(again) is type(optimizer)
    assert float(again.learning_rate) == 0.125 and again.clipnorm == 1.0
