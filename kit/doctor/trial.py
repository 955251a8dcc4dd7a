"""A trial: a copy of the model and one batch, on which a few steps show what training will do."""

import dataclasses
import functools
import time

import numpy as np

from kit.doctor import graph
from kit.doctor.patient import head_of

BATCH = 32  # samples
MOST_WEIGHTS = 5_000_000  # of a model that is tried
SECONDS = 5.0  # after which no further step is tried


@dataclasses.dataclass(eq=False)
class Trial:
    """A few samples and copies of the model; the model itself is left alone.

    Args:
        model: as it was compiled by its user.
        network: its graph.
        x, y: of the first samples.
        steps: most steps that are tried.
    """

    model: object
    network: object
    x: object
    y: object
    steps: int

    @functools.cached_property
    def gradients(self):
        """Name of each layer with trainable weights -> norm of its gradient on the batch.

        One step of plain gradient descent at rate 1 moves weights by their gradient.
        """
        import keras

        copy = self.copy(keras.optimizers.SGD(1.0))
        before = weights_of(copy)
        copy.train_on_batch(self.x, self.y)
        after = weights_of(copy)
        return {name: _norm(after[name], before[name]) for name in before}

    @functools.cached_property
    def ratios(self):
        """Name of each layer -> size of the first step of the user's optimizer by the size of its weights."""
        import keras

        config = keras.optimizers.serialize(self.model.optimizer)
        copy = self.copy(keras.optimizers.deserialize(config))
        before = weights_of(copy)
        copy.train_on_batch(self.x, self.y)
        after = weights_of(copy)
        sizes = {name: _norm(arrays) for name, arrays in before.items()}
        return {name: _norm(after[name], before[name]) / size for name, size in sizes.items() if size > 0}

    @functools.cached_property
    def losses(self):
        """The loss of the batch at each of the steps of Adam, at most `steps` and `SECONDS`."""
        import keras

        copy, found = self.copy(keras.optimizers.Adam(0.01)), []
        began = None
        while len(found) < self.steps and (began is None or time.monotonic() - began < SECONDS):
            found.append(float(np.ravel(copy.train_on_batch(self.x, self.y))[0]))
            began = began or time.monotonic()  # the first step is compiled, which may take long
        return found

    def copy(self, optimizer):
        """The model anew, with its weights, its loss and another optimizer."""
        import keras

        inputs = graph.inputs_as_given(self.network)
        bare = keras.Model(inputs, self.network.outputs)  # not compiled: losses may be of any class
        copy = keras.models.clone_model(bare)
        copy.set_weights(self.network.get_weights())
        given = self.model._compile_loss
        eager = keras.backend.backend() == "tensorflow"  # compiling takes longer than a few steps
        weights = getattr(given, "_user_loss_weights", None)
        copy.compile(optimizer, given._user_loss, loss_weights=weights, run_eagerly=eager, jit_compile=False)
        return copy


def trial_of(patient):
    """The `Trial` of a patient, or None where nothing can or shall be tried."""
    whole = patient.x is not None and patient.network is not None and patient.forward[0] is not None
    if not whole or not patient.steps or not getattr(patient.model, "compiled", False):
        return None
    if not patient.taught or patient.model.count_params() > MOST_WEIGHTS:
        return None
    few = head_of(patient.x, BATCH), head_of(patient.y, BATCH)
    return Trial(patient.model, patient.network, *few, patient.steps)


def weights_of(model):
    """Name of each layer -> its trainable weights, arrays."""
    from keras import ops

    layers = [layer for layer in graph.layers(model) if layer.trainable_variables]
    return {
        layer.name: [ops.convert_to_numpy(each).copy() for each in layer.trainable_variables]
        for layer in layers
    }


def _norm(arrays, before=None):
    before = [0.0] * len(arrays) if before is None else before
    squares = [np.square(a.astype("float64") - b).sum() for a, b in zip(arrays, before, strict=True)]
    return float(np.sqrt(np.sum(squares)))
