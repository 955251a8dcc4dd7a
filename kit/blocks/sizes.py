"""Layers without weights that change a map's height and width, also where these are unknown."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class PadToMultiple(keras.layers.Layer):
    """Repeats the last row and column until height and width are multiples of `multiple`.

    So networks that halve take images of any size, also smaller ones than `multiple`. Nothing
    is computed where the known size already divides. `CropLike` takes the margin off again.

    Args:
        multiple: pixels, at least 1.

    Call arguments:
        x: (batch, H, W, C) tensor, H and W at least 1.

    Returns:
        (batch, H', W', C) tensor, H' and W' the next multiples.

    Raises:
        ValueError: if `multiple` is not a whole number of at least 1.

    Example:
        >>> row = np.arange(3.0).reshape(1, 1, 3, 1)
        >>> np.asarray(PadToMultiple(2)(row))[0, :, :, 0].tolist()
        [[0.0, 1.0, 2.0, 2.0], [0.0, 1.0, 2.0, 2.0]]
    """

    def __init__(self, multiple, **kwargs):
        super().__init__(**kwargs)
        self.multiple = _whole("multiple", multiple)

    def call(self, x):
        return self._padded(self._padded(x, 1), 2)

    def compute_output_spec(self, x):
        return _resized(x, *(_times(_parts(edge, self.multiple), self.multiple) for edge in x.shape[1:3]))

    def get_config(self):
        return {**super().get_config(), "multiple": self.multiple}

    def _padded(self, x, axis):
        if x.shape[axis] is not None and x.shape[axis] % self.multiple == 0:
            return x
        edge = ops.shape(x)[axis]
        places = ops.arange(_parts(edge, self.multiple) * self.multiple, dtype="int32")
        return ops.take(x, ops.minimum(places, edge - 1), axis=axis)


@keras.saving.register_keras_serializable(package="kit")
class CropLike(keras.layers.Layer):
    """The upper left part of a map, as high and as wide as another.

    Call arguments:
        inputs: [x, like], (batch, H, W, C) and (batch, h, w, D) tensors, H >= h and W >= w.

    Returns:
        (batch, h, w, C) tensor.

    Raises:
        ValueError: if x is known to be smaller than `like`.

    Example:
        >>> CropLike()([np.zeros((1, 8, 8, 3)), np.zeros((1, 5, 7, 1))]).shape == (1, 5, 7, 3)
        True
    """

    def call(self, inputs):
        x, like = inputs
        if None not in x.shape[1:3] and x.shape[1:3] == like.shape[1:3]:
            return x
        height, width = ops.shape(like)[1:3]
        return x[:, :height, :width]

    def compute_output_spec(self, inputs):
        x, like = inputs
        for have, want in zip(x.shape[1:3], like.shape[1:3], strict=True):
            if have is not None and want is not None and have < want:
                raise ValueError(f"CropLike cuts to a smaller size. Received: {x.shape} for {like.shape}.")
        return _resized(x, *like.shape[1:3])


@keras.saving.register_keras_serializable(package="kit")
class SpreadLike(keras.layers.Layer):
    """One number a sample, or a map of them, as a map that is as high and as wide as another.

    Call arguments:
        inputs: [x, like], (batch, 1, 1, C) or (batch, H, W, C) and (batch, H, W, D) tensors.

    Returns:
        (batch, H, W, C) tensor.

    Example:
        >>> SpreadLike()([np.full((2, 1, 1, 1), 25.0), np.zeros((2, 4, 6, 3))]).shape == (2, 4, 6, 1)
        True
    """

    def call(self, inputs):
        x, like = inputs
        return ops.broadcast_to(x, (*ops.shape(like)[:3], x.shape[-1]))

    def compute_output_spec(self, inputs):
        x, like = inputs
        return _resized(x, *like.shape[1:3])


class _Blocks(keras.layers.Layer):
    """What `SpaceToDepth` and `DepthToSpace` share: the edge of a block, in pixels."""

    def __init__(self, block=2, **kwargs):
        super().__init__(**kwargs)
        self.block = _whole("block", block)

    def get_config(self):
        return {**super().get_config(), "block": self.block}


@keras.saving.register_keras_serializable(package="kit")
class SpaceToDepth(_Blocks):
    """Lays the pixels of each block behind each other, row by row, as channels of one place.

    Args:
        block: edge of a block, pixels.

    Call arguments:
        x: (batch, H, W, C) tensor, H and W multiples of `block`.

    Returns:
        (batch, H / block, W / block, block * block * C) tensor.

    Raises:
        ValueError: if `block` is not a whole number of at least 1, or a known edge does not divide.

    Example:
        >>> x = np.arange(4.0).reshape(1, 2, 2, 1)
        >>> np.asarray(SpaceToDepth()(x)).tolist()
        [[[[0.0, 1.0, 2.0, 3.0]]]]
    """

    def call(self, x):
        batch, height, width, channels = ops.shape(x)
        n = self.block
        x = ops.reshape(x, (batch, height // n, n, width // n, n, channels))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, height // n, width // n, n * n * channels))

    def compute_output_spec(self, x):
        if any(edge is not None and edge % self.block for edge in x.shape[1:3]):
            raise ValueError(f"SpaceToDepth needs edges that {self.block} divides. Received: {x.shape}.")
        return _resized(x, *(_parts(edge, self.block) for edge in x.shape[1:3]), self.block**2 * x.shape[-1])


@keras.saving.register_keras_serializable(package="kit")
class DepthToSpace(_Blocks):
    """The inverse of `SpaceToDepth`. Source: Shi et al. 2016, sub-pixel convolution (arXiv:1609.05158).

    Args:
        block: edge of a block, pixels.

    Call arguments:
        x: (batch, H, W, C) tensor, C a multiple of block * block.

    Returns:
        (batch, H * block, W * block, C / block / block) tensor.

    Raises:
        ValueError: if `block` is not a whole number of at least 1, or the channels do not divide.

    Example:
        >>> x = np.arange(4.0).reshape(1, 1, 1, 4)
        >>> np.asarray(DepthToSpace()(x))[0, :, :, 0].tolist()
        [[0.0, 1.0], [2.0, 3.0]]
    """

    def call(self, x):
        batch, height, width, channels = ops.shape(x)
        n = self.block
        x = ops.reshape(x, (batch, height, width, n, n, channels // n**2))
        x = ops.transpose(x, (0, 1, 3, 2, 4, 5))
        return ops.reshape(x, (batch, height * n, width * n, channels // n**2))

    def compute_output_spec(self, x):
        channels, rest = divmod(x.shape[-1], self.block**2)
        if rest:
            raise ValueError(
                f"DepthToSpace needs channels that {self.block**2} divides. Received: {x.shape}."
            )
        return _resized(x, *(_times(edge, self.block) for edge in x.shape[1:3]), channels)


def _whole(name, value):
    if int(value) != value or value < 1:
        raise ValueError(f"`{name}` must be a whole number of pixels, at least 1. Received: {value}")
    return int(value)


def _parts(edge, part):
    """How many parts cover an edge; None of an unknown one.

    Not -(-edge // part): in ONNX that rounds towards 0, and images were cut instead of filled up.
    """
    return None if edge is None else (edge + part - 1) // part


def _times(edge, factor):
    return None if edge is None else edge * factor


def _resized(x, height, width, channels=None):
    """What Keras is told of a map of another size."""
    return keras.KerasTensor((x.shape[0], height, width, channels or x.shape[-1]), dtype=x.dtype)
