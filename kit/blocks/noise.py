"""A layer without weights that tells how strong the noise is around each pixel."""

import math

import keras
from keras import ops

_AROUND = 8  # pixels to each side that an estimate is the mean of
_MASK = 1  # pixels to each side that the mask sees


@keras.saving.register_keras_serializable(package="kit")
class NoiseLevel(keras.layers.Layer):
    """Standard deviation of the noise around each pixel, in the units of the image; texture counts a little.

    The mean absolute answer, over a square of 17 x 17 pixels and all channels, of a mask that cancels
    planes and edges along the axes: [[1, -2, 1], [-2, 4, -2], [1, -2, 1]], times sqrt(pi / 2) / 6. It
    looks no further, so that a part of an image is estimated as the whole is.

    Call arguments:
        x: (batch, H, W, C) tensor.

    Returns:
        (batch, H, W, 1) tensor, 0 or more.

    Source: Immerkaer 1996, Fast Noise Variance Estimation, CVIU 64(2); `kit.data.noise.estimated_sigma`
    is the same of a whole image.

    Example:
        >>> noise = np.random.default_rng(0).normal(0, 10, (1, 64, 64, 1))
        >>> round(float(np.mean(NoiseLevel()(noise))))
        10
    """

    pool_size = (2 * (_AROUND + _MASK) + 1,) * 2  # what one place is made of
    strides = (1, 1)

    def call(self, x):
        answer = ops.concatenate([x[:, :1], x, x[:, -1:]], axis=1)  # what ONNX has; pads it has not
        answer = ops.concatenate([answer[:, :, :1], answer, answer[:, :, -1:]], axis=2)
        answer = answer[:, 2:] - 2 * answer[:, 1:-1] + answer[:, :-2]
        answer = answer[:, :, 2:] - 2 * answer[:, :, 1:-1] + answer[:, :, :-2]
        answer = ops.mean(ops.abs(answer), axis=-1, keepdims=True)
        answer = ops.average_pool(answer, 2 * _AROUND + 1, strides=1, padding="same")
        return math.sqrt(math.pi / 2) / 6 * answer

    def compute_output_spec(self, x):
        return keras.KerasTensor((*x.shape[:-1], 1), x.dtype)
