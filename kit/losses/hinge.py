"""Hinge losses: nothing to pay beyond a margin of 1 on the right side."""

import keras
from keras import ops

from kit.losses.shapes import check_same
from kit.match import matches

_WHY = "A margin needs an output without bounds and targets -1 and +1; a sigmoid never reaches it"


@matches(
    "binary",
    "hinge",
    units="1",
    activation="linear",
    code="sign",
    decide="sign",
    metrics=("sign_accuracy",),
    bias="zero",
    why=_WHY,
)
@keras.saving.register_keras_serializable(package="kit")
class Hinge(keras.losses.Loss):
    """max(0, 1 - t x).

    Call arguments:
        y_true: (batch, 1), -1 or +1.
        y_pred: (batch, 1), any number.

    Returns:
        (batch,), no unit, 0 or more.

    Raises:
        ValueError: if the shapes differ.

    Source: Cortes and Vapnik 1995, Support-Vector Networks.

    Example:
        >>> float(Hinge()(np.array([[-1.0]]), np.array([[0.25]])))
        1.25
    """

    def __init__(self, name="hinge", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        return ops.mean(ops.relu(1 - ops.cast(y_true, y_pred.dtype) * y_pred), axis=-1)


@matches(
    "binary",
    "squared_hinge",
    units="1",
    activation="linear",
    code="sign",
    decide="sign",
    metrics=("sign_accuracy",),
    bias="zero",
    why=_WHY,
)
@keras.saving.register_keras_serializable(package="kit")
class SquaredHinge(keras.losses.Loss):
    """max(0, 1 - t x) squared: smooth at the margin, hard on what is far on the wrong side.

    Call arguments, returns and errors: as `Hinge`.

    Source: Lee and Mangasarian 2001, SSVM: A Smooth Support Vector Machine.

    Example:
        >>> float(SquaredHinge()(np.array([[-1.0]]), np.array([[0.5]])))
        2.25
    """

    def __init__(self, name="squared_hinge", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        return ops.mean(ops.relu(1 - ops.cast(y_true, y_pred.dtype) * y_pred) ** 2, axis=-1)


@matches(
    "multiclass",
    "categorical_hinge",
    units="classes",
    activation="linear",
    code="one_hot",
    decide="largest_score",
    metrics=("one_hot_accuracy",),
    bias="zero",
    why="The right class has to lead the best wrong one by a margin of 1; that needs outputs without bounds",
)
@keras.saving.register_keras_serializable(package="kit")
class CategoricalHinge(keras.losses.Loss):
    """max(0, 1 + best wrong output - right output).

    Keras' own counts a wrong output below 0 as 0, so a lead of 1 below 0 is not enough there.

    Call arguments:
        y_true: (batch, classes), one 1 a row.
        y_pred: (batch, classes), any numbers.

    Returns:
        (batch,), no unit, 0 or more.

    Raises:
        ValueError: if the shapes differ.

    Source: Crammer and Singer 2001, On the Algorithmic Implementation of Multiclass
    Kernel-based Vector Machines.

    Example:
        >>> float(CategoricalHinge()(np.array([[0.0, 1.0]]), np.array([[0.5, 1.0]])))
        0.5
    """

    def __init__(self, name="categorical_hinge", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        right = ops.sum(y_true * y_pred, axis=-1)
        wrong = ops.max(ops.where(y_true > 0.5, -1e9, y_pred), axis=-1)
        return ops.relu(1 + wrong - right)
