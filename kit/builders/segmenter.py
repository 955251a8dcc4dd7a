"""Segmenters: a class for every pixel, at any height and width."""

from kit.builders import common, dense


def build_segmenter(
    task,
    input,
    *,
    backbone="auto",
    decoder="auto",
    stem="auto",
    deep_supervision=False,
    activation="relu",
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
    weights=None,
    l1=0.0,
    l2=0.0,
    optimizer="adamw",
    learning_rate=None,
    weight_decay=None,
    momentum=None,
    nesterov=None,
    clipnorm=None,
    average=False,
):
    """Builds and compiles a segmenter. It takes images of any height and width.

    Images are padded inside to what the network can halve, and the outputs cut back.

    Args:
        task: a `Segmentation`; it decides the output units, the output activation, the loss, the
            metrics and the decision.
        input: an `Images`, or the shape (height, width, channels), where height and width may be None.
        backbone: a name in `kit.backbones.names()` that keeps maps on the way; "auto" takes "plain",
            the contracting half of a U-Net.
        decoder: a name in `kit.decoders.names()`; "auto" takes "unet".
        stem: side of the blocks of pixels that are one place of the first maps: 1 for every pixel
            its own, 2 for a third of the time; "auto" takes 2, and 1 for images that are known to be
            below 256 pixels and for decoders and backbones that begin with larger steps.
        deep_supervision: whether the head speaks from all levels of the decoder, so that the loss
            reaches each of them directly; for "unet", "unet++" and "attention_unet".
        activation: hidden activation, a name in `kit.activations.names()`.
        width: channels of the first maps; None takes the backbone's own, as for the next three.
        depth: halvings, or blocks a stage; "plain" halves until an edge would be below 4 places, at most
            until a place is 32 pixels wide.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the features dropped in training, 0 to below 1.
        weights, l1, l2, optimizer, learning_rate, weight_decay, momentum, nesterov, clipnorm, average: as in
            `build_classifier`.

    Returns:
        A compiled `keras.Model` (batch, height, width, channels) -> (batch, height, width, units).

    Raises:
        KitError: if a name is unknown.
        MatchError: if the loss does not fit the masks, or the backbone the input.

    Example:
        >>> model = kit.build_segmenter(kit.Segmentation(3), (None, None, 1), width=8, depth=2)
        >>> model.output_shape
        (None, None, None, 3)
    """
    common.check_task(task, "build_segmenter", "Segmentation")
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2, weights)
    model = dense.assemble(task, input, design, decoder, stem, deep_supervision)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)
