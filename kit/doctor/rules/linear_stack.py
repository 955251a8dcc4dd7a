"""Linear layers without anything between them."""

import numpy as np

from kit.doctor import graph, toys
from kit.doctor.rule import Case, rule

_KINDS = ("Dense", "Conv1D", "Conv2D", "Conv3D")


@rule("linear_stack", severity="warning", needs=["edges"])
def linear_stack(patient):
    """Two linear layers follow one another with no activation between them: they are one linear layer.

    Two Dense layers are shown to be so by their weights: the rank of the product is at most the
    smaller width. A narrower first layer is left alone: it says that the map is to be of low rank;
    convolutions of one pixel after others as well.
    Source: Minsky and Papert 1969; a composition of linear maps is linear.
    """
    for late, early in patient.edges:
        if _is_linear(early) and type(late).__name__ == type(early).__name__ and not _is_narrow(early, late):
            where = f"layers '{early.name}' and '{late.name}'"
            yield (
                where,
                f"no activation between them: {_shown(early, late)}",
                "Give the first one activation='relu'.",
            )


def _is_linear(layer):
    return type(layer).__name__ in _KINDS and graph.activation_of(layer) == "linear"


def _is_narrow(early, late):
    """A bottleneck on purpose, or layers that are convolved over different places."""
    if type(late).__name__ != "Dense":
        return 1 in (np.prod(late.kernel_size), np.prod(early.kernel_size))
    return early.units < min(late.units, early.kernel.shape[0])


def _shown(early, late):
    if type(late).__name__ != "Dense":
        return "two convolutions are one with a larger window"
    product = np.asarray(early.get_weights()[0]) @ np.asarray(late.get_weights()[0])
    rank = np.linalg.matrix_rank(product)
    return f"together one map {product.shape[0]} -> {product.shape[1]} of rank {rank}"


def failing():
    """Dense and convolutions."""
    import keras

    dense = [keras.Input((4,)), *(keras.layers.Dense(8) for _ in range(2)), keras.layers.Dense(1)]
    yield Case("three Dense without activation", toys.stack(dense))
    convolutions = [keras.Input((8, 8, 1)), *(keras.layers.Conv2D(4, 3) for _ in range(2))]
    yield Case("two convolutions without activation", toys.stack(convolutions))


def passing():
    """An activation, as an argument or as a layer; a bottleneck."""
    import keras

    yield Case("relu", toys.model())
    between = [keras.Input((4,)), keras.layers.Dense(8), keras.layers.ReLU(), keras.layers.Dense(1)]
    yield Case("ReLU as a layer", toys.stack(between))
    yield Case("bottleneck", toys.stack([keras.Input((16,)), keras.layers.Dense(2), keras.layers.Dense(8)]))
