"""The networks of `keras.applications`, by name: as published, with their weights where asked for."""

import functools
import inspect

import keras

from kit.backbones import BACKBONES, relaid

SCALING = {
    **dict.fromkeys(("ResNet50", "ResNet101", "ResNet152", "VGG16", "VGG19"), "centred"),
    **dict.fromkeys(("ResNet50V2", "ResNet101V2", "ResNet152V2", "Xception"), "signed"),
    **dict.fromkeys(("InceptionV3", "InceptionResNetV2", "NASNetMobile", "NASNetLarge"), "signed"),
    **dict.fromkeys(("MobileNet", "MobileNetV2", "MobileNetV3Small", "MobileNetV3Large"), "signed"),
    **dict.fromkeys(("DenseNet121", "DenseNet169", "DenseNet201"), "standard"),
    **dict.fromkeys((f"EfficientNetB{size}" for size in range(8)), "standard"),
    **dict.fromkeys((f"EfficientNetV2B{size}" for size in range(4)), "standard"),
    **dict.fromkeys((f"EfficientNetV2{size}" for size in "SML"), "halves"),
    **dict.fromkeys((f"ConvNeXt{size}" for size in ("Tiny", "Small", "Base", "Large", "XLarge")), "standard"),
}
_NEED_KIT = "ConvNeXt"  # whose factors of channels are a layer of kit's own
_CURE = "Give the file that ends in _notop.h5, or one that save_weights() of that network wrote."


def published(x, *, name, **settings):
    """A network of `keras.applications` without its top, called "keras:" and Keras' name for it.

    Args:
        x: (batch, H, W, C) tensor, of any number of channels.
        name: Keras' name, such as "MobileNetV2".
        **settings: as of `kit.backbones.relaid.laid`. weights: None starts at random; "imagenet" takes
            Keras' own, which it fetches once; else the path of a file of the weights without the top,
            such as "..._notop.h5".

    Returns:
        (batch, h, w, channels) tensor.

    Raises:
        KitError: if width or depth is given, or the weights cannot be had or are another network's.
        MatchError: if the images are too small for it.

    Example:
        >>> published(keras.Input((64, 64, 1)), name="MobileNetV2").shape
        (None, 2, 2, 1280)
    """
    parts = (functools.partial(each, name) for each in (_network, _reference))
    return relaid.laid(x, relaid.Source(f"keras:{name}", *parts, SCALING[name]), **settings)


def _network(name, shape):
    """Keras' network without its top and its scaling, for images of this (height, width, channels)."""
    build = getattr(keras.applications, name)
    bare = {"include_preprocessing": False} if "include_preprocessing" in _arguments(build) else {}
    return build(include_top=False, weights=None, input_tensor=keras.Input(shape), **bare)


def _arguments(function):
    return inspect.signature(function).parameters


def _reference(name, weights):
    """Keras' network for colour images, with these weights, and its scaling."""
    settings = {"include_top": False, "input_shape": (relaid.USUAL, relaid.USUAL, 3)}
    build, title = functools.partial(getattr(keras.applications, name), **settings), f"keras:{name}"
    if weights == "imagenet":
        return relaid.fetched(title, build, weights="imagenet"), scaling(name)
    return relaid.read(build(weights=None), weights, title, _CURE), scaling(name)


def scaling(name, channels=3):
    """(factors, offsets) that bring each channel from 0 to 255 to what a network was trained on.

    Of other numbers of channels than three, one takes the mean, and others repeat red, green, blue.

    Example:
        >>> scaling("VGG16")[1]
        [-123.68, -116.779, -103.939]
    """
    return relaid.scaling(SCALING[name], channels)


for _name in SCALING:
    BACKBONES.register(f"keras:{_name}", ranks=(4,), published=True, needs_kit=_name.startswith(_NEED_KIT))(
        functools.partial(published, name=_name)
    )
