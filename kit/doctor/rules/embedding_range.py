"""Numbers of words that an embedding does not have."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("embedding_range", severity="error", needs=["layers", "x"])
def embedding_range(patient):
    """A number of a word is below 0 or not below `input_dim`.

    Source: documentation of Keras' Embedding; on a GPU and on JAX such numbers read some other row or NaN.
    """
    found = [layer for layer in patient.layers if type(layer).__name__ == "Embedding"]
    arrays = list(patient.x.values()) if isinstance(patient.x, dict) else [patient.x]
    if len(found) != 1 or len(arrays) != 1 or not isinstance(arrays[0], np.ndarray) or arrays[0].ndim != 2:
        return
    low, high = (float(end(arrays[0])) if arrays[0].size else 0.0 for end in (np.min, np.max))
    if low < 0 or high >= found[0].input_dim:
        evidence = f"inputs {low:g} to {high:g}, rows 0 to {found[0].input_dim - 1}"
        yield (
            f"layer '{found[0].name}'",
            evidence,
            f"Write Embedding({int(high) + 1}, ...) and no number below 0.",
        )


def _network():
    import keras

    return toys.stack(
        [keras.Input((5,)), keras.layers.Embedding(9, 4), keras.layers.Flatten(), keras.layers.Dense(1)]
    )


def failing():
    """One too many, and one below."""
    ids = np.arange(40).reshape(8, 5) % 9
    yield Case("one too many", _network(), (ids + 1, toys.numbers(8, 1)))
    yield Case("one below", _network(), (ids - 1, toys.numbers(8, 1)))


def passing():
    """All of them, and no other."""
    yield Case("0 to 8", _network(), (np.arange(40).reshape(8, 5) % 9, toys.numbers(8, 1)))
