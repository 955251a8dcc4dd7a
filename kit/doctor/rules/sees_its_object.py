"""Objects that are larger than what an output pixel sees."""

import math

import numpy as np

from kit.doctor import toys
from kit.doctor.rule import Case, rule

_MASKS = 64  # that are looked at
_SMALL = 3  # pixels: objects of a smaller radius are seen by any network


@rule("sees_its_object", severity="warning", needs=["network", "y"])
def sees_its_object(patient):
    """The pixel in the middle of most objects sees nothing but the object: it cannot know how it ends.

    The radius is that of the largest circle within an object; what a pixel sees is followed through
    kernels, dilations and strides. Source: Luo et al. 2016, Understanding the Effective Receptive Field in
    Deep Convolutional Neural Networks (arXiv:1701.04128): what it really uses is less.
    """
    for output in patient.taught:
        masks = _masks(output)
        sight = None if masks is None else _sight(patient.network)
        if sight is None:
            continue
        radii = [radius for mask in masks for radius in _radii(mask) if radius >= _SMALL]
        large = [radius for radius in radii if radius > sight]
        if large and 2 * len(large) > len(radii):
            evidence = (
                f"a pixel sees {sight} pixels to each side, and {len(large)} of {len(radii)} objects have a "
                f"radius above it (median {np.median(large):.0f} pixels)"
            )
            cure = "Add a level of pooling, dilate convolutions, or shrink the images."
            yield f"output '{output.name}'", evidence, cure


def _masks(output):
    """(N, H, W) arrays of 0 for background and of one number a class; None where targets are none."""
    y = output.y
    if output.head is None or len(output.head.shape) != 4 or y.ndim not in (3, 4):
        return None
    y = y[:_MASKS]
    if y.ndim == 4 and y.shape[-1] > 1:
        y = y.argmax(axis=-1)
    y = y[..., 0] if y.ndim == 4 else y
    return y.astype("int64") if bool(np.all(y == np.round(y))) and y.max() < 256 else None


def _sight(network):
    """Pixels to each side that a pixel of the output sees; None where all are seen, or nobody knows."""
    import keras

    from kit.artifact.reach import reach

    one = len(network.inputs) == 1 and len(network.inputs[0].shape) == 4
    if not one or any(isinstance(layer, keras.Model) for layer in network.layers):
        return None
    found = reach(network)
    return None if math.isinf(found) else found


def _radii(mask):
    """The radius of the largest circle within each object of a mask, in pixels."""
    from scipy import ndimage

    for number in np.unique(mask[mask > 0]):
        inside = np.pad(mask == number, 1)  # the edge of the picture is an end, too
        depths = ndimage.distance_transform_edt(inside)
        objects, count = ndimage.label(inside)
        yield from ndimage.maximum(depths, objects, range(1, count + 1))


def _segmenter(*, deep):
    import keras

    layers = [keras.Input((32, 32, 1)), keras.layers.Conv2D(4, 3, padding="same", activation="relu")]
    if deep:
        layers += [keras.layers.MaxPooling2D(8), keras.layers.UpSampling2D(8)]
    layers += [keras.layers.Conv2D(1, 3, padding="same", activation="sigmoid")]
    return toys.stack(layers, "binary_crossentropy")


def _disks(radius):
    rows, columns = np.mgrid[:32, :32] - 16
    masks = np.repeat((rows**2 + columns**2 < radius**2)[None, ..., None], 4, axis=0).astype("float32")
    return toys.numbers(4, 32 * 32).reshape(4, 32, 32, 1), masks


def failing():
    """Two convolutions on disks of 10 pixels radius."""
    yield Case("radius 10, sees 2", _segmenter(deep=False), _disks(10))


def passing():
    """The same with pooling, and the same on small objects."""
    yield Case("radius 7, sees 9", _segmenter(deep=True), _disks(7))
    yield Case("small objects", _segmenter(deep=False), _disks(2))
