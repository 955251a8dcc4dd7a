"""Cross-stage partial blocks: half of the channels goes around the convolutions."""

import keras

from kit.blocks.stage import conv_norm_act


def csp(x, filters, repeats=1, *, shortcut=True, **style):
    """A 1 x 1 convolution whose second half runs through `repeats` pairs of 3 x 3; all are joined at the end.

    Source: Wang et al. 2019, CSPNet (arXiv:1911.11929); every step is kept for the end as in
    VoVNet (Lee et al. 2019, arXiv:1904.09730).

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result, even.
        repeats: pairs of convolutions.
        shortcut: whether each pair is added to what it began with.
        **style: activation, normalization, regularizer, as in `kit.blocks.stage.conv_norm_act`.

    Returns:
        (batch, H, W, filters) tensor.

    Example:
        >>> csp(keras.Input((8, 8, 3)), 16, 2).shape
        (None, 8, 8, 16)
    """
    half = filters // 2
    around, through = (conv_norm_act(x, half, 1, **style) for _ in range(2))
    parts = [around, through]
    for _ in range(repeats):
        inner = conv_norm_act(conv_norm_act(through, half, **style), half, **style)
        through = keras.layers.Add()([through, inner]) if shortcut else inner
        parts.append(through)
    return conv_norm_act(keras.layers.Concatenate()(parts), filters, 1, **style)
