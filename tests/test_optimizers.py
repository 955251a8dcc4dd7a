"""Optimizers by name: options reach Keras, and those that do not fit are refused."""

import keras
import numpy as np
import pytest

from kit import optimizers
from kit.errors import KitError

NAMES = ["adagrad", "adam", "adamw", "lion", "muon", "nadam", "rmsprop", "sgd"]


def test_all_are_there():
    assert optimizers.names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_learning_rate_is_the_users_or_its_own(name):
    assert float(optimizers.get(name, 0.125).learning_rate) == 0.125
    assert float(optimizers.get(name).learning_rate) == pytest.approx(
        optimizers.OPTIMIZERS.get(name).learning_rate
    )


def test_sgd_takes_momentum_and_nesterov():
    optimizer = optimizers.get("sgd", 0.1, momentum=0.5, nesterov=False)
    assert (optimizer.momentum, optimizer.nesterov) == (0.5, False)


@pytest.mark.parametrize("name", NAMES)
def test_options_of_all_reach_keras(name):
    optimizer = optimizers.get(name, weight_decay=0.01, clipnorm=1.0, average=True, accumulate=4)
    assert (optimizer.weight_decay, optimizer.clipnorm, optimizer.use_ema) == (0.01, 1.0, True)
    assert optimizer.gradient_accumulation_steps == 4


def test_accumulating_one_batch_is_not_accumulating():
    assert optimizers.get("adam", accumulate=1).gradient_accumulation_steps is None


def test_an_option_that_an_optimizer_lacks_names_those_that_have_it():
    with pytest.raises(KitError, match="'adam' takes no momentum") as error:
        optimizers.get("adam", momentum=0.9)
    assert "rmsprop, sgd" in str(error.value)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan")])
def test_a_rate_that_is_not_above_0_is_refused(rate):
    with pytest.raises(KitError, match="learning_rate"):
        optimizers.get("adam", rate)


def test_an_unknown_optimizer_names_the_nearest():
    with pytest.raises(KitError, match="Did you mean 'adamw'"):
        optimizers.get("adamww")


def test_one_step_of_plain_sgd_is_the_one_by_hand():
    weight = keras.Variable(np.array([1.0, 2.0], "float32"))
    optimizers.get("sgd", 0.1, momentum=0.0, nesterov=False).apply([keras.ops.array([1.0, -2.0])], [weight])
    np.testing.assert_allclose(keras.ops.convert_to_numpy(weight.value), [0.9, 2.2], rtol=1e-6)


@pytest.mark.parametrize(
    "option", [{"weight_decay": -1}, {"clipnorm": 0}, {"clipnorm": -1}, {"momentum": 1.0}], ids=str
)
def test_options_out_of_their_range_are_refused(option):
    with pytest.raises(KitError, match=f"{next(iter(option))} is a number"):
        optimizers.get("sgd", **option)
