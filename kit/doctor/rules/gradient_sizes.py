"""Gradients that vanish or explode on the way to the first layers."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_VANISHED, _EXPLODED = 1e-4, 1e4


@rule("gradient_sizes", severity="warning", needs=["trial"])
def gradient_sizes(patient):
    """The gradient of the first layers is a ten-thousandth of that of the last ones, or huge in all.

    Source: Hochreiter 1991; Glorot and Bengio 2010, Understanding the difficulty of training deep networks.
    """
    norms = list(patient.trial.gradients.items())
    values = np.array([norm for _, norm in norms])
    if len(norms) < 2 or not np.isfinite(values).all() or not values.max() or _starts_at_zero(patient):
        return
    third = len(values) // 3 or 1
    first, last = float(values[:third].max()), float(values[-third:].max())
    if first < _VANISHED * last:
        evidence = f"norm {first:.2g} in the first layers, {last:.2g} in the last"
        yield f"layer '{norms[0][0]}'", evidence, "Write activation='relu'; add normalisation or shortcuts."
    if values.max() > _EXPLODED:
        name, norm = norms[int(values.argmax())]
        cure = "Scale inputs and targets, or write clipnorm=1.0 in the optimizer."
        yield f"layer '{name}'", f"norm {norm:.3g}", cure


def _starts_at_zero(patient):
    """Whether the last kernel is all zeros, as of a head that begins with a fixed answer."""
    kernels = [layer.kernel for layer in patient.layers if getattr(layer, "kernel", None) is not None]
    return bool(kernels) and not np.asarray(kernels[-1]).any()


def failing():
    """Ten sigmoids one after the other; targets in millions."""
    import keras

    layers = [keras.layers.Dense(6, activation="sigmoid") for _ in range(10)]
    deep = toys.stack([keras.Input((4,)), *layers, keras.layers.Dense(1)])
    yield Case("ten sigmoids", deep, (toys.numbers(), toys.numbers(64, 1)))
    yield Case("targets of 1e6", toys.model(), (toys.numbers(), 1e6 * toys.numbers(64, 1)))


def passing():
    """Three layers with ReLU; a last layer that starts at zero and lets gradients through after a step."""
    import keras

    yield Case("usual", toys.model(), (toys.numbers(), toys.numbers(64, 1)))
    head = keras.layers.Dense(1, kernel_initializer="zeros")
    layers = [keras.Input((4,)), keras.layers.Dense(6, activation="relu"), head]
    yield Case("zero start", toys.stack(layers), (toys.numbers(), toys.numbers(64, 1)))
