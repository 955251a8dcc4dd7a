"""Detectors: boxes around objects, in one look at the image or in two."""

import dataclasses
import functools
import itertools

from kit import match
from kit.builders import common
from kit.errors import MatchError, unknown

_FINE = 32  # pixels: the features of a smaller region are those of few places 8 pixels apart


def build_detector(
    task,
    input,
    *,
    architecture="auto",
    backbone="auto",
    strides=None,
    activation="swish",
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
    weights=None,
    l1=0.0,
    l2=0.0,
    optimizer="adamw",
    learning_rate=8e-3,
    weight_decay=None,
    momentum=None,
    nesterov=None,
    clipnorm=10.0,
    average=True,
):
    """Builds and compiles a detector for images of one size.

    "yolo" looks once and has no anchors: maps of a backbone, joined down and up again (PAN), and a head
    that says of each of their places how far away the sides of a box are and what is in it.
    "retinanet" looks once, too, and measures from anchors on a feature pyramid, boxes that k-means fits to
    those of the training; anchors learn the objects that they overlap, by focal loss.
    "faster_rcnn" looks twice: of anchors on a feature pyramid it takes up to 100 regions that may hold an
    object, and says of each what is in it and where exactly.

    Args:
        task: a `Detection`; it decides the outputs, the loss and the decision.
        input: an `Images` of known size, or the shape (height, width, channels).
        architecture: "yolo", "retinanet", "faster_rcnn" or "auto", which follows the task's loss. It gives
            a task that asks for no loss the one that fits.
        backbone: a name in `kit.backbones.names()` that keeps maps on the way; "auto" takes "csp".
        strides: pixels between the places that look for objects, finest first, each twice the one
            before; None lets the sizes of the training objects decide.
        activation, width, depth, normalization, dropout: as in `build_classifier`; None takes the
            backbone's own, and the depth that the strides need.
        learning_rate: largest step size; far above the optimizer's own, as boxes are learnt in few steps.
        weights, l1, l2, optimizer, weight_decay, momentum, nesterov, clipnorm, average: as in
            `build_classifier`; few boxes make noisy gradients, which the average evens out.

    Returns:
        A compiled `keras.Model` (batch, height, width, channels) -> (batch, places, 4 + classes): corners
        in pixels of the network's input, and the probability of each class. In training "faster_rcnn"
        has more outputs; this one is "detections", and what `kit.save` keeps.

    Raises:
        KitError: if a name is unknown, or the size of the images is open.
        MatchError: if the loss does not fit the architecture, or the backbone has no maps of these strides.

    Example:
        >>> model = kit.build_detector(kit.Detection(3), (64, 64, 3), width=8)
        >>> model.output_shape  # 8 x 8 and 4 x 4 places
        (None, 80, 7)
    """
    common.check_task(task, "build_detector", "Detection")
    backbone = "csp" if backbone == "auto" else backbone
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2, weights)
    task = dataclasses.replace(task, strides=tuple(strides)) if strides else task
    model = _assembled(task, input, design, architecture)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)


def _assembled(task, input, design, architecture):
    import keras

    from kit import inputs

    neck, sizes, task = _fitting(task, architecture)
    input = inputs.as_input(input)
    if input.rank != 4:
        raise MatchError(f"Detection takes Images, and was given a {type(input).__name__}.")
    task = task.suited(input, **sizes)
    image, maps, style = _maps(task, input, design)
    name = f"{design.backbone}_detection"
    model = keras.Model(image, task.head(neck(maps, **style), **style), name=name)
    model.kit = common.Kit(input, task)
    return model


def _fitting(task, architecture):
    """The neck of an architecture, what sizes it likes, and the task with a loss that fits it."""
    from kit.decoders import detect, regions

    known = {  # the output activations of each, its neck, and the sizes it likes
        "yolo": (("boxes", "binned_boxes"), detect.pan, {}),
        "retinanet": (("anchored_boxes",), regions.levels, {"fine": _FINE, "levels": 2}),
        "faster_rcnn": (("regions",), regions.levels, {"fine": _FINE, "levels": 2}),
    }
    if architecture not in ("auto", *known):
        raise unknown("architecture", architecture, ["auto", *known])
    of_loss = next(name for name, each in known.items() if task.match.activation in each[0])
    activations, neck, sizes = known[of_loss if architecture == "auto" else architecture]
    rows = [row.loss for row in match.table(task.form) if row.activation in activations]
    return neck, sizes, task if task.loss in rows else _with_loss(task, rows, architecture)


def _with_loss(task, rows, architecture):
    """The task with the first of these losses, if its own is nothing but the default."""
    default = type(task).loss
    if task.loss != default:
        raise MatchError(
            f"A detector '{architecture}' learns by {' or '.join(rows)}; the task asks for '{task.loss}'.\n"
            "Take architecture='auto', which follows the loss, or a task without loss=."
        )
    return dataclasses.replace(task, loss=rows[0])


def _maps(task, input, design):
    """The input layer, the backbone's maps of the task's strides, and the style of its convolutions."""
    from kit import backbones
    from kit.backbones.taps import taps

    name = design.backbone
    backbones.chosen(name, 4, "Images")
    halvings = task.strides[-1].bit_length() - 1
    keywords = design.keywords(name, input, {"depth": halvings - 1} if name == "csp" else {})
    image, features = input.layers()
    found = taps(functools.partial(backbones.get(name), **keywords), features, input.size)
    known = dict(zip(found.strides, found, strict=True))
    if not set(task.strides) <= known.keys():
        raise MatchError(
            f"'{name}' has maps of strides {', '.join(map(str, known))}; asked for are "
            f"{', '.join(map(str, task.strides))}. Say which: strides=(8, 16), or another depth."
        )
    _check_halves(input.size, task.strides)
    style = {key: keywords[key] for key in ("activation", "normalization", "regularizer") if key in keywords}
    return image, [known[stride] for stride in task.strides], style


def _check_halves(size, strides):
    """Raises a MatchError unless each map has exactly half of the places of the one before."""
    for fine, coarse in itertools.pairwise(strides):
        if any(-(-edge // fine) != 2 * -(-edge // coarse) for edge in size):
            step = strides[-1]
            fitting = tuple(step * -(-edge // step) for edge in size)
            raise MatchError(
                f"Images of {size[0]} x {size[1]} pixels (height x width) cannot be halved evenly down to "
                f"stride {step}.\nSay image_size={fitting}, or other strides than {tuple(strides)}."
            )
