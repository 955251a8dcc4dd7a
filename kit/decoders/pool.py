"""Feature maps -> one vector a sample."""

import keras


def pool(features):
    """The mean of each channel over all places; vectors stay as they are.

    Args:
        features: (batch, H, W, C) or (batch, C) tensor.

    Returns:
        (batch, C) tensor.
    """
    if len(features.shape) == 4:
        return keras.layers.GlobalAveragePooling2D(name="pooled")(features)
    return features
