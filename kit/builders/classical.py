"""Networks as their papers have them: one call, one row of the paper's table."""

import functools

from kit.builders import common, dense
from kit.builders.denoiser import build_denoiser


def unet_2015(task, input, *, optimizer="adamw", learning_rate=None):
    """The U-Net of 2015: 64 to 1024 channels, four halvings, transposed convolutions, no normalisation.

    Two things differ: convolutions keep the size, so that masks are as large as images, and the
    output is the task's.

    Source: Ronneberger et al. 2015, U-Net (arXiv:1505.04597), figure 1.

    Args:
        task: a `Segmentation`.
        input: an `Images`, or (height, width, channels), where height and width may be None.
        optimizer: a name in `kit.optimizers.names()`.
        learning_rate: largest step size; None takes the optimizer's own.

    Returns:
        A compiled `keras.Model` of 31,030,593 parameters for one channel and two classes.

    Example:
        >>> kit.unet_2015(kit.Segmentation(("background", "cell")), (None, None, 1)).count_params()
        31030593
    """
    from kit import inputs
    from kit.backbones.plain import plain
    from kit.decoders.unet import unet

    common.check_task(task, "unet_2015", "Segmentation")
    input = inputs.as_input(input)
    down = functools.partial(plain, width=64, depth=4, widest=1024, normalization="none")
    up = functools.partial(unet, up="transposed", normalization="none")
    model = dense.finished(task, input, lambda x: dense.of_every_pixel(x, down, up, input.size), "unet_2015")
    return common.compiled(model, optimizer, learning_rate)


def dncnn_2017(task, input, *, optimizer="adamw", learning_rate=None):
    """DnCNN: 17 convolutions of 64 channels at full size, batch normalisation, the noise as residual.

    Source: Zhang et al. 2017, Beyond a Gaussian Denoiser (arXiv:1608.03981).

    Args:
        task: a `Denoising`; the others as of `unet_2015`.

    Returns:
        A compiled `keras.Model` of 558,017 parameters for one channel.

    Example:
        >>> kit.dncnn_2017(kit.Denoising(noise=25), (None, None, 1)).count_params()
        558017
    """
    settings = {"width": 64, "depth": 17, "optimizer": optimizer, "learning_rate": learning_rate}
    return build_denoiser(task, input, backbone="dncnn", **settings)
