"""What is chosen for each kind of data: how wide a network may be, and how many steps it needs."""

import dataclasses

_SMALL = 32  # pixels: images are not halved to less
_TINY = 16  # pixels: maps of smaller images cost little, so that networks are wider, as "cnn" is by itself


@dataclasses.dataclass(frozen=True)
class Kind:
    """Between what a plan chooses for one kind of data.

    Args:
        name: of the kind.
        widths: of the network, narrowest first; (None,) leaves it to the backbone.
        steps: that a network needs; with more time it may be wider.
        own: keyword arguments of the builder that are always the same.
        few: steps below which next to nothing is learnt; it is told.
        sizes: (height, width) that images may be shrunk to where time is short, largest first.
        epochs: after which more would learn the samples by heart; None where each epoch shows them otherwise.
        fit: keyword arguments of `kit.fit` that are always the same.
    """

    name: str
    widths: tuple
    steps: int
    own: dict = dataclasses.field(default_factory=dict)
    few: int = 0
    sizes: tuple = ()
    epochs: int | None = None
    fit: dict = dataclasses.field(default_factory=dict)


_OF_FORM = {
    "image": Kind("denoising", (32, 48, 64), 4000, {"depth": 10}),
    "boxes": Kind("detection", (12, 16, 24, 32, 48, 64), 2000, few=400),
}
# three halvings: of large images, which are seen in blocks of 2 x 2 pixels, a place is 16 pixels wide
_MASKS = Kind("segmentation", (8, 16, 24, 32, 48), 1800, {"depth": 3})
# On maps Muon learns in a third of the epochs what AdamW does. Test parts, seed 0: membranes, width 8,
# accuracy .9177 after 15 epochs, AdamW .9133, after 50 .9145; street scenes, 8 epochs, mean IoU .432 and
# .376; noise of standard deviation 25, 8 epochs, 28.81 and 28.22 dB, AdamW after 30 28.72. Ten minutes of
# membranes on two slow processors: .9182 after 82 epochs of width 8, .9192 after 48 of width 16, for which
# 2005 steps were foretold: hence the 1800.
_FAST = {"optimizer": "muon"}
# Each of its decoders is taught, and their mean decides: what one sees where there is nothing counts less.
# Accuracy on membranes not seen after at most 560 s on one processor, two seeds: .9196 and .9192 (width 24);
# U-Net .9160 and .9176 (width 32).
_TISSUE = {"decoder": "unet++", "deep_supervision": True}
_WIDTHS = {  # of the backbones of classifiers and regressors that were measured
    "cnn": (16, 24, 32, 48),
    "mlp": (64, 128, 256),
    "realmlp": (64, 128, 256),
    "tabm": (32, 64, 128),
}
_FEW = 100
_IMAGES = {"steps": 2000, "epochs": 12}  # that are wanted, at least, whatever the number of samples


def of(data, builder, is_free=True):
    """The `Kind` of these data.

    Args:
        data: a `Data`.
        builder: keyword arguments of the builder that are settled already.
        is_free: whether widths and sizes may be chosen.

    Example:
        >>> import kit
        >>> of(kit.load_data("digits"), {}).own
        {'backbone': 'cnn'}
    """
    if data.task.is_dense:
        return _of_maps(data, builder, is_free)
    if data.task.form in _OF_FORM:
        return _OF_FORM[data.task.form]
    return _pooled(data, builder, is_free)


def _of_maps(data, builder, is_free):
    """Masks and images; weights that are known, and rates that are given, are not for another optimizer."""
    kind = _OF_FORM.get(data.task.form) or _masked(data, builder, is_free)
    if not is_free or {"optimizer", "learning_rate", "weights"} & set(builder):
        return kind
    return dataclasses.replace(kind, own={**kind.own, **_FAST})


def _masked(data, builder, is_free):
    """Each pixel has a class: tissue, which looks alike in all directions, or scenes."""
    from kit.data import patches

    is_open = is_free and not {"backbone", "decoder", "deep_supervision"} & set(builder)
    if not is_open or not patches.looks_alike(data.task.encode(data.train.labels)):
        return _MASKS
    return dataclasses.replace(_MASKS, own={**_MASKS.own, **_TISSUE})


def _pooled(data, builder, is_free):
    """One thing is said of each sample: the backbone follows from the input.

    The widest networks for tables, and their epochs, are those of `kit.fit` without a limit, which were
    measured; images are varied, so that they can be seen longer by wider networks.
    """
    from kit import backbones
    from kit.training import plan

    rank = data.input.rank
    asked, is_regression = builder.get("backbone", "auto"), not data.task.is_classification
    name = backbones.chosen(asked, rank, type(data.input).__name__, is_regression)
    widths = _WIDTHS.get(name, (None,)) if is_free else (None,)
    steps_an_epoch = -(-len(data.train) // plan.batch_size(len(data.train)))
    if rank != 4:
        epochs = plan.epochs(steps_an_epoch)
        own = {"backbone": name}
        return Kind("samples", widths, epochs * steps_an_epoch, own, _FEW, epochs=epochs)
    if name == "cnn" and is_free and min(data.input.size) < _TINY:
        widths = (32, 48, 64)
    steps = max(_IMAGES["steps"], _IMAGES["epochs"] * steps_an_epoch)
    sizes = _halved(data.input.size) if is_free else ()
    # while the rate is high the validation loss rises and falls: the end, where it is 0, is better
    return Kind("images", widths, steps, {"backbone": name}, _FEW, sizes, fit={"patience": 0})


def _halved(size):
    """Smaller sizes of images, by halves, as long as an edge is not small."""
    found = []
    while min(size) // 2 >= _SMALL:
        size = tuple(-(-edge // 2) for edge in size)
        found.append(size)
    return tuple(found)
