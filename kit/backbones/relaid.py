"""Networks of other packages, laid anew from Keras' own layers: what is saved needs none of them."""

import dataclasses
import itertools
import warnings
from collections.abc import Callable

import keras

from kit.blocks.normalize import MOMENTUM
from kit.blocks.scale import LayerScale
from kit.errors import KitError, MatchError

USUAL = 224  # pixels: the size at which published weights are offered
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # of ImageNet's red, green, blue in 0 to 1
_SCALINGS = {  # what a network was trained on: (factors, offsets) of red, green and blue in 0 to 255
    "signed": ([1 / 127.5] * 3, [-1.0] * 3),
    "halves": ([1 / 128] * 3, [-1.0] * 3),
    "standard": ([1 / 255 / std for std in _STD], [-m / s for m, s in zip(_MEAN, _STD, strict=True)]),
    "centred": ([1.0] * 3, [-123.68, -116.779, -103.939]),  # and blue before red: the kernels are turned
}


@dataclasses.dataclass(frozen=True)
class Source:
    """A network that another package builds.

    Args:
        title: what the backbone is called, such as "keras:VGG16".
        build: shape (height, width, channels) -> functional `keras.Model` without a top, of one map;
            raises ValueError where the images are too small.
        fetch: weights, as the user named them -> the same network for colour images with these weights,
            and its scaling, as `scaling` says it; raises KitError.
        kind: of scaling, where the weights say nothing else: "signed", "halves", "standard" or "centred".
    """

    title: str
    build: Callable
    fetch: Callable
    kind: str = "standard"


def laid(x, source, *, dropout=0.2, regularizer=None, weights=None, pixels=None, **others):
    """The network of a source on `x`. Its layers are Keras' own, one by one: decoders find maps between.

    The scaling that it was trained with stands in front, so what the package puts there is left out.
    With published weights, those of the first convolution are summed up for one channel, and repeated
    for more than three, at the same total strength.

    Args:
        x: (batch, H, W, C) tensor.
        source: a `Source`.
        dropout: fraction of the last channels dropped in training, 0 to below 1; with 0 it drops nothing
            inside, either.
        regularizer: a Keras regularizer of the kernels, or None.
        weights: None starts at random; else what `source.fetch` takes.
        pixels: (mean, standard deviation) of each channel in 0 to 255 that x was standardised with;
            None where x is in 0 to 255.
        **others: activation and normalization are for what is built on its maps, its own stay;
            width and depth must be None, as it is as published.

    Returns:
        (batch, h, w, channels) tensor.

    Raises:
        KitError: if width or depth is given, or the weights cannot be had or are another network's.
        MatchError: if the images are too small for it.
    """
    asked = [f"{key}={others[key]}" for key in ("width", "depth") if others.get(key) is not None]
    if asked:
        raise KitError(
            f"'{source.title}' is as published. Received: {', '.join(asked)}. Leave width and depth out, "
            "or take one of kit's own backbones, which have them."
        )
    network = _built(source, x.shape[1:])
    values, scales = None, scaling(source.kind, x.shape[-1])
    if weights is not None:
        reference, scales = source.fetch(weights)
        values = _values(network, unrolled(reference), source, weights)
        scales = for_channels(scales, x.shape[-1])
    x = scaled(x, scales, pixels)
    x = connected(network, x, values, drops=bool(dropout), regularizer=regularizer)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x


def _built(source, shape):
    try:
        return unrolled(source.build(shape))
    except ValueError as error:
        raise MatchError(
            f"'{source.title}' cannot be built for images of {shape[0]} x {shape[1]} pixels "
            f"({str(error).splitlines()[0][:120]}).\nTake larger images, such as size=[{USUAL}, {USUAL}]."
        ) from None


def unrolled(network):
    """The network with the parts of its composed layers in their place, each with its weights.

    Example:
        >>> from keras import layers
        >>> image = keras.Input((8, 8, 3))
        >>> network = keras.Model(image, layers.Conv2D(2, 3)(image))
        >>> unrolled(network) is network
        True
    """
    while any(map(_is_composed, network.operations)):
        network = keras.models.clone_model(network, clone_function=lambda layer: layer, call_function=_inside)
    return network


def _is_composed(layer):
    """Whether this is another package's layer that is made of layers."""
    if not isinstance(layer, keras.layers.Layer) or type(layer).__module__.startswith("keras."):
        return False
    return len(list(layer._flatten_layers(include_self=False))) > 0


def _inside(layer, *args, **kwargs):
    """Keras sees the layers within a layer only where its own `call` is called."""
    return layer.call(*args, **kwargs) if _is_composed(layer) else layer(*args, **kwargs)


def _values(network, reference, source, weights):
    """{layer of `network`: its weights in `reference`}, for images of its number of channels."""
    own, known = _learnt(network), _learnt(reference)
    values = [layer.get_weights() for layer in known]
    values[0][0] = kernel_for_channels(values[0][0], own[0].kernel.shape[2], source.kind == "centred")
    wanted = [[tuple(weight.shape) for weight in layer.weights] for layer in own]
    if wanted != [[value.shape for value in layer] for layer in values]:
        raise KitError(f"'{weights}' holds the weights of another network than '{source.title}'.")
    return {layer.name: value for layer, value in zip(own, values, strict=True)}


