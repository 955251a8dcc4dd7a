"""Mix transformer: attention at four sizes, the encoder of SegFormer."""

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.attend import Attend
from kit.blocks.conv import conv, halvings
from kit.blocks.normalize import normalize
from kit.blocks.stage import depthwise_start

_WIDTHS = (1, 2, 5, 8)  # times `width`: channels of each stage, and so heads of `width` channels
_EXPANSION = 4  # of the channels inside a Mix-FFN
_START = 0.02  # spread of the weights of 1 x 1 convolutions, as in the authors' code
_STEM = 2  # halvings at once in the first patch embedding, where the image is large enough


@BACKBONES.register("mit", ranks=(4,), needs_kit=True)
def mit(x, *, activation="gelu", width=32, depth=2, normalization="layer", dropout=0.0, regularizer=None):
    """Up to four stages of `depth` blocks of attention and Mix-FFN; widths 1, 2, 5, 8 times `width`.

    Each stage embeds overlapping patches, the first at a quarter of the size, then at half of the
    one before. Images below 128 pixels get smaller strides first and fewer stages then, so that no
    edge is shorter than 4 pixels. Keys and values are brought to the size of the last map, so that
    attention costs the pixels times a few hundred. Where patches are comes from the zeros around
    the map: it needs no positions, and so takes any size.

    Source: Xie et al. 2021, SegFormer (arXiv:2105.15203); width 32 and depth 2 are its B0.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        activation: name of the hidden activation in the Mix-FFN.
        width: channels of the first stage and of each head.
        depth: blocks in each stage.
        normalization: "layer", "batch", "group" or "none".
        dropout: fraction of each block's two results dropped in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, h, w, channels) tensor.

    Example:
        >>> import keras
        >>> mit(keras.Input((128, 128, 3))).shape, mit(keras.Input((8, 8, 1)), depth=1).shape
        ((None, 4, 4, 256), (None, 4, 4, 64))
    """
    most = len(_WIDTHS) - 1 + _STEM
    size = x.shape[1:3]
    count = most if None in size else halvings(*size, at_most=most)
    last = min(count, len(_WIDTHS) - 1)
    style = {"activation": activation, "normalization": normalization, "regularizer": regularizer}
    for stage in range(last + 1):
        strides, edge = (2, 3) if stage else (2 ** (count - last), 7)
        x = _embedded(x, _WIDTHS[stage] * width, edge, strides, regularizer)
        x = normalize(x, normalization)
        for _ in range(depth):
            x = _attention(x, _WIDTHS[stage], 2 ** (last - stage), dropout, normalization, regularizer)
            x = _mix(x, dropout, **style)
        x = normalize(x, normalization)
    return x


def _embedded(x, filters, kernel_size, strides, regularizer):
    """Patches of `kernel_size` pixels, one every `strides`, as places of a smaller map."""
    options = {"activation": "linear", "use_bias": True, "regularizer": regularizer}
    return conv(x, filters, kernel_size, strides=strides, **options)


def _projected(x, filters, use_bias=True, regularizer=None):
    """A 1 x 1 convolution; it starts small, without which a step of 0.01 ends all learning."""
    return keras.layers.Conv2D(
        filters,
        1,
        use_bias=use_bias,
        kernel_initializer=keras.initializers.TruncatedNormal(stddev=_START),
        kernel_regularizer=regularizer,
    )(x)


def _attention(x, heads, reduction, dropout, normalization, regularizer):
    """x + attention of its places to the same map at 1 / `reduction` of the size."""
    filters = x.shape[-1]
    ready = normalize(x, normalization)
    small = ready
    if reduction > 1:
        small = _embedded(ready, filters, reduction, reduction, regularizer)
        small = normalize(small, normalization)
    queries = _projected(ready, filters, regularizer=regularizer)
    keys = _projected(small, filters, use_bias=False, regularizer=regularizer)  # softmax undoes a bias
    values = _projected(small, filters, regularizer=regularizer)
    found = _projected(Attend(heads)([queries, keys, values]), filters, regularizer=regularizer)
    return _added(x, found, dropout)


def _mix(x, dropout, *, activation, normalization, regularizer):
    """x + two 1 x 1 convolutions with a depthwise one between, which sees the neighbours."""
    filters = x.shape[-1]
    branch = _projected(normalize(x, normalization), _EXPANSION * filters, regularizer=regularizer)
    branch = keras.layers.DepthwiseConv2D(
        3,
        padding="same",
        depthwise_initializer=depthwise_start(3),
        depthwise_regularizer=regularizer,
    )(branch)
    branch = _projected(activations.get(activation)(branch), filters, regularizer=regularizer)
    return _added(x, branch, dropout)


def _added(x, branch, dropout):
    branch = keras.layers.Dropout(dropout)(branch) if dropout else branch
    return keras.layers.Add()([x, branch])
