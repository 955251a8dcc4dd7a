"""Deep supervision: the head speaks from all levels of a decoder, so that each must be of use by itself."""

import keras

from kit.blocks.conv import conv
from kit.blocks.enlarge import enlarge


def mean_of(levels, regularizer=None, halved=True):
    """The mean of features of several sizes, at the size and with the channels of the last.

    As the head after it is linear before its activation, its output is that of the mean of heads of
    all levels, and the loss reaches each of them directly.

    Source: Zhou et al. 2018, UNet++ (arXiv:1807.10165), section 3.2, with the loss of the mean in
    place of the mean of the losses.

    Args:
        levels: (batch, h, w, channels) tensors from coarse to fine.
        regularizer: a Keras regularizer of the kernels, or None.
        halved: whether each has half the size of the one after it; else all are of one size.

    Returns:
        (batch, h, w, channels) tensor.

    Example:
        >>> mean_of([keras.Input((4, 4, 32)), keras.Input((8, 8, 16))]).shape
        (None, 8, 8, 16)
    """
    *coarser, finest = levels
    filters = finest.shape[-1]
    brought = [finest]
    for back, level in enumerate(reversed(coarser), start=1):
        if level.shape[-1] != filters:
            level = conv(level, filters, 1, activation="linear", use_bias=True, regularizer=regularizer)
        brought.append(enlarge(level, 2**back) if halved else level)
    return keras.layers.Average()(brought)
