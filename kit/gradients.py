"""Gradients on any backend and paths of optimizers: to look at, not to train by."""

import keras
import numpy as np
from keras import ops

_NEAR = 1e-5  # distance of the two points of a difference, half of it


def of_weights(model, x, y, loss=None):
    """The gradient of the loss on one batch, for each trainable weight; the model stays as it is.

    The first velocity of gradient descent with momentum, at learning rate 1, is minus the gradient,
    without rounding. So the gradient is had through Keras alone, whatever the backend.

    Args:
        model: a built `keras.Model`.
        x: inputs of the batch, as `fit` takes them.
        y: its targets.
        loss: a loss as `compile` takes it; None for the one that the model was compiled with.

    Returns:
        dict, the path of each weight, such as "sequential/dense/kernel", to an array of its shape.

    Example:
        >>> model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, kernel_initializer="zeros")])
        >>> found = of_weights(model, np.array([[2.0]]), np.array([[3.0]]), "mse")
        >>> [each.ravel().tolist() for each in found.values()]  # -2 error x, and -2 error
        [[-12.0], [-6.0]]
    """
    twin, before = _twin(model), model.get_weights()
    descent = keras.optimizers.SGD(1.0, momentum=0.5)
    twin.compile(descent, loss or model.loss, run_eagerly=True, jit_compile=False)
    twin.train_on_batch(x, y)
    model.set_weights(before)
    found = zip(twin.trainable_variables, descent.momentums, strict=True)
    return {variable.path: 0.0 - ops.convert_to_numpy(velocity) for variable, velocity in found}


def of_function(function, x):
    """The gradient of the sum of a function's values; of an elementwise function, its derivative everywhere.

    Args:
        function: tensor -> tensor; one that makes weights is given as a model that has them.
        x: array of float32, first axis: points.

    Returns:
        float32 array of the shape of `x`; 0 where the backend sees no way from `x` to the values.

    Example:
        >>> of_function(ops.tanh, np.zeros(3)).tolist()
        [1.0, 1.0, 1.0]
    """
    points = np.asarray(x, "float32")
    inputs = keras.Input(batch_shape=(len(points), 1))
    model = keras.Model(inputs, _Applied(function, points)(inputs))
    blank = np.zeros((len(points), 1), "float32")
    (found, *_) = of_weights(model, blank, blank, _Sum()).values()  # the points come first
    return found


def of_surface(surface, point):
    """The gradient of a NumPy function at a point, by central differences in float64.

    Args:
        surface: function of one number for each coordinate -> number.
        point: (D,) coordinates.

    Returns:
        (D,) array.

    Example:
        >>> of_surface(lambda x, y: x * y, (2.0, 5.0)).round(6).tolist()
        [5.0, 2.0]
    """
    point = np.asarray(point, "float64")
    steps = _NEAR * np.eye(len(point))
    return np.array([surface(*(point + step)) - surface(*(point - step)) for step in steps]) / (2 * _NEAR)


def path(surface, optimizer, start, steps):
    """The points that an optimizer passes on its way down a surface.

    Args:
        surface: function of one number for each coordinate -> number.
        optimizer: a fresh `keras.optimizers.Optimizer`.
        start: (D,) coordinates.
        steps: number of steps.

    Returns:
        (steps + 1, D) array, the start included.

    Example:
        >>> path(lambda x: x**2, keras.optimizers.SGD(0.25), [8.0], 3).ravel().tolist()
        [8.0, 4.0, 2.0, 1.0]
    """
    point = keras.Variable(np.asarray(start, "float32"))
    optimizer.build([point])
    passed = [ops.convert_to_numpy(point).copy()]
    for _ in range(steps):
        slope = of_surface(surface, passed[-1])
        optimizer.apply([ops.convert_to_tensor(slope.astype("float32"))], [point])
        passed.append(ops.convert_to_numpy(point).copy())
    return np.array(passed)


def _twin(model):
    """The same layers and variables as a model of its own, to be compiled anew."""
    given = getattr(model, "_inputs_struct", None)  # a Sequential has none
    inputs, outputs = model.inputs, model.outputs
    return keras.Model(
        (inputs[0] if len(inputs) == 1 else inputs) if given is None else given,
        outputs[0] if len(outputs) == 1 else outputs,
    )


class _Applied(keras.layers.Layer):
    """The values of a function at points, which are its weight, whatever comes in."""

    def __init__(self, function, points):
        super().__init__()
        self.function = function
        self.points = self.add_weight(
            shape=points.shape, initializer=lambda shape, dtype=None: ops.convert_to_tensor(points)
        )

    def call(self, inputs):
        points = ops.convert_to_tensor(self.points)
        return self.function(points) + 0 * ops.sum(points)  # without a gradient, as a step, it has 0


class _Sum(keras.losses.Loss):
    """The sum of all outputs, whatever the targets."""

    def __init__(self):
        super().__init__(reduction="sum")

    def call(self, y_true, y_pred):
        return y_pred
