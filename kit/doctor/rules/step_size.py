"""A first step as large as the weights, or one that moves nothing."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_LARGE, _SMALL = 0.5, 1e-6  # of the size of the weights


@rule("step_size", severity="warning", needs=["trial"])
def step_size(patient):
    """The optimizer's first step changes the weights by half of their size, or by less than a millionth.

    About a thousandth is usual. Source: Karpathy, CS231n: the ratio of updates to weights.
    """
    ratios = {name: ratio for name, ratio in patient.trial.ratios.items() if np.isfinite(ratio)}
    if not ratios:
        return
    middle, rate = float(np.median(list(ratios.values()))), float(patient.model.optimizer.learning_rate)
    largest = max(ratios, key=ratios.get)
    evidence = f"the first step is {middle:.2g} of the weights' size, {ratios[largest]:.2g} in '{largest}'"
    if middle > _LARGE:
        yield "learning rate", f"{rate:.3g}: {evidence}", "Lower it ten to a hundred times."
    elif max(ratios.values()) < _SMALL:
        yield "learning rate", f"{rate:.3g}: {evidence}", "Raise it, or look at the size of the gradients."


def _network(rate):
    import keras

    layers = [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)]
    return toys.stack(layers, optimizer=keras.optimizers.Adam(rate))


def failing():
    """A rate of 1, and one of a billionth."""
    for rate in (1.0, 1e-9):
        yield Case(f"Adam({rate})", _network(rate), (toys.numbers(), toys.numbers(64, 1)))


def passing():
    """The usual rate."""
    yield Case("Adam(1e-3)", _network(1e-3), (toys.numbers(), toys.numbers(64, 1)))
