"""The ends of detectors: from maps of one width to raw outputs, by the output activation that follows."""

from kit.anchors import by_level
from kit.decoders import detect, regions
from kit.objects import BINS


def raw(kind, maps, classes, *, size, strides, anchors, **style):
    """What the output activation of a detector takes.

    Args:
        kind: the output activation of the row of the match table, such as "boxes" or "regions".
        maps: (batch, h, w, C) tensors, one for each stride.
        classes: number of classes.
        size: (height, width) of the image, pixels.
        strides: pixels between the places of each map, finest first.
        anchors: (width, height) of each, pixels.
        **style: activation, normalization, regularizer, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        Tuple of tensors: the raw outputs, and of regions their corners.

    Example:
        >>> import keras
        >>> maps = [keras.Input((8, 8, 16)), keras.Input((4, 4, 16))]
        >>> [each.shape for each in raw("boxes", maps, 3, size=(32, 32), strides=(4, 8), anchors=None)]
        [(None, 80, 7)]
    """
    if kind in ("boxes", "binned_boxes"):
        bins = BINS if kind == "binned_boxes" else None
        return (detect.detect(maps, classes, bins, **style),)
    if kind == "anchored_boxes":
        counts = [len(own) for own in by_level(anchors, strides)]
        return (detect.detect(maps, classes, anchors=counts, **style),)
    places = {"size": size, "strides": strides, "anchors": anchors}
    return regions.two_stage(maps, classes, **places, **style)
