"""Randomness inside the model: where dropout and its like keep their state."""

import numpy as np


def seed_states(model):
    """The variables that hold the state of the model's random generators; no Keras file holds them."""
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.non_trainable_variables if id(variable) not in weights]


def seed_generators(model, seed):
    """Starts every random generator of the model from `seed`, each at a place of its own."""
    for place, state in enumerate(seed_states(model)):
        numbers = np.random.default_rng([seed, place]).integers(0, 2**31, size=tuple(state.shape))
        state.assign(numbers.astype(state.dtype if isinstance(state.dtype, str) else "uint32"))
