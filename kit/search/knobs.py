"""Settings of layers that are constants in a compiled program of Keras, made inputs of it.

JAX is imported because its programs are meant.
"""

import contextlib

import jax
import keras
from jax import numpy as jnp


class Knobs:
    """The dropout rate that some layers of a model share, and the momentum of its BatchNorm statistics.

    Args:
        model: outside of `at` it stays as it is.
        rate: the dropout layers built with it are meant; None for none.
    """

    def __init__(self, model, rate):
        layers = model._flatten_layers()
        self.rate = rate or 0.0
        self.dropouts = [each for each in layers if _drops(each) and rate and each.rate == rate]
        self.norms = [each for each in layers if isinstance(each, keras.layers.BatchNormalization)]

    @contextlib.contextmanager
    def at(self, rate, momentum):
        """While the block lasts, the layers drop this share and forget at this pace; both may be traced."""
        changes = [(layer, "call", _dropping(layer, rate)) for layer in self.dropouts]
        changes += [(layer, "momentum", momentum) for layer in self.norms]
        before = [getattr(layer, name) for layer, name, _ in changes]
        try:
            for layer, name, value in changes:
                object.__setattr__(layer, name, value)
            yield
        finally:
            for (layer, name, _), value in zip(changes, before, strict=True):
                object.__setattr__(layer, name, value)


def _drops(layer):
    return isinstance(layer, keras.layers.Dropout)


def _dropping(layer, rate):
    def call(inputs, training=False):
        if not training:
            return inputs
        kept = jax.random.bernoulli(layer.seed_generator.next(), 1 - rate, inputs.shape)
        return jnp.where(kept, inputs / (1 - rate), 0)

    return call
