"""Gated recurrent units: a state that is carried from step to step."""

import keras

from kit import activations
from kit.backbones import BACKBONES
from kit.blocks.recurrent import both_ways


@BACKBONES.register("gru", ranks=(1, 3), takes_mask=True)
def gru(
    x,
    *,
    mask=None,
    activation="linear",
    width=64,
    depth=1,
    normalization="none",
    dropout=0.2,
    regularizer=None,
):
    """Gated recurrent units, from both ends: the state at the last step that a series has, and at its first.

    Source: Cho et al. 2014, Learning Phrase Representations using RNN Encoder-Decoder (arXiv:1406.1078).

    Args:
        x: (batch, steps, channels) tensor of series, or of the vectors of words.
        mask: (batch, steps) bool, where there are steps; None where all series are of one length.
        activation: name of an activation of the result; inside the layers it is tanh.
        width: units of each direction.
        depth: pairs of layers, one on the other.
        normalization: "batch", "layer", "group" or "none", between the pairs.
        dropout: share dropped between the pairs and of the result in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 * width) tensor.

    Example:
        >>> gru(keras.Input((20, 3)), width=8).shape
        (None, 16)
    """
    style = {"normalization": normalization, "dropout": dropout, "regularizer": regularizer}
    found = both_ways(keras.layers.GRU, x, mask=mask, width=width, depth=depth, **style)
    return activations.get(activation)(found)
