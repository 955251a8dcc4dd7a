"""Larger maps, by a whole factor."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class Enlarge(keras.layers.Layer):
    """Bilinear enlargement, also of maps of unknown size.

    The same as Keras' bilinear `UpSampling2D`, which fails in a TensorFlow graph whose sizes are
    unknown (measured: Keras 3.15.1), as where a network is given images of several sizes.

    Args:
        factor: times the height and width, at least 1.

    Call arguments:
        x: (batch, H, W, C) tensor.

    Returns:
        (batch, factor * H, factor * W, C) tensor.

    Raises:
        ValueError: if `factor` is not a whole number of at least 1.

    Example:
        >>> row = np.array([0.0, 4.0], "float32").reshape(1, 1, 2, 1)
        >>> np.asarray(Enlarge(2)(row))[0, 0, :, 0].tolist()
        [0.0, 1.0, 3.0, 4.0]
    """

    def __init__(self, factor, **kwargs):
        super().__init__(**kwargs)
        if int(factor) != factor or factor < 1:
            raise ValueError(f"`factor` must be a whole number of at least 1. Received: {factor}")
        self.factor = int(factor)

    def call(self, x):
        if None in x.shape[1:3]:
            return self._along(self._along(x, 1), 2)
        size = [self.factor * edge for edge in x.shape[1:3]]
        return ops.image.resize(x, size, interpolation="bilinear", data_format="channels_last")

    def compute_output_spec(self, x):
        size = [edge and self.factor * edge for edge in x.shape[1:3]]
        return keras.KerasTensor((x.shape[0], *size, x.shape[3]), dtype=x.dtype)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}

    def _along(self, x, axis):
        """Each place becomes `factor` places between it and the nearer of its neighbours."""
        edge = ops.shape(x)[axis]
        places = ops.arange(edge, dtype="int32")
        before = ops.take(x, ops.maximum(places - 1, 0), axis=axis)
        after = ops.take(x, ops.minimum(places + 1, edge - 1), axis=axis)
        shifts = [(step + 0.5) / self.factor - 0.5 for step in range(self.factor)]
        found = [x + abs(shift) * ((before if shift < 0 else after) - x) for shift in shifts]
        shape = list(ops.shape(x))
        shape[axis] = edge * self.factor
        return ops.reshape(ops.stack(found, axis=axis + 1), shape)


def enlarge(x, factor, interpolation="bilinear"):
    """`x` at `factor` times its height and width; untouched for a factor of 1.

    Args:
        x: (batch, H, W, C) tensor; H and W may be unknown.
        factor: a whole number of at least 1.
        interpolation: "bilinear" or "nearest".

    Returns:
        (batch, factor * H, factor * W, C) tensor.

    Example:
        >>> import keras
        >>> enlarge(keras.Input((None, 4, 3)), 8).shape
        (None, None, 32, 3)
    """
    if factor == 1:
        return x
    if interpolation == "nearest":
        return keras.layers.UpSampling2D(factor)(x)
    return Enlarge(factor)(x)
