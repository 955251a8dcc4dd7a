"""The residual block with the activation before the convolution."""

import keras

from kit import activations
from kit.blocks.conv import conv, norm_act
from kit.blocks.normalize import normalize


def residual(
    x, filters, *, strides=1, activation="relu", normalization="batch", dropout=0.0, regularizer=None
):
    """x + conv(act(norm(conv(act(norm(x)))))), with a 1 x 1 convolution on x where the shape changes.

    Source: He et al. 2016 (arXiv:1603.05027), figure 4e.

    Args:
        x: (batch, H, W, C) tensor.
        filters: channels of the result.
        strides: step of the first convolution, pixels.
        activation: name of a hidden activation.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction dropped between the convolutions, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, ceil(H / strides), ceil(W / strides), filters) tensor.
    """
    kernel = {"activation": activation, "regularizer": regularizer}
    ready = norm_act(x, activation=activation, normalization=normalization)
    shortcut = x
    if strides > 1 or x.shape[-1] != filters:
        shortcut = conv(ready, filters, 1, strides=strides, **kernel)
    branch = conv(ready, filters, strides=strides, **kernel)
    branch = activations.get(activation)(normalize(branch, normalization))
    branch = keras.layers.Dropout(dropout)(branch) if dropout else branch
    branch = normalize(conv(branch, filters, **kernel), normalization, zero_gamma=True)
    return keras.layers.Add()([shortcut, branch])