def _learnt(network):
    """The layers that have weights, one by one, but for Keras' own scaling."""
    parts = [part.layers if isinstance(part, keras.Sequential) else [part] for part in network.layers]
    layers = itertools.chain.from_iterable(parts)
    return [each for each in layers if each.weights and not isinstance(each, keras.layers.Normalization)]


def fetched(title, function, *args, **kwargs):
    """What a package's function fetches.

    Raises:
        KitError: if it cannot; gives the package's reason.
    """
    try:
        return function(*args, **kwargs)
    except Exception as error:  # what packages raise where a download fails has no class of its own
        reason = " ".join(str(error).split())[:150]
        raise KitError(
            f"The weights of '{title}' cannot be fetched ({reason}).\n"
            "Fetch the file elsewhere and say weights=FILE, or leave weights out to start at random."
        ) from None


def read(network, path, title, cure):
    """Reads a file of weights into a network.

    Raises:
        KitError: if it is not a file of this network's weights; `cure` says what to give.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Keras' word for weights that stay as they were
            network.load_weights(path)
    except (OSError, ValueError, KeyError, UserWarning) as error:
        reason = str(error).splitlines()[0][:150]
        raise KitError(
            f"'{path}' does not hold the weights of '{title}' without its top ({reason}).\n{cure}"
        ) from None
    return network


def kernel_for_channels(kernel, channels, turned=False):
    """The first kernel, (height, width, red green blue, filters), for another number of channels.

    Args:
        kernel: array of weights.
        channels: of the images.
        turned: whether the kernel takes blue before red.
    """
    kernel = kernel[:, :, ::-1] if turned else kernel
    if channels == 3:
        return kernel
    if channels == 1:
        return kernel.sum(axis=2, keepdims=True)
    return kernel[:, :, [channel % 3 for channel in range(channels)]] * (3 / channels)


def scaling(kind, channels=3):
    """(factors, offsets) that bring each channel from 0 to 255 to what a network was trained on.

    Example:
        >>> scaling("centred")[1]
        [-123.68, -116.779, -103.939]
    """
    return for_channels(_SCALINGS[kind], channels)


def for_channels(scales, channels):
    """(factors, offsets) of red, green and blue, for another number of channels.

    One channel takes the mean, and others repeat red, green, blue.
    """
    if channels == 1:
        return tuple([sum(column) / 3] for column in scales)
    return tuple([column[channel % 3] for channel in range(channels)] for column in scales)


def scaled(x, scales, pixels):
    """What the network was trained on, of x: one factor and one offset a channel.

    Args:
        x: (batch, H, W, C) tensor.
        scales: (factors, offsets), a number a channel each.
        pixels: (mean, standard deviation) that x was standardised with, or None.
    """
    means, spreads = ([0.0], [1.0]) if pixels is None else pixels
    rows = list(zip(*scales, *map(itertools.cycle, (means, spreads)), strict=False))
    return keras.layers.Rescaling(
        [factor * spread for factor, _, _, spread in rows],
        [factor * mean + offset for factor, offset, mean, _ in rows],
    )(x)


def connected(network, x, values, drops, regularizer):
    """The network's layers anew, on `x`; with these weights, or as they start.

    Args:
        network: an unrolled network.
        x: (batch, H, W, C) tensor.
        values: {name of a layer: its weights}, or None.
        drops: whether it drops anything inside.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        The tensor of its last layer.
    """
    last, called = None, set()

    def made(layer):
        if isinstance(layer, keras.Sequential | keras.layers.Identity):
            return layer
        return _made(layer, drops, regularizer)

    def call(layer, *args, **kwargs):
        nonlocal last
        if isinstance(layer, keras.Sequential):  # of ConvNeXt: its layers stand in the model themselves
            last = args[0]
            for each in layer.layers:
                call(made(each), last)
            return last
        if layer.name in called and not getattr(layer, "weights", ()):  # each place a layer of its own
            layer = type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_{len(called)}"})
        called.add(layer.name)
        last = _called(layer, *args, **kwargs)
        if values and layer.name in values:
            _set(layer, values[layer.name])
        return last

    inputs = keras.tree.map_structure(lambda _: x, network.input)  # of some networks it is a list
    keras.models.clone_model(network, input_tensors=inputs, clone_function=made, call_function=call)
    return last


def _called(layer, *args, **kwargs):
    if isinstance(layer, keras.layers.Rescaling | keras.layers.Normalization | keras.layers.Identity):
        return args[0]  # kit scales
    if type(layer).__name__ == "CustomScaleLayer":  # InceptionResNetV2's; Keras' own layers say the same
        shortcut, branch = args[0]
        return keras.layers.Add()([shortcut, keras.layers.Rescaling(layer.scale)(branch)])
    return layer(*args, **kwargs)


def _made(layer, drops, regularizer):
    """A new layer as this one; in place of those that files should not hold, one that does the same."""
    config, kind = layer.get_config(), type(layer).__name__
    if kind.endswith("LayerScale"):
        return LayerScale(float(layer.get_weights()[0][0]), name=layer.name)  # all start at one number
    if kind.endswith("StochasticDepth"):
        return keras.layers.Dropout(layer.drop_path_rate * drops, (None, 1, 1, 1), name=layer.name)
    if kind == "Conv2D" and layer.groups > 1 and layer.groups == layer.filters:
        kept = {key: config[key] for key in ("name", "kernel_size", "strides", "padding", "use_bias")}
        return keras.layers.DepthwiseConv2D(**kept, depthwise_regularizer=regularizer)
    if kind in ("Dropout", "SpatialDropout2D"):
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
