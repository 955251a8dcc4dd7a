"""Adam and AdamW on all weights at once: for small networks a step and its tracing cost a fraction.

Keras updates one variable after the other, each by twenty operations of its own. A network of a hundred
small variables spends more on them than on its gradients, and most of its tracing.
"""

import keras
import numpy as np
from keras import ops

MOST = 4_000_000  # weights: of larger networks the copies cost more than the operations


class _Flat:
    """What `FlatAdam` and `FlatAdamW` do in place of Keras' classes; the numbers are the same."""

    most = None  # weights of a network that is worked on at once; None for MOST

    def build(self, variables):
        """One variable for all momentums and one for all velocities."""
        sizes = [int(np.prod(variable.shape)) for variable in variables]
        is_small = sum(sizes) <= (self.most or MOST)
        self.is_flat = is_small and all(each.dtype == "float32" for each in variables)
        if self.built or not self.is_flat:
            super().build(variables)
            return
        super(keras.optimizers.Adam, self).build(variables)
        self._ends = np.cumsum(sizes)
        self._momentum, self._velocity = (
            self.add_variable((int(sum(sizes)),), name=name) for name in ("momentum", "velocity")
        )
        if self.weight_decay:
            start = keras.initializers.Constant(self.weight_decay)
            self._decay = self.add_variable((), initializer=start, name="decay")

    @property
    def settings(self):
        """The variables that are set from outside, not changed by training."""
        return [self._decay] if hasattr(self, "_decay") else []

    def set_weight_decay(self, share):
        """Sets the weight decay of the next run; one that was made without it stays so."""
        self.weight_decay = share
        self._decay.assign(share)

    def _apply_weight_decay(self, variables):
        if not self.is_flat:
            super()._apply_weight_decay(variables)  # else part of the step

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        if not self.is_flat:
            super()._backend_update_step(grads, trainable_variables, learning_rate)
            return
        places = map(self._get_variable_index, trainable_variables)
        known = dict(zip(places, grads, strict=True))
        every = self._trainable_variables
        slope = _flat([known.get(i, ops.zeros(each.shape)) for i, each in enumerate(every)])
        rate = ops.cast(learning_rate, "float32")
        momentum = self._momentum + (slope - self._momentum) * (1 - self.beta_1)
        velocity = self._velocity + (ops.square(slope) - self._velocity) * (1 - self.beta_2)
        self._momentum.assign(momentum)
        self._velocity.assign(velocity)
        weights = _flat(every)
        if self.weight_decay:
            weights = weights - weights * (self._decay * self._decays() * rate)
        self._put(weights - self._step(slope, momentum, velocity, rate), every, known)

    def _step(self, slope, momentum, velocity, rate):
        """How far the weights are moved, flat."""
        step = ops.cast(self.iterations + 1, "float32")
        faded = 1 - ops.power(self.beta_2, step)
        alpha = rate * ops.sqrt(faded) / (1 - ops.power(self.beta_1, step))
        return momentum * alpha / (ops.sqrt(velocity) + self.epsilon)

    def _update_model_variables_moving_average(self, trainable_variables):
        if not self.is_flat:
            super()._update_model_variables_moving_average(trainable_variables)
            return
        averages = self._model_variables_moving_average
        started = ops.cast(ops.not_equal(self.iterations, 0), "float32")  # at first the average is the weight
        kept = self.ema_momentum * started
        self._put(_flat(averages) * kept + _flat(trainable_variables) * (1 - kept), averages)

    def _decays(self):
        """1, or 0 for each weight that does not decay."""
        uses = [self._use_weight_decay(each) for each in self._trainable_variables]
        return 1.0 if all(uses) else np.repeat(np.array(uses, "float32"), np.diff(self._ends, prepend=0))

    def _put(self, flat, variables, chosen=None):
        """Gives the variables, or those at the `chosen` places, their part of the flat values."""
        for place, (variable, part) in enumerate(zip(variables, self._parts(flat), strict=True)):
            if chosen is None or place in chosen:
                variable.assign(ops.reshape(part, variable.shape))

    def _parts(self, flat):
        """The part of each variable, flat."""
        inner = self._ends[:-1].tolist()  # TensorFlow does not split at no place
        return list(ops.split(flat, inner)) if inner else [flat]


@keras.saving.register_keras_serializable(package="kit")
class FlatAdam(_Flat, keras.optimizers.Adam):
    """`keras.optimizers.Adam`, faster where the network has many small variables."""


@keras.saving.register_keras_serializable(package="kit")
class FlatAdamW(_Flat, keras.optimizers.AdamW):
    """`keras.optimizers.AdamW`, faster where the network has many small variables."""


def _flat(tensors):
    return ops.concatenate([ops.reshape(ops.convert_to_tensor(each), (-1,)) for each in tensors])
