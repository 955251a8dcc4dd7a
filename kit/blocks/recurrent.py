"""Recurrent layers that read a series from both ends."""

import keras

from kit import activations
from kit.blocks.normalize import normalize
from kit.blocks.steps import embedded


def both_ways(
    layer, x, *, words=None, mask=None, activation, width, depth, normalization, dropout, regularizer
):
    """`depth` pairs of recurrent layers, one from the first step on and one from the last; last valid states.

    Args:
        layer: `keras.layers.GRU` or `keras.layers.LSTM`.
        x: (batch, steps, channels) tensor, or (batch, steps) numbers of words.
        words: numbers of words that there are; None for series.
        mask: where a series has steps, or None.
        activation: name of an activation of the result; inside the layers it is tanh.
        width: units of each direction.
        depth: number of pairs.
        normalization: what stands between the pairs: "batch", "layer", "group" or "none".
        dropout: share dropped before each pair and of the result, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 * width) tensor.
    """
    x, masked = embedded(x, words, width), {} if mask is None else {"mask": mask}
    for place in range(depth):
        last = place == depth - 1
        x = keras.layers.Dropout(dropout)(x) if dropout and place else x
        style = {"kernel_regularizer": regularizer, "return_sequences": not last}
        onward = layer(width, **style)(x, **masked)
        backward = layer(width, go_backwards=True, **style)(x, **masked)
        if not last:  # the steps of the second come last step first
            backward = backward[:, ::-1]
        x = keras.layers.Concatenate()([onward, backward])
        x = x if last else normalize(x, normalization, mask=mask)
    x = activations.get(activation)(x)
    return keras.layers.Dropout(dropout)(x) if dropout else x
