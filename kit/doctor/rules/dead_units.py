"""Units that say 0 of every sample."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_SHARE = 0.5  # of a layer's units


@rule("dead_units", severity="warning", needs=["hidden"])
def dead_units(patient):
    """More than half of a layer's ReLU units are 0 for all samples: no gradient passes through them.

    Source: Lu et al. 2019, Dying ReLU (arXiv:1903.06733); cures: Maas et al. 2013, He et al. 2015.
    """
    for layer, said in patient.hidden:
        if len(said) < 16:
            continue
        dead = float((said == 0).all(axis=tuple(range(said.ndim - 1))).mean())
        if dead > _SHARE:
            evidence = f"{dead:.0%} of {said.shape[-1]} units are 0 for all of {len(said)} samples"
            cure = "Scale the inputs, lower the learning rate; or write activation='leaky_relu', or PReLU()."
            yield f"layer '{layer.name}'", evidence, cure


def failing():
    """Inputs that are all negative, weights that are all positive."""
    model = toys.model()
    model.set_weights([np.abs(each) for each in model.get_weights()])
    yield Case("negative inputs", model, (-np.abs(toys.numbers()) - 1, toys.numbers(64, 1)))


def passing():
    """Inputs on both sides of 0."""
    yield Case("usual", toys.model(hidden=32), (toys.numbers(), toys.numbers(64, 1)))
