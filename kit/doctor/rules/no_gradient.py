"""A model that no gradient reaches."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("no_gradient", severity="error", needs=["trial"])
def no_gradient(patient):
    """The first gradient is zero in every layer, or not finite in one: nothing can be learnt.

    Source: Glorot and Bengio 2010; Lu et al. 2019, Dying ReLU (arXiv:1903.06733).
    """
    norms = patient.trial.gradients
    broken = [name for name, norm in norms.items() if not np.isfinite(norm)]
    if broken:
        yield (
            f"layer '{broken[0]}'",
            "the gradient of the first batch is not finite",
            "Scale inputs and targets.",
        )
    elif norms and max(norms.values()) == 0:
        cure = "Look at the output's activation (a dead ReLU?), and whether the loss uses the outputs."
        yield f"all {len(norms)} layers", "the gradient of the first batch is 0", cure


def failing():
    """An output that is always cut to 0; numbers that overflow."""
    import keras

    dead = [keras.Input((4,)), keras.layers.Dense(4, activation="relu")]
    dead += [keras.layers.Dense(1, activation="relu", bias_initializer=keras.initializers.Constant(-99.0))]
    yield Case("dead output", toys.stack(dead), (toys.numbers(), toys.numbers(64, 1)))
    yield Case("overflow", toys.model(), (1e30 * toys.numbers(), toys.numbers(64, 1)))


def passing():
    """A network as usual."""
    yield Case("usual", toys.model(), (toys.numbers(), toys.numbers(64, 1)))
