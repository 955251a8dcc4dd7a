"""Masks without an object under a Dice loss that cannot say so."""

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule


@rule("empty_masks", severity="warning", needs=["outputs", "y"])
def empty_masks(patient):
    """Keras' Dice of an empty mask is 1 whatever the outputs are: it teaches nothing there.

    Source: measured, Keras 3.15.1: 1.0 for outputs of 0 and of 0.5; `kit.losses`
    counts one pixel on both sides.
    """
    for output in patient.taught:
        if output.loss.name not in ("dice", "tversky") or not output.loss.is_keras or output.y.ndim < 3:
            continue
        objects = output.y if output.y.shape[-1] <= 2 else output.y[..., 1:]
        empty = ~(objects.reshape(len(objects), -1) > 0).any(axis=1)
        if empty.any():
            evidence = (
                f"{int(empty.sum())} of {len(empty)} masks are empty: {output.loss.name} is 1.0 there, always"
            )
            cure = "Add a crossentropy to the loss, or use loss='dice' of kit.Segmentation."
            yield f"targets of '{output.name}'", evidence, cure


def _segmenter():
    import keras

    layers = [keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")]
    return toys.stack(layers, keras.losses.Dice())


def _masks(empty):
    masks = np.zeros((8, 8, 8, 1), "float32")
    masks[empty:, 2:4, 2:4] = 1
    return np.zeros((8, 8, 8, 1), "float32"), masks


def failing():
    """Half of the masks, and all of them."""
    yield Case("4 of 8 empty", _segmenter(), _masks(4))
    yield Case("all empty", _segmenter(), _masks(8))


def passing():
    """An object in each."""
    yield Case("none empty", _segmenter(), _masks(0))
