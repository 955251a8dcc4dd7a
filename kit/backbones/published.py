"""The networks of `keras.applications`, by name: as published, with their weights where asked for."""

import functools
import inspect
import itertools
import warnings

import keras

from kit.backbones import BACKBONES
from kit.blocks.normalize import MOMENTUM
from kit.blocks.scale import LayerScale
from kit.errors import KitError, MatchError

_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's red, green, blue in 0 to 1
_SCALINGS = {  # what a network was trained on: (factors, offsets) of red, green and blue in 0 to 255
    "signed": ([1 / 127.5] * 3, [-1.0] * 3),
    "halves": ([1 / 128] * 3, [-1.0] * 3),
    "standard": ([1 / 255 / std for std in _STD], [-m / s for m, s in zip(_MEAN, _STD, strict=True)]),
    "centred": ([1.0] * 3, [-123.68, -116.779, -103.939]),  # and blue before red: the kernels are turned
}
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
_USUAL = 224  # pixels: the size at which published weights are offered


def published(x, *, name, dropout=0.2, regularizer=None, weights=None, pixels=None, **others):
    """A network of `keras.applications` without its top, called "keras:" and Keras' name for it.

    It takes images of any number of channels. With published weights, those of the first convolution
    are summed up for one channel, and repeated for more than three, at the same total strength.
    Its layers are Keras' own, one by one in the model: decoders find the maps between them. The
    scaling that it was trained with stands in front, so what Keras puts there is left out.

    Args:
        x: (batch, H, W, C) tensor.
        name: Keras' name, such as "MobileNetV2".
        dropout: fraction of the last channels dropped in training, 0 to below 1; with 0 it drops nothing
            inside, either.
        regularizer: a Keras regularizer of the kernels, or None.
        weights: None starts at random; "imagenet" takes Keras' own, which it fetches once; else the
            path of a file of the weights without the top, such as "..._notop.h5".
        pixels: (mean, standard deviation) of each channel in 0 to 255 that x was standardised with;
            None where x is in 0 to 255.
        **others: activation and normalization are for what is built on its maps, its own stay;
            width and depth must be None, as it is as published.

    Returns:
        (batch, h, w, channels) tensor.

    Raises:
        KitError: if width or depth is given, or the weights cannot be had or are another network's.
        MatchError: if the images are too small for it.

    Example:
        >>> published(keras.Input((64, 64, 1)), name="MobileNetV2").shape
        (None, 2, 2, 1280)
    """
    asked = [f"{key}={others[key]}" for key in ("width", "depth") if others.get(key) is not None]
    if asked:
        raise KitError(
            f"'keras:{name}' is as published. Received: {', '.join(asked)}. Leave width and depth out, "
            "or take one of kit's own backbones, which have them."
        )
    network = _network(name, x.shape[1:])
    values = None if weights is None else _values(name, weights, network)
    x = _scaled(x, name, pixels)
    x = _connected(network, x, values, drops=bool(dropout), regularizer=regularizer)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x


def _network(name, shape):
    """Keras' network without its top and its scaling, for images of this (height, width, channels)."""
    build = getattr(keras.applications, name)
    bare = {"include_preprocessing": False} if "include_preprocessing" in _arguments(build) else {}
    try:
        return build(include_top=False, weights=None, input_tensor=keras.Input(shape), **bare)
    except ValueError as error:
        raise MatchError(
            f"'keras:{name}' cannot be built for images of {shape[0]} x {shape[1]} pixels "
            f"({str(error).splitlines()[0][:120]}).\nTake larger images, such as size=[{_USUAL}, {_USUAL}]."
        ) from None


def _arguments(function):
    return inspect.signature(function).parameters


def _values(name, weights, network):
    """{layer of `network`: its published weights}, for images of its number of channels."""
    learnt, known = _learnt(network), _learnt(_reference(name, weights))
    values = {own.name: layer.get_weights() for own, layer in zip(learnt, known, strict=True)}
    first = values[learnt[0].name]
    first[0] = _for_channels(first[0], learnt[0].kernel.shape[2], turned=SCALING[name] == "centred")
    return values


def _reference(name, weights):
    """Keras' network for colour images, with these weights."""
    build = functools.partial(
        getattr(keras.applications, name), include_top=False, input_shape=(_USUAL, _USUAL, 3)
    )
    if weights == "imagenet":
        return _fetched(build, name)
    network = build(weights=None)
    _read(network, weights, name)
    return network


def _learnt(network):
    """The layers that have weights, one by one, but for Keras' own scaling."""
    parts = [part.layers if isinstance(part, keras.Sequential) else [part] for part in network.layers]
    layers = itertools.chain.from_iterable(parts)
    return [each for each in layers if each.weights and not isinstance(each, keras.layers.Normalization)]


