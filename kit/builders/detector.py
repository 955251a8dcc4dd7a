"""Detectors: boxes around objects, in one look at the image."""

import functools

from kit.builders import common
from kit.errors import MatchError


def build_detector(
    task,
    input,
    *,
    backbone="auto",
    strides=None,
    activation="swish",
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
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
    """Builds and compiles a one-stage detector without anchors, for images of one size.

    Maps of a backbone, joined down and up again (PAN), and a head that says of each of their places how
    far away the sides of a box are and what is in it.

    Args:
        task: a `Detection`; it decides the outputs, the loss and the decision.
        input: an `Images` of known size, or the shape (height, width, channels).
        backbone: a name in `kit.backbones.names()` that keeps maps on the way; "auto" takes "csp".
        strides: pixels between the places that look for objects, finest first, each twice the one
            before; None lets the sizes of the training objects decide.
        activation, width, depth, normalization, dropout: as in `build_classifier`; None takes the
            backbone's own, and the depth that the strides need.
        learning_rate: largest step size; far above the optimizer's own, as boxes are learnt in few steps.
        l1, l2, optimizer, weight_decay, momentum, nesterov, clipnorm, average: as in
            `build_classifier`; few boxes make noisy gradients, which the average evens out.

    Returns:
        A compiled `keras.Model` (batch, height, width, channels) -> (batch, places, 4 + classes): corners
        in pixels of the network's input, and the probability of each class.

    Raises:
        KitError: if a name is unknown, or the size of the images is open.
        MatchError: if the loss does not fit, or the backbone has no maps of these strides.

    Example:
        >>> model = kit.build_detector(kit.Detection(3), (64, 64, 3), width=8)
        >>> model.output_shape  # 8 x 8 and 4 x 4 places
        (None, 80, 7)
    """
    common.check_task(task, "build_detector", "Detection")
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2)
    model = _assembled(task, input, design, strides)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)


def _assembled(task, input, design, strides):
    import dataclasses

    import keras

    from kit import backbones, inputs
    from kit.backbones.taps import taps
    from kit.decoders.detect import pan

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    if input.rank != 4:
        raise MatchError(f"Detection takes Images, and was given a {type(input).__name__}.")
    task = dataclasses.replace(task, strides=tuple(strides)) if strides else task
    task = task.suited(input)
    name = "csp" if design.backbone == "auto" else design.backbone
    backbones.chosen(name, 4, "Images")
    halvings = task.strides[-1].bit_length() - 1
    keywords = design.keywords({"depth": halvings - 1} if name == "csp" else {})
    image, features = input.layers()
    found = taps(functools.partial(backbones.get(name), **keywords), features, input.size)
    known = dict(zip(found.strides, found, strict=True))
    if not set(task.strides) <= known.keys():
        raise MatchError(
            f"'{name}' has maps of strides {', '.join(map(str, known))}; asked for are "
            f"{', '.join(map(str, task.strides))}. Say which: strides=(8, 16), or another depth."
        )
    style = {key: keywords[key] for key in ("activation", "normalization", "regularizer") if key in keywords}
    maps = pan([known[stride] for stride in task.strides], **style)
    model = keras.Model(image, task.head(maps, **style), name=f"{name}_detection")
    model.kit = common.Kit(input, task)
    return model
