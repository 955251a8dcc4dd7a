"""Initial weights drawn by NumPy: the same on every backend, in any process, for any model of the same shape.

Keras draws with the generators of its backend, and only while a model is built. Here a model that has been
trained is given the weights of a new one, and a compiled program goes on being used.
"""

import keras
import numpy as np
from keras import initializers

from kit.training import rates
from kit.training.seeds import seed_generators

_WITHIN_TWO = 0.87962566103423978  # standard deviation of a normal variable that stays within two of its own


def can_reset(model):
    """Whether the initializer of every weight is known, so that `reset` can draw it."""
    return all(_initializer(layer, weight) is not None for layer, weight in _owned(model))


def draw(model, seed):
    """The initial values of `model.weights`, each from (seed, its place).

    Args:
        model: a built `keras.Model`, for which `can_reset` is true.
        seed: a whole number.

    Returns:
        A list of NumPy arrays in the order of `model.weights`.

    Example:
        >>> model = kit.build_regressor(kit.Regression(), (4,), backbone="mlp", width=8)
        >>> one, same, other = (draw(model, seed)[0] for seed in (0, 0, 1))
        >>> np.array_equal(one, same), np.array_equal(one, other)
        (True, False)
    """
    owner = {id(weight): layer for layer, weight in _owned(model)}
    values = []
    for place, weight in enumerate(model.weights):
        numbers = np.random.default_rng([seed, place])
        initializer = _initializer(owner[id(weight)], weight)
        values.append(_drawn(initializer, tuple(weight.shape), numbers).astype(weight.dtype))
    return values


def reset(model, seed):
    """Makes a trained model as good as new: weights, optimizer and random generators begin again."""
    for weight, value in zip(model.weights, draw(model, seed), strict=True):
        weight.assign(value)
    settings = {id(variable) for variable in rates.settings(model.optimizer)}
    for variable in model.optimizer.variables:
        if id(variable) not in settings:
            variable.assign(np.zeros(variable.shape, variable.dtype))
    seed_generators(model, seed)
    model.reset_metrics()


def _owned(model):
    """(layer, weight) of every weight, with the layer that made it."""
    for layer in model._flatten_layers(include_self=False):
        for weight in (*layer._trainable_variables, *layer._non_trainable_variables):
            yield layer, weight


def _initializer(layer, weight):
    names = (f"{weight.name}_initializer", "depthwise_initializer")
    found = next((getattr(layer, name) for name in names if hasattr(layer, name)), None)
    return found if isinstance(found, _KNOWN) else None


_KNOWN = (
    initializers.Constant,
    initializers.Ones,
    initializers.Orthogonal,
    initializers.RandomNormal,
    initializers.RandomUniform,
    initializers.TruncatedNormal,
    initializers.VarianceScaling,
    initializers.Zeros,
)


def _drawn(initializer, shape, numbers):
    if isinstance(initializer, initializers.VarianceScaling):
        return _scaled(initializer, shape, numbers)
    if isinstance(initializer, initializers.RandomNormal):
        return numbers.normal(initializer.mean, initializer.stddev, shape)
    if isinstance(initializer, initializers.TruncatedNormal):
        return initializer.mean + initializer.stddev * _truncated(shape, numbers)
    if isinstance(initializer, initializers.RandomUniform):
        return numbers.uniform(initializer.minval, initializer.maxval, shape)
    if isinstance(initializer, initializers.Orthogonal):
        return _orthogonal(initializer.gain, shape, numbers)
    return keras.ops.convert_to_numpy(initializer(shape))


def _scaled(initializer, shape, numbers):
    """As Keras' `VarianceScaling`: He, Glorot and LeCun are cases of it."""
    fan_in, fan_out = _fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[initializer.mode]
    spread = np.sqrt(initializer.scale / max(1.0, fan))
    if initializer.distribution == "uniform":
        return numbers.uniform(-np.sqrt(3) * spread, np.sqrt(3) * spread, shape)
    if initializer.distribution == "truncated_normal":
        return spread / _WITHIN_TWO * _truncated(shape, numbers)
    return numbers.normal(0, spread, shape)


def _fans(shape):
    """Inputs and outputs of each unit of a kernel."""
    if len(shape) < 2:
        return (shape[0] if shape else 1,) * 2
    field = int(np.prod(shape[:-2]))
    return shape[-2] * field, shape[-1] * field


def _truncated(shape, numbers):
    values = numbers.normal(size=shape)
    while (outside := np.abs(values) > 2).any():
        values[outside] = numbers.normal(size=int(outside.sum()))
    return values


def _orthogonal(gain, shape, numbers):
    rows, columns = int(np.prod(shape[:-1])), shape[-1]
    q, r = np.linalg.qr(numbers.normal(size=(max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))
    return gain * (q if rows >= columns else q.T).reshape(shape)
