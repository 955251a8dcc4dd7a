"""Decisions on one image of any size, at its own size and with memory that does not grow with its outputs."""

import dataclasses

import numpy as np

from kit.decisions import Decided, to_list
from kit.errors import DataError
from kit.inputs import pixels
from kit.inputs.findings import Finding


def decided(input, task, tiles, item):
    """What a network says of each pixel of one image.

    Args:
        input: an `Images`.
        task: a `Segmentation` or `Denoising`.
        tiles: a `kit.artifact.tiles.Tiles`.
        item: path, bytes, Pillow image or array.

    Returns:
        A `Decision` whose mask or image is as large as the image was.

    Raises:
        DataError: if the image cannot be read.
    """
    own = dataclasses.replace(input, size=(None, None)).decode(item)
    if isinstance(own, Finding):
        raise DataError([own.fault])
    seen = own if input.is_ragged else pixels.resize(own, input.size)
    maps = [_maps(task.decided(strip[None])) for _, strip in tiles.strips(seen)]
    whole = np.concatenate(maps) if len(maps) > 1 else maps[0]
    if task.form == "image":
        return to_list(Decided(images=pixels.resize(whole, own.shape[:2])[None]), task.names)[0]
    return to_list(Decided(masks=pixels.nearest(whole, own.shape[:2])[None]), task.names)[0]


def _maps(decided):
    return decided.images[0] if decided.masks is None else decided.masks[0]
