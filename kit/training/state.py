"""The variables of a model in training: made before the first step, copied and put back."""

import keras
import numpy as np

from kit.training import rates
from kit.training.seeds import seed_states


def build(model, feed):
    """Makes the variables of loss, metrics and optimizer, so that compiled loops only use them."""
    if model.optimizer.built and getattr(model, "programs", None):
        return  # of a run before this one
    batch = [
        keras.tree.map_structure(keras.ops.convert_to_tensor, part) for part in feed.batch(0, np.arange(1))
    ]
    if keras.backend.backend() == "jax":
        model._symbolic_build(data_batch=tuple(batch))  # each operation done for real is compiled by itself
        return
    outputs = model(batch[0], training=False)
    weights = batch[2] if len(batch) > 2 else None
    model.compute_loss(batch[0], batch[1], outputs, weights, training=False)
    model.compute_metrics(batch[0], batch[1], outputs, weights)
    model.reset_metrics()
    if not model.optimizer.built:
        model.optimizer.build(model.trainable_variables)


def variables(model):
    """Everything that a step changes: weights, the optimizer's, the random generators'.

    What is set from outside is left out: the table of learning rates has room for the longest run that
    this process has seen, and is another one elsewhere.
    """
    outside = {id(variable) for variable in rates.settings(model.optimizer)}
    own = [variable for variable in model.optimizer.variables if id(variable) not in outside]
    return [*model.weights, *own, *seed_states(model)]


def copied(model):
    """The values of `variables`, as NumPy arrays."""
    return [np.array(keras.ops.convert_to_numpy(variable.value)) for variable in variables(model)]


def put_back(model, values):
    """Assigns what `copied` gave."""
    for variable, value in zip(variables(model), values, strict=True):
        variable.assign(value)
    model.reset_metrics()
