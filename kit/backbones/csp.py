"""A small network of cross-stage partial blocks, the body of one-stage detectors."""

from kit.backbones import BACKBONES
from kit.blocks.conv import halvings
from kit.blocks.csp import csp as block
from kit.blocks.stage import conv_norm_act

_DEEPEST = 5


@BACKBONES.register("csp", ranks=(4,))
def csp(x, *, activation="relu", width=24, depth=None, normalization="batch", dropout=0.0, regularizer=None):
    """Halves the map by a 3 x 3 convolution of stride 2 before each block; channels double with each.

    Source: Wang et al. 2019, CSPNet (arXiv:1911.11929); stem and number of blocks as in small
    one-stage detectors.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of a hidden activation.
        width: channels of the map at a quarter of the size; the one at half of it has half as many.
        depth: number of blocks, at least 1; the map is halved once more than that. None halves until an
            edge would be shorter than 4 pixels, at most 5 times.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the last map's channels dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, ceil(H / 2**(depth + 1)), ceil(W / 2**(depth + 1)), width * 2**(depth - 1)) tensor.

    Example:
        >>> import keras
        >>> csp(keras.Input((64, 64, 3)), width=16, depth=2).shape
        (None, 8, 8, 32)
    """
    import keras

    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    if depth is None:
        size = x.shape[1:3]
        depth = (_DEEPEST if None in size else max(2, halvings(*size, at_most=_DEEPEST))) - 1
    for level in range(depth + 1):
        filters = 2 * -(-width * 2**level // 4)  # even: a block halves it
        x = conv_norm_act(x, filters, strides=2, **style)
        if level:
            x = block(x, filters, **style)
    return keras.layers.SpatialDropout2D(dropout)(x) if dropout else x
