"""Padded sequences to a recurrent layer that reads the padding as well."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_RECURRENT = ("LSTM", "GRU", "SimpleRNN", "Bidirectional", "RNN")
_SHARE = 0.1  # of sequences with padding from which it matters


@rule("padding_without_mask", severity="error", needs=["layers", "x"])
def padding_without_mask(patient):
    """Sequences end in zeros, a recurrent layer gives its last state, and nothing masks the zeros.

    Source: Keras' guide to masking and padding; measured, Keras 3.15.1: accuracy 0.543 in place of 1.000.
    """
    kinds = [type(layer).__name__ for layer in patient.layers]
    recurrent = [
        layer
        for layer in patient.layers
        if type(layer).__name__ in _RECURRENT and _gives_last(layer) and not _is_told(layer)
    ]
    masked = "Masking" in kinds or any(getattr(layer, "mask_zero", False) for layer in patient.layers)
    if not recurrent or masked:
        return
    for array in patient.x.values() if isinstance(patient.x, dict) else [patient.x]:
        share = _padded(array)
        if share > _SHARE:
            cure = "Write Embedding(..., mask_zero=True)" if array.ndim == 2 else "Put Masking(0.0) before it"
            evidence = f"{share:.0%} of the sequences end in zeros, which are read like any step"
            yield f"layer '{recurrent[0].name}'", evidence, f"{cure}."


def _gives_last(layer):
    return not getattr(getattr(layer, "forward_layer", layer), "return_sequences", False)


def _is_told(layer):
    """Whether the layer is called with a mask of its own."""
    nodes = getattr(layer, "_inbound_nodes", ())
    return any(node.arguments.kwargs.get("mask") is not None for node in nodes)


def _padded(array):
    """Share of sequences whose last tenth, at least one step, is zero while something before it is not."""
    if not isinstance(array, np.ndarray) or array.ndim not in (2, 3) or array.dtype.kind not in "iuf":
        return 0.0
    zero = (array == 0) if array.ndim == 2 else (array == 0).all(axis=-1)
    last = max(1, zero.shape[1] // 10)
    return float(np.mean(zero[:, -last:].all(axis=1) & ~zero.all(axis=1))) if len(zero) else 0.0


def _words(rows=32, steps=12):
    ids = np.random.default_rng(0).integers(1, 9, (rows, steps))
    ids[:, 5:] = 0
    return ids.astype("int32"), toys.classes(2, rows)


def _network(mask):
    import keras

    layers = [keras.Input((12,)), keras.layers.Embedding(9, 4, mask_zero=mask), keras.layers.GRU(4)]
    return toys.stack([*layers, keras.layers.Dense(1, "sigmoid")], "binary_crossentropy")


def failing():
    """Words, and measurements."""
    import keras

    yield Case("words", _network(mask=False), _words())
    series = toys.numbers(32 * 12, 2).reshape(32, 12, 2)
    series[:, 7:] = 0
    model = toys.stack([keras.Input((12, 2)), keras.layers.LSTM(4), keras.layers.Dense(1)])
    yield Case("series", model, (series, toys.numbers(32, 1)))


def passing():
    """Masked."""
    import keras

    yield Case("mask_zero", _network(mask=True), _words())
    ids = keras.Input((12,), dtype="int32")
    x = keras.layers.GRU(4)(keras.layers.Embedding(9, 4)(ids), mask=ids > 0)
    model = keras.Model(ids, keras.layers.Dense(1, "sigmoid")(x))
    model.compile("adam", "binary_crossentropy")
    yield Case("told", model, _words())
