"""Recurrent layers that read a series from both ends."""

import keras

from kit.blocks.normalize import normalize


def both_ways(layer, x, *, mask=None, width, depth=1, normalization="none", dropout=0.0, regularizer=None):
    """`depth` pairs of recurrent layers, one from the first step on and one from the last; last valid states.

    Args:
        layer: `keras.layers.GRU` or `keras.layers.LSTM`.
        x: (batch, steps, channels) tensor.
        mask: where a series has steps, or None.
        width: units of each direction.
        depth: number of pairs.
        normalization: what stands between the pairs: "batch", "layer", "group" or "none".
        dropout: share dropped between the pairs and of the result, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 * width) tensor.
    """
    masked = {} if mask is None else {"mask": mask}
    for place in range(depth):
        last = place == depth - 1
        style = {"kernel_regularizer": regularizer, "return_sequences": not last}
        onward = layer(width, **style)(x, **masked)
        backward = layer(width, go_backwards=True, **style)(x, **masked)
        if not last:  # the steps of the second come last step first
            backward = backward[:, ::-1]
        x = keras.layers.Concatenate()([onward, backward])
        x = x if last else normalize(x, normalization, mask=mask)
        x = keras.layers.Dropout(dropout)(x) if dropout else x
    return x
