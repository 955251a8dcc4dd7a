"""Keras' own metrics, each for the one kind of output and target that it is right for."""

import keras

from kit.metrics import METRICS


@METRICS.register("binary_accuracy")
def binary_accuracy(threshold=0.5):
    """Share of right decisions; probabilities against 0/1, also for several labels."""
    return keras.metrics.BinaryAccuracy(threshold=threshold, name="accuracy")


@METRICS.register("sparse_accuracy")
def sparse_accuracy():
    """Share of right decisions; outputs (N, C) against integers (N,)."""
    return keras.metrics.SparseCategoricalAccuracy(name="accuracy")


@METRICS.register("one_hot_accuracy")
def one_hot_accuracy():
    """Share of right decisions; outputs (N, C) against rows (N, C)."""
    return keras.metrics.CategoricalAccuracy(name="accuracy")


@METRICS.register("mae")
def mae():
    """Mean absolute error in the targets' units."""
    return keras.metrics.MeanAbsoluteError(name="mae")


@METRICS.register("rmse")
def rmse():
    """Root of the mean squared error in the targets' units."""
    return keras.metrics.RootMeanSquaredError(name="rmse")
