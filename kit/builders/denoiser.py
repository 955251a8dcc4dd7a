"""Denoisers: a clean image for a noisy one, at any height and width."""

from kit.builders import common, dense


def build_denoiser(
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
    """Builds and compiles a denoiser. It estimates the noise and takes it away.

    Args:
        task: a `Denoising`; it decides the last layers, the loss, the metric and the decision.
        input: an `Images`, or the shape (height, width, channels), where height and width may be None.
        backbone: "dncnn", "ffdnet" or "autoencoder", which keep the full size, or one with maps on
            the way for a residual U-Net; "auto" takes "ffdnet".
        decoder: a name in `kit.decoders.names()` for backbones with maps; "auto" takes "unet".
        stem, deep_supervision: as in `build_segmenter`; backbones that keep the full size have none.
        activation, width, depth, normalization, dropout: as in `build_segmenter`; None takes the
            backbone's own.
        l1, l2, optimizer, learning_rate, weight_decay, momentum, nesterov, clipnorm, average: as in
            `build_classifier`.

    Returns:
        A compiled `keras.Model` (batch, height, width, channels) -> the same shape, not clipped.

    Raises:
        KitError: if a name is unknown.
        MatchError: if the loss does not fit, or the backbone does not take images.

    Example:
        >>> model = kit.build_denoiser(kit.Denoising(noise=25), (None, None, 1), width=8, depth=3)
        >>> model.output_shape
        (None, None, None, 1)
    """
    common.check_task(task, "build_denoiser", "Denoising")
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2)
    model = dense.assemble(task, input, design, decoder, stem, deep_supervision)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)
