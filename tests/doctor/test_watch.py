"""The callback: what goes wrong in training is said while it goes wrong."""

import keras
import numpy as np
import pytest
from keras import layers

import kit
from kit.doctor import toys

X = toys.numbers(320)


def watched(model, y, epochs=2, x=X, **settings):
    watch = kit.doctor.Watch(x, verbose=0)
    model.fit(x, y, epochs=epochs, batch_size=4, verbose=0, callbacks=[watch], **settings)
    return {finding.rule: finding for finding in watch.findings}


def test_a_loss_that_is_not_finite_is_told_with_its_layer():
    optimizer = keras.optimizers.SGD(1e30)
    model = toys.stack(
        [keras.Input((4,)), layers.Dense(8, name="hidden"), layers.Dense(1)], optimizer=optimizer
    )
    found = watched(model, X[:, :1], epochs=1)["not_finite"]
    assert found.severity == "error" and "epoch 1, step" in found.evidence


def test_a_loss_below_zero_is_told():
    model = toys.model(1, "sigmoid", "binary_crossentropy")
    model.optimizer.learning_rate = 0.05
    assert "negative_loss" in watched(model, 1 + toys.classes(2, 320))


def test_a_loss_that_stays_at_ln_c_is_told():
    silent = layers.Dense(3, "softmax", kernel_initializer="zeros", trainable=False)
    model = toys.stack([keras.Input((4,)), layers.Dense(4), silent], "sparse_categorical_crossentropy")
    found = watched(model, toys.classes(3, 320), epochs=1)
    assert "ln 3" in found["stays_at_ln_c"].evidence
    assert "one_class_only" in found


def test_dead_units_are_told_with_their_share():
    bias = keras.initializers.Constant(-99.0)
    dead = layers.Dense(8, activation="relu", bias_initializer=bias, name="dead")
    found = watched(toys.stack([keras.Input((4,)), dead, layers.Dense(1)]), X[:, :1], epochs=1)["dead_units"]
    assert found.where == "layer 'dead'" and found.evidence.startswith("100%")


def test_the_epoch_at_which_overfitting_began_is_told():
    keras.utils.set_random_seed(0)
    noise = toys.numbers(48, 20, 1)
    layers_ = [keras.Input((20,)), layers.Dense(64, activation="relu"), layers.Dense(2, activation="softmax")]
    model = toys.stack(layers_, "sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.02))
    x, y = noise[:32], toys.classes(2, 32)
    valid = (noise[32:], toys.classes(2, 16))
    watch = kit.doctor.Watch(verbose=0)
    history = model.fit(x, y, epochs=12, verbose=0, validation_data=valid, callbacks=[watch]).history
    (found,) = [each for each in watch.findings if each.rule == "overfitting"]
    assert found.where.startswith("from epoch ")
    assert int(found.where.split()[-1]) <= int(np.argmin(history["val_loss"])) + 2


def test_first_layers_that_hardly_move_are_told():
    deep = [layers.Dense(4, activation="sigmoid") for _ in range(12)]
    model = toys.stack([keras.Input((4,)), *deep, layers.Dense(1)], optimizer=keras.optimizers.SGD(0.01))
    assert "first_layers_stand_still" in watched(model, X[:, :1] + 3, epochs=1)


def test_healthy_training_is_left_alone(capsys):
    model = toys.model(1, "sigmoid", "binary_crossentropy", hidden=16)
    assert not watched(model, (X[:, :1] > 0).astype("float32"), epochs=3)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("verbose", [0, 1])
def test_a_finding_is_said_once_on_stderr(verbose, capsys):
    model = toys.model(1, "sigmoid", "binary_crossentropy")
    model.optimizer.learning_rate = 0.05
    watch = kit.doctor.Watch(verbose=verbose)
    model.fit(X, 1 + toys.classes(2, 320), epochs=4, batch_size=4, verbose=0, callbacks=[watch])
    assert capsys.readouterr().err.count("negative_loss") == verbose
