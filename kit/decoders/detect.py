"""From feature maps to what each of their places says of objects: a PAN neck and a decoupled head."""

import math

from kit.blocks.csp import csp
from kit.blocks.enlarge import enlarge
from kit.blocks.stage import conv_norm_act

_OBJECTS = 0.01  # share of the places that say an object of a class before anything is learnt
_SIDE = 1.0  # raw distance to begin with: softplus(1) = 1.3 strides
_FALL = math.log(1.3 / 2.3)  # from bin to bin, to begin with: their mean is 1.3 strides, too


def pan(maps, **style):
    """Maps that know what the coarser and the finer ones know: down once, and up again.

    Source: Liu et al. 2018, Path Aggregation Network (arXiv:1803.01534), with cross-stage partial
    blocks.

    Args:
        maps: (batch, h, w, C) tensors from fine to coarse, each of half the size of the one before.
        **style: activation, normalization, regularizer, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        List of tensors with the shapes of `maps`.

    Example:
        >>> import keras
        >>> [each.shape[1:] for each in pan([keras.Input((8, 8, 16)), keras.Input((4, 4, 32))])]
        [(8, 8, 16), (4, 4, 32)]
    """
    import keras

    def joined(first, second, like):
        return csp(keras.layers.Concatenate()([first, second]), like.shape[-1], shortcut=False, **style)

    down = [maps[-1]]
    for finer in maps[-2::-1]:
        down.insert(0, joined(enlarge(down[0], 2, "nearest"), finer, finer))
    up = [down[0]]
    for coarser in down[1:]:
        smaller = conv_norm_act(up[-1], coarser.shape[-1], strides=2, **style)
        up.append(joined(smaller, coarser, coarser))
    return up


def detect(maps, classes, bins=None, anchors=None, **style):
    """Each map through two convolutions for boxes and two for classes; all places in one tensor.

    Source: Ge et al. 2021, YOLOX (arXiv:2107.08430), for the decoupled head; Lin et al. 2017
    (arXiv:1708.02002) for the first bias, by which one place in a hundred says an object.

    Args:
        maps: (batch, h, w, C) tensors.
        classes: number of classes.
        bins: logits of each distance; None for one number.
        anchors: how many boxes a place of each map says; None for one, of distances and not of deltas.
        **style: as of `pan`.

    Returns:
        (batch, places, 4 + classes) raw outputs, level by level, row by row; with bins
        (batch, places, 4 * bins + classes); with anchors (batch, A, 4 + classes), of one place one after
        the other.

    Example:
        >>> import keras
        >>> detect([keras.Input((8, 8, 16)), keras.Input((4, 4, 32))], 3).shape
        (None, 80, 7)
    """
    import keras

    def last(x, units, bias):
        bias = keras.initializers.Constant(bias)
        start = keras.initializers.RandomNormal(stddev=0.01)
        layer = keras.layers.Conv2D(
            units, 1, bias_initializer=bias, kernel_initializer=start, dtype="float32"
        )
        return layer(x)

    sides = 4 * (bins or 1)
    rare, rows = -math.log((1 - _OBJECTS) / _OBJECTS), []
    far = _SIDE if bins is None else [_FALL * step for step in range(bins)] * 4
    far = far if anchors is None else 0.0
    for features, count in zip(maps, anchors or [1] * len(maps), strict=True):
        if not count:
            continue
        width = max(16, maps[0].shape[-1])
        box, kind = features, features
        for _ in range(2):
            box, kind = conv_norm_act(box, width, **style), conv_norm_act(kind, width, **style)
        said = (last(box, count * sides, far), sides), (last(kind, count * classes, rare), classes)
        both = [keras.layers.Reshape((-1, units))(each) for each, units in said]
        rows.append(keras.layers.Concatenate()(both))
    return keras.layers.Concatenate(axis=1)(rows) if len(rows) > 1 else rows[0]
