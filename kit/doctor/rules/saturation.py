"""Hidden units at the ends of their sigmoid or tanh."""

import numpy as np

from kit.doctor import graph, toys
from kit.doctor.rule import Case, rule

_ENDS = {"sigmoid": (0.02, 0.98), "tanh": (-0.96, 0.96)}
_SHARE = 0.5


@rule("saturation", severity="warning", needs=["hidden"])
def saturation(patient):
    """More than half of a hidden layer's outputs lie where its activation is flat.

    Source: Glorot and Bengio 2010, section 3.
    """
    for layer, said in patient.hidden:
        ends = _ENDS.get(graph.activation_of(layer))
        if ends is None or not said.size:
            continue
        share = float(np.mean((said < ends[0]) | (said > ends[1])))
        if share > _SHARE:
            evidence = f"{share:.0%} of its outputs are below {ends[0]} or above {ends[1]}"
            yield f"layer '{layer.name}'", evidence, "Scale its inputs (Normalization, BatchNormalization)."


def _network(activation):
    import keras

    return toys.stack(
        [keras.Input((4,)), keras.layers.Dense(8, activation=activation), keras.layers.Dense(1)]
    )


def failing():
    """Inputs of 100."""
    for activation in ("sigmoid", "tanh"):
        yield Case(
            f"{activation}, inputs of 100", _network(activation), (100 * toys.numbers(), toys.numbers(64, 1))
        )


def passing():
    """Inputs of size 1."""
    yield Case("usual", _network("tanh"), (0.5 * toys.numbers(), toys.numbers(64, 1)))
