"""Networks that say something of every pixel: backbone, decoder, head, all at the size of the image."""

import functools

from kit.builders import common
from kit.errors import KitError, MatchError

_SIZE = 128  # pixels: what depth is chosen for where the size of the images is open
_FROM_EVERY_PLACE = ("plain", "resnet")  # backbones whose first maps are as large as the image
_LARGE = 256  # pixels of the shorter edge from which blocks of pixels pay: below, objects are a few of them
_FINE = 8  # least features of a pixel where blocks of pixels are dealt out
_STYLE = ("activation", "normalization", "regularizer")  # settings of every convolution, and of decoders
_SHARED = (*_STYLE, "dropout")
_STEMS = (1, 2, 4)
_LESS_WORK = {"up": "transposed"}  # halves the channels on the way up: a fifth of a step's time
_AUTO = {"Segmentation": "plain", "Denoising": "ffdnet"}


def assemble(task, input, design, decoder, stem, deep_supervision=False):
    """The network, not yet compiled: the input's layers, features for every pixel, the task's head."""
    from kit import backbones, decoders, inputs

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    if input.rank != 4:
        raise MatchError(f"{type(task).__name__} takes Images, and was given a {type(input).__name__}.")
    name = _AUTO[type(task).__name__] if design.backbone == "auto" else design.backbone
    backbones.chosen(name, 4, "Images")
    keywords = design.keywords(name, input)
    if backbones.facts(name).get("takes_level") and task.form == "image" and task.is_blind:
        keywords["level"] = "estimate"
    backbone = functools.partial(backbones.get(name), **keywords)
    if name in backbones.dense():
        _check_deep(deep_supervision, False, name)
        return finished(task, input, backbone, name)
    known = input.size if None not in input.size else input.usual
    size = known or (_SIZE, _SIZE)
    if stem not in ("auto", *_STEMS):
        raise KitError(f"stem is the side of blocks of pixels: {_STEMS} or 'auto'. Received: {stem!r}.")
    stem = _stem(name, known) if stem == "auto" else stem
    usual_depth = backbones.facts(name).get("usual_depth")
    if usual_depth and "depth" not in keywords:
        depth = max(1, usual_depth(size, stem))  # a decoder needs two maps
        backbone = functools.partial(backbone, depth=depth)
    style, shared = ({k: keywords[k] for k in names if k in keywords} for names in (_STYLE, _SHARED))
    if decoder == "auto":
        decoder, shared = "unet", {**shared, **(_LESS_WORK if stem > 1 else {})}
    _check_deep(deep_supervision, decoders.facts(decoder).get("deep"), decoder)
    shared |= {"deep": True} if deep_supervision else {}
    decoder = functools.partial(decoders.get(decoder), **shared)
    body = functools.partial(of_every_pixel, backbone=backbone, decoder=decoder, size=size, stem=stem)
    return finished(task, input, functools.partial(body, style=style), name)


def _check_deep(asked, has, name):
    if asked and not has:
        from kit import decoders

        fitting = [each for each in decoders.names() if decoders.facts(each).get("deep")]
        raise MatchError(f"'{name}' has no deep supervision. These decoders have it: {', '.join(fitting)}.")


def finished(task, input, body, name):
    """The network, not yet compiled; `body` makes features of the same size of a standardised image."""
    import keras

    task = task.suited(input)
    image, features = input.layers()
    outputs = task.head(body(features), image)
    model = keras.Model(image, outputs, name=common.model_name(name, task))
    model.kit = common.Kit(input, task)
    return model


def of_every_pixel(x, backbone, decoder, size, stem=1, style=None):
    """Features for every pixel, from a backbone's maps of several sizes.

    With a stem above 1 each block of pixels is one place with all their values as channels, so that
    the layers that cost most work on a quarter of the places. At the end each pixel gets features
    of its own, made of all features of its place (Shi et al. 2016, arXiv:1609.05158), and one
    convolution sees them beside the image, which knows best where borders are.

    Args:
        x: (batch, height, width, channels) tensor, of any height and width.
        backbone: function tensor -> tensor whose inner maps halve step by step.
        decoder: function maps -> tensor of the finest map's size.
        size: (height, width) that the backbone is made for; None where it is open.
        stem: side of the blocks.
        style: activation, normalization and regularizer of the convolution at the end.
    """
    from kit.backbones.taps import taps
    from kit.blocks.enlarge import enlarge
    from kit.blocks.sizes import CropLike, PadToMultiple, SpaceToDepth

    size = tuple(-(-(edge or _SIZE) // stem) for edge in size)
    strides = taps(backbone, _open(x, stem), size).strides
    padded = PadToMultiple(stem * strides[-1])(x)
    maps = taps(backbone, SpaceToDepth(stem)(padded) if stem > 1 else padded, size)
    found = enlarge(decoder(maps), strides[0])
    found = _dealt_out(found, padded, stem, style or {}) if stem > 1 else found
    return CropLike()([found, x])


def _dealt_out(features, image, stem, style):
    """Features of each pixel, from those of blocks of `stem` x `stem` pixels and from the image."""
    import keras

    from kit.blocks.conv import conv
    from kit.blocks.sizes import DepthToSpace
    from kit.blocks.stage import conv_norm_act

    filters = max(_FINE, features.shape[-1] // 2)
    regularizer = style.get("regularizer")
    each = conv(features, stem**2 * filters, 1, activation="linear", use_bias=True, regularizer=regularizer)
    both = keras.layers.Concatenate()([DepthToSpace(stem)(each), image])
    return conv_norm_act(both, filters, **style)


def _stem(backbone, size):
    """2 where the backbone begins at every place and the images are not known to be small, else 1."""
    is_small = size is not None and min(size) < _LARGE
    return 2 if backbone in _FROM_EVERY_PLACE and not is_small else 1


def _open(features, stem):
    """An input of any size with the channels of these features in blocks of `stem` pixels."""
    import keras

    return keras.Input((None, None, stem**2 * features.shape[-1]))
