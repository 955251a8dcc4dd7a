"""The contracting path of a U-Net."""

from kit.backbones import BACKBONES
from kit.blocks.conv import halve, halvings
from kit.blocks.stage import double_conv

_COARSEST = 32  # pixels a place of the last map; halving more adds weights for a context that it has already


def usual_depth(size, step=1):
    """How often maps are halved where nothing is said: until they are small, or a place is 32 pixels wide.

    Args:
        size: (height, width) of the image, pixels; None where unknown.
        step: side of the blocks of pixels that are one place of the first map.

    Example:
        >>> usual_depth((512, 512)), usual_depth((512, 512), step=2), usual_depth((28, 28))
        (5, 4, 2)
    """
    most = (_COARSEST // step).bit_length() - 1
    return most if None in size else halvings(*(-(-edge // step) for edge in size), at_most=most)


@BACKBONES.register("plain", ranks=(4,), usual_depth=usual_depth)
def plain(
    x,
    *,
    activation="relu",
    width=16,
    depth=None,
    normalization="batch",
    dropout=0.0,
    regularizer=None,
    widest=512,
):
    """Stages of two 3 x 3 convolutions, each of half the size and twice the width of the one before.

    Source: Ronneberger et al. 2015, U-Net (arXiv:1505.04597): width 64, depth 4, widest 1024,
    normalization "none"; the depth that follows the size, and the widest map, from nnU-Net
    (Isensee et al. 2021, doi:10.1038/s41592-020-01008-z).

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of a hidden activation.
        width: channels of the first stage.
        depth: how often the map is halved; None halves until an edge would be shorter than 4
            places, at most until a place is 32 pixels wide, and that often where the size is unknown.
        normalization: "batch", "layer", "group" or "none"; with "none" convolutions have a bias.
        dropout: fraction of each map's channels dropped after a stage, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.
        widest: most channels of a stage.

    Returns:
        (batch, ceil(H / 2**depth), ceil(W / 2**depth), channels) tensor.

    Example:
        >>> import keras
        >>> plain(keras.Input((64, 64, 3))).shape, plain(keras.Input((None, None, 3)), depth=2).shape
        ((None, 4, 4, 256), (None, None, None, 64))
    """
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    if depth is None:
        depth = usual_depth(x.shape[1:3])
    for stage in range(depth + 1):
        x = halve(x) if stage else x
        x = double_conv(x, min(width * 2**stage, widest), dropout=dropout, **style)
    return x
