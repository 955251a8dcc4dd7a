"""Large inputs to a network that does not scale them."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_LARGE = 20.0  # root of the mean square from which weights of the usual size saturate or explode
_SCALING = {
    *("Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "GroupNormalization"),
    *("Embedding", "Hashing", "StringLookup", "IntegerLookup", "TextVectorization", "CategoryEncoding"),
    *("UnitNormalization", "Discretization", "RMSNormalization"),
}
_FIRST = 6  # layers within which a network scales


@rule("unscaled_inputs", severity="warning", needs=["layers", "x"])
def unscaled_inputs(patient):
    """Inputs far larger than 1 and no layer at the beginning that scales or normalises them.

    Source: LeCun et al. 1998, Efficient BackProp, section 4.3; initialisers expect inputs of variance 1
    (Glorot and Bengio 2010).
    """
    if any(type(layer).__name__ in _SCALING for layer in patient.layers[:_FIRST]):
        return
    arrays = patient.x.values() if isinstance(patient.x, dict) else [patient.x]
    for array in arrays:
        if not isinstance(array, np.ndarray) or array.dtype.kind not in "iuf" or not array.size:
            continue
        size = float(np.sqrt(np.nanmean(np.square(array[:1000].astype("float64")))))
        if size > _LARGE:
            bytes_like = array.ndim >= 3 and float(np.nanmax(array[:1000])) <= 255
            layer = (
                "Rescaling(1 / 255)" if bytes_like else "a Normalization layer adapted to the training part"
            )
            yield (
                "inputs",
                f"numbers of size {size:.4g}, and no layer scales them",
                f"Begin the model with {layer}.",
            )


def failing():
    """Pixels and amounts of money."""
    import keras

    layers = [
        keras.Input((8, 8, 1)),
        keras.layers.Conv2D(4, 3),
        keras.layers.Flatten(),
        keras.layers.Dense(1),
    ]
    pixels = np.random.default_rng(0).integers(0, 256, (16, 8, 8, 1)).astype("float32")
    yield Case("pixels 0..255", toys.stack(layers), (pixels, np.ones((16, 1), "float32")))
    yield Case("incomes", toys.model(), (30_000 + 1e4 * toys.numbers(), toys.numbers(64, 1)))


def passing():
    """Standardised, or scaled inside."""
    import keras

    yield Case("standardised", toys.model(), (toys.numbers(), toys.numbers(64, 1)))
    inside = [keras.Input((4,)), keras.layers.Rescaling(1e-4), keras.layers.Dense(1)]
    yield Case("Rescaling", toys.stack(inside), (30_000 + 1e4 * toys.numbers(), toys.numbers(64, 1)))
