"""The temporal convolutional network: no step sees a later one."""

import keras

from kit.backbones import BACKBONES
from kit.blocks.steps import conv_norm_act, last_of, mean_over

_KERNEL = 3  # steps


@BACKBONES.register("tcn", ranks=(3,), takes_mask=True)
def tcn(
    x,
    *,
    mask=None,
    activation="relu",
    width=64,
    depth=5,
    normalization="batch",
    dropout=0.0,
    regularizer=None,
):
    """Residual blocks of two causal convolutions whose taps lie 1, 2, 4, ... steps apart.

    The result is the state at the last step that a series has, and beside it the mean over all steps.
    At depth d the last step sees 1 + 4 (2^d - 1) steps: 125 at depth 5.

    Source: Bai et al. 2018, An Empirical Evaluation of Generic Convolutional and Recurrent Networks for
    Sequence Modeling (arXiv:1803.01271), with batch in place of weight normalisation.

    Args:
        x: (batch, steps, channels) tensor.
        mask: (batch, steps) bool, where there are steps; None where all series are of one length.
        activation: name of a hidden activation.
        width: channels.
        depth: number of blocks.
        normalization: "batch", "layer" or "none"; "group", too, where there is no mask.
        dropout: share of the channels dropped after each convolution in training, 0 to below 1.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, 2 * width) tensor.

    Example:
        >>> tcn(keras.Input((150, 1)), width=8).shape
        (None, 16)
    """
    kernel = {"mask": mask, "regularizer": regularizer}
    style = {**kernel, "activation": activation, "normalization": normalization}
    for block in range(depth):
        branch = x
        for _ in range(2):
            branch = conv_norm_act(branch, width, _KERNEL, causal=2**block, **style)
            branch = keras.layers.SpatialDropout1D(dropout)(branch) if dropout else branch
        if x.shape[-1] != width:
            x = conv_norm_act(x, width, 1, activation="linear", normalization="none", **kernel)
        x = keras.layers.Add()([x, branch])
    return keras.layers.Concatenate()([last_of(x, mask), mean_over(x, mask)])
