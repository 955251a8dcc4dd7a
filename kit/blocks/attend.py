"""Attention between the places of maps."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class Attend(keras.layers.Layer):
    """Scaled dot-product attention of every place of one map to all places of another; no weights.

    softmax(q k' / sqrt(C / heads)) v for each of `heads` groups of channels.

    Source: Vaswani et al. 2017, Attention Is All You Need (arXiv:1706.03762).

    Args:
        heads: groups of channels that attend each for itself; divides C.

    Call arguments:
        inputs: [queries, keys, values], (batch, H, W, C), (batch, h, w, C) and (batch, h, w, C)
            tensors; heights and widths may be unknown.

    Returns:
        (batch, H, W, C) tensor.

    Raises:
        ValueError: if `heads` is below 1 or does not divide C.

    Example:
        >>> maps = np.zeros((2, 4, 6, 8)), np.zeros((2, 2, 3, 8)), np.ones((2, 2, 3, 8))
        >>> np.asarray(Attend(heads=2)(list(maps))).mean().item()
        1.0
    """

    def __init__(self, heads=1, **kwargs):
        super().__init__(**kwargs)
        if heads < 1:
            raise ValueError(f"`heads` must be at least 1. Received: {heads}")
        self.heads = heads

    def call(self, inputs):
        queries, keys, values = inputs
        found = ops.dot_product_attention(*(self._rows(x) for x in (queries, keys, values)))
        return ops.reshape(found, ops.shape(queries))

    def compute_output_spec(self, inputs):
        queries = inputs[0]
        if queries.shape[-1] % self.heads:
            raise ValueError(f"{self.heads} `heads` do not divide the channels. Received: {queries.shape}.")
        return keras.KerasTensor(queries.shape, dtype=queries.dtype)

    def get_config(self):
        return {**super().get_config(), "heads": self.heads}

    def _rows(self, x):
        """(batch, h, w, C) -> (batch, h * w, heads, C / heads)."""
        batch, height, width, channels = ops.shape(x)
        return ops.reshape(x, (batch, height * width, self.heads, channels // self.heads))


def attention(x, heads, regularizer=None):
    """Every place of a map looks at all places of the same map.

    Args:
        x: (batch, H, W, C) tensor.
        heads: groups of channels that attend each for itself; divides C.
        regularizer: a Keras regularizer of the kernels, or None.

    Returns:
        (batch, H, W, C) tensor.

    Example:
        >>> attention(keras.Input((4, 4, 8)), heads=2).shape
        (None, 4, 4, 8)
    """

    def projected(x, use_bias=False):
        return keras.layers.Dense(x.shape[-1], use_bias=use_bias, kernel_regularizer=regularizer)(x)

    return projected(Attend(heads)([projected(x) for _ in range(3)]), use_bias=True)


def weighted_mean(x):
    """The mean of all places, each weighted by a softmax of one learnt score: "sequence pooling".

    Source: Hassani et al. 2021, Compact Transformers (arXiv:2104.05704).

    Args:
        x: (batch, H, W, C) tensor, H and W known.

    Returns:
        (batch, C) tensor.

    Example:
        >>> weighted_mean(keras.Input((4, 4, 8))).shape
        (None, 8)
    """
    scores = keras.layers.Flatten()(keras.layers.Dense(1)(x))
    values = keras.layers.Reshape((-1, x.shape[-1]))(x)
    return keras.layers.Dot(axes=1)([keras.layers.Softmax()(scores), values])
