"""Many steps in one compiled JAX program. JAX is imported because that is what this engine is.

Convolutions inside a `scan` are some 20 times slower on a CPU than one compiled step a
call (jax-ml/jax issue 12868), so networks with convolutions get one call a step there.
"""

import functools

import jax
import keras
import numpy as np

from kit.training.engines.epoch import EpochEngine


class JaxEngine(EpochEngine):
    """Runs chunks of an epoch as one `lax.scan`, or step by step where that is faster."""

    first_chunk = 64  # each length is compiled anew, which takes longer than a few more steps

    def __init__(self, model, batch_size):
        super().__init__(model, batch_size)
        self.scan = jax.default_backend() != "cpu" or not _convolves(model)
        self._train = jax.jit(functools.partial(_train_chunk, model))
        self._test = jax.jit(functools.partial(_test_chunk, model))

    def on_device(self, data):
        """The arrays as device arrays, copied once."""
        return jax.tree.map(jax.numpy.asarray, data)

    def train(self, data, order):
        """Runs the steps whose rows are in `order` (steps, batch); -> steps done, metrics."""
        state, totals = _state(self.model, optimizer=True), []
        for part in self._parts(order):
            state, losses = self._train(state, data, part)
            totals.append(np.asarray(losses))
            if not np.isfinite(totals[-1]).all():
                break
        _assign(self.model, state, optimizer=True)
        totals = np.concatenate(totals)
        bad = np.flatnonzero(~np.isfinite(totals))
        return int(bad[0]) + 1 if len(bad) else len(totals), _numbers(self.model)

    def test(self, data, order):
        """Measures the rows in `order` (steps, batch); -> metrics."""
        state = _state(self.model, optimizer=False)
        for part in self._parts(order):
            state = self._test(state, data, part)
        _assign(self.model, state, optimizer=False)
        return _numbers(self.model)

    def _parts(self, order):
        return [order] if self.scan else [order[step : step + 1] for step in range(len(order))]


def _train_chunk(model, state, data, order):
    def step(state, rows):
        _, state = model.train_step(state, jax.tree.map(lambda array: array[rows], data))
        return state, state[3][0]  # the running total of the loss: not finite from the first bad step on

    if len(order) == 1:
        state, total = step(state, order[0])
        return state, jax.numpy.reshape(total, (1,))
    return jax.lax.scan(step, state, order)


def _test_chunk(model, state, data, order):
    def step(state, rows):
        _, state = model.test_step(state, jax.tree.map(lambda array: array[rows], data))
        return state, None

    if len(order) == 1:
        return step(state, order[0])[0]
    return jax.lax.scan(step, state, order)[0]


def _variables(model, optimizer):
    groups = [model.trainable_variables, model.non_trainable_variables]
    return (*groups, *([model.optimizer.variables] if optimizer else []), model.metrics_variables)


def _state(model, optimizer):
    return tuple([variable.value for variable in group] for group in _variables(model, optimizer))


def _assign(model, state, optimizer):
    for group, values in zip(_variables(model, optimizer), state, strict=True):
        for variable, value in zip(group, values, strict=True):
            variable.assign(value)


def _numbers(model):
    return {name: float(value) for name, value in model.get_metrics_result().items()}


def _convolves(model):
    kernels = (keras.layers.Conv1D, keras.layers.Conv2D, keras.layers.DepthwiseConv2D)
    return any(isinstance(layer, kernels) for layer in model._flatten_layers())
