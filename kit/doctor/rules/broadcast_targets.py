"""Targets whose shape is not that of the outputs."""

from kit.doctor import compiled, toys
from kit.doctor.rule import Case, rule

_ELEMENTWISE = (
    *compiled.ERROR_LOSSES,
    "binary_crossentropy",
    "poisson",
    "kl_divergence",
    "dice",
    "tversky",
    "msle",
)


@rule("broadcast_targets", severity="error", needs=["outputs", "y"])
def broadcast_targets(patient):
    """Keras repeats an axis of size 1 until shapes fit: each output is compared with every target.

    Source: NumPy's broadcasting; measured, Keras 3.15.1: (N, 3) against (N, 1) trains in silence, a mask
    (N, H, W, 1) under softmax gives a Dice loss of -0.0135.
    """
    for output in patient.taught:
        if not output.loss.is_keras or output.loss.name not in _ELEMENTWISE or output.head is None:
            continue
        said, true = output.head.shape[1:], output.y.shape[1:]
        if _is_repeated(said, true):
            evidence = f"targets (N{_shown(true)}) against outputs (N{_shown(said)})"
            cure = "Give the output as many units as there are targets."
            if output.loss.name in ("dice", "tversky"):
                cure = "Write y = keras.ops.one_hot(y[..., 0], classes)."
            yield f"targets of '{output.name}'", evidence, cure


def _is_repeated(said, true):
    if len(true) == len(said) - 1:
        true = (*true, 1)
    if len(said) == len(true) - 1:
        said = (*said, 1)
    if len(said) != len(true):
        return False
    pairs = [(a, b) for a, b in zip(said, true, strict=True) if a is not None and a != b]
    return bool(pairs) and all(1 in pair for pair in pairs)


def _shown(shape):
    return "".join(f", {size}" for size in shape)


def failing():
    """One against three, three against one, and a mask."""
    import keras
    import numpy as np

    x = toys.numbers()
    yield Case("3 targets, 1 unit", toys.model(1), (x, toys.numbers(64, 3)))
    yield Case("1 target, 3 units", toys.model(3), (x, toys.numbers(64, 1)))
    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(3, 3, padding="same", activation="softmax")]
    data = (np.zeros((4, 8, 8, 1), "float32"), np.ones((4, 8, 8, 1), "int32"))
    yield Case("mask of numbers, Dice", toys.stack(layers, keras.losses.Dice()), data)


def passing():
    """Equal shapes; (N,) against (N, 1), which Keras aligns."""
    x = toys.numbers()
    yield Case("equal", toys.model(3), (x, toys.numbers(64, 3)))
    yield Case("aligned", toys.model(1), (x, toys.numbers(64, 1)[:, 0]))
