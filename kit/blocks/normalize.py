"""Normalisation layers by name."""

import keras

from kit.errors import MatchError, unknown

# Keras' 0.99 needs some 500 steps to forget its start; short runs evaluate on statistics
# that lag behind the weights. `kit.fit` sets the momentum that suits the number of steps.
MOMENTUM = 0.9
NAMES = ("batch", "layer", "group", "none")


def normalize(x, name="batch", zero_gamma=False, epsilon=1e-5, scale=True, mask=None):
    """Normalises the last axis of `x` as `name` says.

    Args:
        x: (batch, ..., C) tensor.
        name: "batch" over the batch, "layer" over the channels of one place, "group" over 8
            groups of channels of one sample, "none" leaves x as it is.
        zero_gamma: start with a factor of 0, so that a residual branch starts as nothing.
        epsilon: added to the variance; published weights expect that of their network.
        scale: whether each channel has a factor that is learnt.
        mask: (batch, ...) bool, the places that count; None where all do.

    Returns:
        A tensor of the same shape.

    Raises:
        KitError: if there is no normalisation of that name.
        MatchError: if there is a mask and the normalisation cannot leave places out.
    """
    gamma = "zeros" if zero_gamma else "ones"
    options = {"epsilon": epsilon, "scale": scale, "gamma_initializer": gamma}
    if name == "batch":
        masked = {} if mask is None else {"mask": mask}
        return keras.layers.BatchNormalization(momentum=MOMENTUM, **options)(x, **masked)
    if name == "layer":
        return keras.layers.LayerNormalization(**options)(x)
    if name == "group":
        if mask is not None:
            raise MatchError(
                "normalization='group' would count the steps after the end of a series. "
                "Take 'batch', 'layer' or 'none'."
            )
        groups = next(size for size in (8, 4, 2, 1) if x.shape[-1] % size == 0)
        return keras.layers.GroupNormalization(groups, **options)(x)
    if name == "none":
        return x
    raise unknown("normalization", name, NAMES)
