"""Pixels that are divided by 255 more than once."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_SMALL = 1 / 64  # a factor that is meant to bring bytes to about one


@rule("rescaled_twice", severity="error", needs=["layers"])
def rescaled_twice(patient):
    """The model divides its input, and what it is given is divided already, or it divides twice.

    Source: keras-io#1549; Rescaling is inside EfficientNet, EfficientNetV2, MobileNetV3 and ConvNeXt,
    not inside ResNet50 and MobileNetV2 (measured, Keras 3.15.1).
    """
    found = [layer for layer in patient.layers if _divides(layer)]
    if len(found) > 1 and patient.edges is not None and _in_line(patient):
        factor = float(np.prod([np.mean(np.asarray(layer.scale)) for layer in found]))
        names = " and ".join(f"'{layer.name}'" for layer in found[:2])
        yield f"layers {names}", f"together they multiply the input by {factor:.2g}", "Take one of them out."
    if found and isinstance(patient.x, np.ndarray) and patient.x.dtype.kind == "f" and patient.x.size:
        largest = float(np.nanmax(np.abs(patient.x[:256])))
        if 0 < largest <= 1.5:
            evidence = f"the largest input is {largest:.3g}, and '{found[0].name}' divides it again"
            yield "inputs", evidence, "Give pixels from 0 to 255: leave the division to the model."


def _divides(layer):
    if type(layer).__name__ != "Rescaling":
        return False
    return float(np.max(np.abs(np.asarray(layer.scale)))) <= _SMALL


def _in_line(patient):
    """Whether one of them lies behind another: models with several inputs have one for each."""
    return len(patient.network.inputs) == 1


def failing():
    """In the model, and in the data."""
    import keras

    def network(times):
        scaling = [keras.layers.Rescaling(1 / 255) for _ in range(times)]
        return toys.stack([keras.Input((8, 8, 1)), *scaling, keras.layers.Flatten(), keras.layers.Dense(1)])

    yield Case("two Rescaling layers", network(2))
    images = np.random.default_rng(0).uniform(0, 1, (16, 8, 8, 1)).astype("float32")
    yield Case("pixels from 0 to 1 and Rescaling", network(1), (images, np.ones((16, 1), "float32")))


def passing():
    """Bytes, divided once."""
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Rescaling(1 / 255), keras.layers.Flatten()]
    images = np.random.default_rng(0).uniform(0, 255, (16, 8, 8, 1)).astype("float32")
    model = toys.stack([*layers, keras.layers.Dense(1)])
    yield Case("pixels from 0 to 255", model, (images, np.ones((16, 1), "float32")))