def _fetched(build, name):
    try:
        return build(weights="imagenet")
    except Exception as error:  # what Keras raises where a download fails has no class of its own
        raise KitError(
            f"The weights of 'keras:{name}' cannot be fetched ({str(error)[:150]}).\n"
            "Fetch the file elsewhere and say weights=FILE, or leave weights out to start at random."
        ) from None


def _read(network, path, name):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras' word for weights that stay as they were
            network.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        reason = str(error).splitlines()[0][:150]
        raise KitError(
            f"'{path}' does not hold the weights of 'keras:{name}' without its top ({reason}).\n"
            "Give the file that ends in _notop.h5, or one that save_weights() of that network wrote."
        ) from None


def _for_channels(kernel, channels, turned):
    """The first kernel, (height, width, red green blue, filters), for another number of channels."""
    kernel = kernel[:, :, ::-1] if turned else kernel
    if channels == 3:
        return kernel
    if channels == 1:
        return kernel.sum(axis=2, keepdims=True)
    return kernel[:, :, [channel % 3 for channel in range(channels)]] * (3 / channels)


def _scaled(x, name, pixels):
    """What the network was trained on, of x: one factor and one offset a channel."""
    channels = x.shape[-1]
    factors, offsets = scaling(name, channels)
    means, spreads = ([0.0], [1.0]) if pixels is None else pixels
    rows = list(zip(factors, offsets, *map(itertools.cycle, (means, spreads)), strict=False))
    return keras.layers.Rescaling(
        [factor * spread for factor, _, _, spread in rows],
        [factor * mean + offset for factor, offset, mean, _ in rows],
    )(x)


def _connected(network, x, values, drops, regularizer):
    """The network's layers anew, on `x`; with these weights, or as they start."""
    last = None

    def made(layer):
        return layer if isinstance(layer, keras.Sequential) else _made(layer, drops, regularizer)

    def call(layer, *args, **kwargs):
        nonlocal last
        if isinstance(layer, keras.Sequential):  # of ConvNeXt: its layers stand in the model themselves
            last = args[0]
            for each in layer.layers:
                call(made(each), last)
            return last
        last = _called(layer, *args, **kwargs)
        if values and layer.name in values:
            _set(layer, values[layer.name])
        return last

    inputs = keras.tree.map_structure(lambda _: x, network.input)  # of some networks it is a list
    keras.models.clone_model(network, input_tensors=inputs, clone_function=made, call_function=call)
    return last


def _called(layer, *args, **kwargs):
    if isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization):
        return args[0]  # kit scales
    if type(layer).__name__ == "CustomScaleLayer":  # InceptionResNetV2's; Keras' own layers say the same
        shortcut, branch = args[0]
        return keras.layers.Add()([shortcut, keras.layers.Rescaling(layer.scale)(branch)])
    return layer(*args, **kwargs)


def _made(layer, drops, regularizer):
    """A new layer as this one; in place of those that files should not hold, one that does the same."""
    config, kind = layer.get_config(), type(layer).__name__
    if kind == "LayerScale":
        return LayerScale(layer.init_values, name=layer.name)
    if kind == "StochasticDepth":
        return keras.layers.Dropout(layer.drop_path_rate * drops, (None, 1, 1, 1), name=layer.name)
    if kind == "Conv2D" and layer.groups > 1 and layer.groups == layer.filters:
        kept = {key: config[key] for key in ("name", "kernel_size", "strides", "padding", "use_bias")}
        return keras.layers.DepthwiseConv2D(**kept, depthwise_regularizer=regularizer)
    if kind == "Dropout":
        config["rate"] *= drops
    if kind == "BatchNormalization":
        config["momentum"] = MOMENTUM
    for key in ("kernel_regularizer", "depthwise_regularizer", "pointwise_regularizer"):
        if key in config:
            config[key] = regularizer
    return type(layer).from_config(config)


def _set(layer, values):
    if isinstance(layer, keras.layers.DepthwiseConv2D) and values[0].shape != layer.kernel.shape:
        values = [values[0].swapaxes(2, 3), *values[1:]]  # it was a convolution in groups of one
    layer.set_weights(values)


def scaling(name, channels=3):
    """(factors, offsets) that bring each channel from 0 to 255 to what a network was trained on.

    Of other numbers of channels than three, one takes the mean, and others repeat red, green, blue.

    Example:
        >>> scaling("VGG16")[1]
        [-123.68, -116.779, -103.939]
    """
    columns = _SCALINGS[SCALING[name]]
    if channels == 1:
        return tuple([sum(column) / 3] for column in columns)
    return tuple([column[channel % 3] for channel in range(channels)] for column in columns)


for _name in SCALING:
    BACKBONES.register(f"keras:{_name}", ranks=(4,), published=True, needs_kit=_name.startswith(_NEED_KIT))(
        functools.partial(published, name=_name)
    )
