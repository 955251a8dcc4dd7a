"""Tiny estimators, and steps that are not traced: a trace costs more than all the steps of a tiny fit."""

import keras
import pytest

import kit

TINY = {"width": 16, "depth": 1, "dropout": 0.0, "learning_rate": 0.05, "epochs": 12, "random_state": 0}


@pytest.fixture(autouse=True)
def untraced():
    if keras.backend.backend() != "tensorflow":
        yield
        return
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture
def classifier():
    return kit.KitClassifier(**TINY)


@pytest.fixture
def regressor():
    return kit.KitRegressor(**TINY)
