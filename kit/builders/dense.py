"""Networks that say something of every pixel: backbone, decoder, head, all at the size of the image."""

from kit.builders import common
from kit.errors import MatchError

_SIZE = 128  # pixels: what depth is chosen for where the size of the images is open
_SHARED = ("activation", "normalization", "dropout", "regularizer")  # settings of decoders, too
_FROM_EVERY_PLACE = ("plain", "resnet")  # backbones whose first maps are as large as the image
_LARGE = 64  # pixels of the shorter edge from which blocks of pixels pay
_AUTO = {"Segmentation": "plain", "Denoising": "ffdnet"}


def assemble(task, input, design, decoder, stem):
    """The network, not yet compiled: the input's layers, features for every pixel, the task's head."""
    import keras

    from kit import backbones, inputs

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    if input.rank != 4:
        raise MatchError(f"{type(task).__name__} takes Images, and was given a {type(input).__name__}.")
    task = task.suited(input)
    name = _AUTO[type(task).__name__] if design.backbone == "auto" else design.backbone
    backbones.chosen(name, 4, "Images")
    image, features = input.layers()
    keywords = design.keywords({})
    if name in backbones.dense():
        features = backbones.get(name)(features, **keywords)
    else:
        stem = _stem(name, input.size) if stem == "auto" else stem
        features = _decoded(name, decoder, features, (input.size, stem), keywords)
    outputs = task.head(features, image)

    model = keras.Model(image, outputs, name=f"{name}_{type(task).__name__.lower()}")
    model.kit = common.Kit(input, task)
    return model


def _decoded(name, decoder, features, measures, keywords):
    """Features for every pixel, from a backbone's maps of several sizes.

    With a stem above 1 each block of pixels is one place with all their values as channels, and
    the features of a place are dealt out to its pixels again: nothing is lost, and the layers
    that cost most work on a quarter of the places (Shi et al. 2016, arXiv:1609.05158).
    """
    from kit import backbones, decoders
    from kit.backbones.taps import taps
    from kit.blocks.enlarge import enlarge
    from kit.blocks.sizes import CropLike, DepthToSpace, PadToMultiple, SpaceToDepth

    (size, stem), backbone = measures, backbones.get(name)
    size = tuple(-(-(edge or _SIZE) // stem) for edge in size)
    strides = taps(backbone, _open(features, stem), size, **keywords).strides
    padded = PadToMultiple(stem * strides[-1])(features)
    maps = taps(backbone, SpaceToDepth(stem)(padded) if stem > 1 else padded, size, **keywords)
    shared = {key: keywords[key] for key in _SHARED if key in keywords}
    found = decoders.get("unet" if decoder == "auto" else decoder)(maps, **shared)
    found = enlarge(found, strides[0])
    return CropLike()([DepthToSpace(stem)(found) if stem > 1 else found, features])


def _stem(backbone, size):
    """2 where the backbone begins at every place and the images are not tiny, else 1."""
    small = None not in size and min(size) < _LARGE
    return 2 if backbone in _FROM_EVERY_PLACE and not small else 1


def _open(features, stem):
    """An input of any size with the channels of these features in blocks of `stem` pixels."""
    import keras

    return keras.Input((None, None, stem**2 * features.shape[-1]))
