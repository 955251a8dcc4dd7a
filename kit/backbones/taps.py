"""The maps that a network passes on its way down, found from their shapes."""

import itertools

import keras

from kit.errors import MatchError


class Taps(list):
    """Feature maps from fine to coarse, each of half the height and width of the one before.

    Args:
        maps: (batch, h, w, channels) tensors.
        strides: pixels of the image from one place of each map to the next; None takes the
            finest map for the image: 1, 2, 4, ...
        edge: shorter edge of the coarsest map, at the size of image that the network is made
            for; None if unknown.

    Example:
        >>> import keras
        >>> maps = Taps.of([keras.Input((8, 8, 16)), keras.Input((4, 4, 32))])
        >>> maps.strides, maps.edge
        ((1, 2), 4)
    """

    def __init__(self, maps, strides=None, edge=None):
        super().__init__(maps)
        self.strides = tuple(strides or (2**level for level in range(len(self))))
        self.edge = edge

    @classmethod
    def of(cls, maps):
        """These maps as `Taps`.

        Raises:
            MatchError: if there are fewer than two: nothing was halved.
        """
        if len(maps) < 2:
            raise MatchError(f"A decoder needs maps of at least 2 sizes. Received: {len(maps)}.")
        size = maps[-1].shape[1:3]
        return maps if isinstance(maps, cls) else cls(maps, edge=None if None in size else min(size))


def taps(backbone, x, size, **settings):
    """The maps of a backbone on `x`, from fine to coarse; layers and weights are new ones.

    A network is made for images of `size` first, since its depth and strides may follow from it,
    and its layers are then called on `x`, which may be of unknown size. Published weights are taken along.

    Args:
        backbone: (tensor, **settings) -> tensor, as those of `kit.backbones`.
        x: (batch, H, W, C) tensor; H and W may be unknown.
        size: (height, width) of the images that the network is made for, pixels.
        **settings: for the backbone.

    Returns:
        `Taps`: the last map before each halving, and the final one. Their strides tell how much
        finer the image is than the finest map.

    Raises:
        MatchError: if the backbone keeps no maps that halve step by step.

    Example:
        >>> import keras
        >>> from kit import backbones
        >>> maps = taps(backbones.get("cnn"), keras.Input((None, None, 3)), (64, 64))
        >>> [each.shape[-1] for each in maps], maps.strides
        ([16, 32, 64, 128], (2, 4, 8, 16))
    """
    image = keras.Input((*size, x.shape[-1]))
    model = keras.Model(image, backbone(image, **settings))
    found = _found(model)
    made, keeps = {}, {**getattr(backbone, "keywords", {}), **settings}.get("weights") is not None

    def call(operation, *args, **kwargs):
        made[operation.name] = operation(*args, **kwargs)
        if keeps and getattr(operation, "weights", ()):
            operation.set_weights(model.get_layer(operation.name).get_weights())
        return made[operation.name]

    keras.models.clone_model(model, input_tensors=x, call_function=call)
    maps = [made[operation.name] for operation in found.values()]
    return Taps(maps, found, min(model.output.shape[1:3]))


def taps_of(model):
    """The maps of a functional model, such as one of `keras.applications` without its top.

    Args:
        model: a functional `keras.Model` for images of one known size.

    Returns:
        `Taps`, connected to the model's input: `keras.Model(model.input, list(taps_of(model)))`.

    Raises:
        MatchError: as `taps`; also if the model's size is unknown.

    Example:
        >>> import keras
        >>> from kit.backbones.resnet import resnet
        >>> image = keras.Input((32, 32, 3))
        >>> [each.shape[1] for each in taps_of(keras.Model(image, resnet(image)))]
        [32, 16, 8, 4]
    """
    found = _found(model)
    return Taps([each.output for each in found.values()], found, min(model.output.shape[1:3]))


def _found(model):
    """{stride: the operation that makes the last map of this stride}, from fine to coarse.

    Maps of other sizes than the image's over a power of two are margins added before a
    convolution; those smaller than the final one are weights of channels, or keys. A margin may make
    a map as large as one of a finer level, such as 4 + 2 * 2, so what adds margins is left out.
    """
    size, final = model.input.shape[1:3], model.output
    if None in size or len(final.shape) != 4:
        raise MatchError(
            f"Maps are taken of networks for images of one size. Received: {size}, {final.shape}."
        )
    last, learnt = {}, set()
    for operation in model.operations:  # Keras lists them from the inputs on
        if isinstance(operation, keras.layers.InputLayer):
            continue
        sources = [id(source) for source in keras.tree.flatten(operation.input)]
        if _has_kernel(operation) or not learnt.isdisjoint(sources):
            learnt.add(id(operation.output))  # what comes before is the image, shifted and scaled
            if not isinstance(operation, keras.layers.ZeroPadding2D):
                last[_stride(operation.output, size)] = operation
    end = _stride(final, size)
    strides = sorted(stride for stride in last if stride and stride <= (end or 0))
    if len(strides) < 2 or any(2 * fine != coarse for fine, coarse in itertools.pairwise(strides)):
        raise MatchError(
            f"'{model.name}' keeps no maps that halve step by step, which a decoder needs; "
            f"strides {strides} of an image of {size} pixels."
        )
    return {stride: last[stride] for stride in strides}


def _has_kernel(operation):
    return any(len(weight.shape) > 1 for weight in getattr(operation, "weights", ()))


def _stride(tensor, size):
    """The power of two that divides `size`, rounded up, to the tensor's size; None if there is none."""
    shape = getattr(tensor, "shape", ())
    if len(shape) != 4 or None in shape[1:3]:
        return None
    powers = (2**power for power in range(max(size).bit_length() + 1))
    fits = (power for power in powers if shape[1:3] == tuple(-(-edge // power) for edge in size))
    return next(fits, None)
