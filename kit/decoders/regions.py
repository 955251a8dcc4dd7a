"""From feature maps to regions and what is in them: a pyramid, a first and a second stage."""

import keras

from kit import anchors as shapes
from kit.blocks.dense import dense_block
from kit.blocks.stage import conv_norm_act
from kit.decoders.fpn import pyramid
from kit.regions import Crops, Proposals

_WIDEST = 256
_UNITS = 4  # of the second stage for a channel of the pyramid


def levels(maps, width=None, *, regularizer=None, **style):
    """A feature pyramid of maps of one width, each convolved, normalised and activated once more.

    Source: Lin et al. 2017, Feature Pyramid Networks (arXiv:1612.03144).

    Args:
        maps: (batch, h, w, C) tensors from fine to coarse, each of half the size of the one before.
        width: channels of the results; None takes twice the finest map's, 16 to 256.
        regularizer: a Keras regularizer of the kernels, or None.
        **style: activation, normalization, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        List of (batch, h, w, width) tensors.

    Example:
        >>> [each.shape[1:] for each in levels([keras.Input((8, 8, 16)), keras.Input((4, 4, 32))])]
        [(8, 8, 32), (4, 4, 32)]
    """
    width = width or max(16, min(2 * maps[0].shape[-1], _WIDEST))
    return [
        conv_norm_act(each, width, regularizer=regularizer, **style)
        for each in pyramid(maps, width, regularizer)
    ]


def two_stage(maps, classes, *, size, strides, anchors, **style):
    """Regions that may hold an object, and what each of them says.

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497); its layers "proposals", "crops" and "second"
    are those that `kit.losses.stages.TwoStageModel` trains.

    Args:
        maps: (batch, h, w, C) tensors of one width, one for each stride.
        classes: number of classes.
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each map, finest first.
        anchors: (width, height) of each, pixels.
        **style: activation, normalization, regularizer, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        (regions (batch, R, 5) corners and probability, raw (batch, R, 4 + classes + 1)).

    Example:
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 16))]
        >>> regions, raw = two_stage(maps, 3, size=(32, 32), strides=(4, 8), anchors=((8, 8), (32, 32)))
        >>> regions.shape, raw.shape
        ((None, 100, 5), (None, 100, 8))
    """
    counts = [len(own) for own in shapes.by_level(anchors, strides)]
    rows = _first(maps, counts, style)
    regions = Proposals(size, strides, anchors, name="proposals")(rows)
    crops = Crops(strides, name="crops")([*maps, regions])
    width = maps[0].shape[-1]
    return regions, _second(crops.shape[-1], _UNITS * width, classes, **style)(crops)


def _first(maps, counts, style):
    """(batch, A, 5): logit that there is an object, and the deltas of its box."""
    rows = []
    for features, count in zip(maps, counts, strict=True):
        if count:
            x = conv_norm_act(features, features.shape[-1], **style)
            rows.append(
                keras.layers.Reshape((-1, 5))(_last(keras.layers.Conv2D, 5 * count, kernel_size=1)(x))
            )
    return keras.layers.Concatenate(axis=1)(rows) if len(rows) > 1 else rows[0]


def _second(features, units, classes, activation="relu", regularizer=None, **_):
    """A network of two dense layers: features of a region -> deltas and logits."""
    x = inputs = keras.Input((None, features), name="features")
    for _ in range(2):
        x = dense_block(x, units, activation=activation, normalization="layer", regularizer=regularizer)
    return keras.Model(inputs, _last(keras.layers.Dense, 4 + classes + 1, name="logits")(x), name="second")


def _last(layer, units, **settings):
    """The last layer of a stage: float32, near 0 at first."""
    start = keras.initializers.RandomNormal(stddev=0.01)
    return layer(units, kernel_initializer=start, dtype="float32", **settings)
