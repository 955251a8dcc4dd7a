"""Losses of images against clean ones, in the images' own units."""

import keras
from keras import ops

from kit.losses.shapes import check_same
from kit.match import matches

_ROW = {
    "units": "channels",
    "activation": "linear",
    "code": "image",
    "decide": "image",
    "metrics": ("psnr",),
    "bias": "zero",
}


class _OfImages(keras.losses.Loss):
    """The mean over an image of what the subclass makes of each error."""

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        return ops.mean(self.of(ops.cast(y_true, y_pred.dtype) - y_pred), axis=(1, 2, 3))


@matches("image", "mse", **_ROW, why="Squared errors are what PSNR is made of; the mean of all clean images")
@keras.saving.register_keras_serializable(package="kit")
class ImageMeanSquaredError(_OfImages):
    """Mean of squared errors of an image.

    Call arguments:
        y_true, y_pred: (batch, H, W, channels), in one range.

    Returns:
        (batch,), the square of the images' unit.

    Raises:
        ValueError: if the shapes differ.

    Example:
        >>> float(ImageMeanSquaredError()(np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), 3.0)))
        9.0
    """

    def __init__(self, name="mse", **kwargs):
        super().__init__(name=name, **kwargs)

    def of(self, error):
        return ops.square(error)


@matches("image", "mae", **_ROW, why="Absolute errors keep edges sharper; the median of all clean images")
@keras.saving.register_keras_serializable(package="kit")
class ImageMeanAbsoluteError(_OfImages):
    """Mean of absolute errors of an image.

    Call arguments and errors as of `ImageMeanSquaredError`.

    Returns:
        (batch,), the images' unit.

    Example:
        >>> float(ImageMeanAbsoluteError()(np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), -3.0)))
        3.0
    """

    def __init__(self, name="mae", **kwargs):
        super().__init__(name=name, **kwargs)

    def of(self, error):
        return ops.abs(error)


@matches("image", "charbonnier", **_ROW, why="Absolute errors with a gradient that does not jump at 0")
@keras.saving.register_keras_serializable(package="kit")
class Charbonnier(_OfImages):
    """sqrt(error^2 + eps^2), the mean of an image.

    Args:
        eps: the error, in the images' unit, below which it grows quadratically; above 0.

    Call arguments and errors as of `ImageMeanSquaredError`.

    Returns:
        (batch,), the images' unit, at least `eps`.

    Raises:
        ValueError: if `eps` is not above 0, or the shapes differ.

    Source: Charbonnier et al. 1994, Two deterministic half-quadratic regularization algorithms (ICIP).

    Example:
        >>> float(Charbonnier(eps=4.0)(np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), 3.0)))
        5.0
    """

    def __init__(self, eps=0.25, name="charbonnier", **kwargs):
        super().__init__(name=name, **kwargs)
        if eps <= 0:
            raise ValueError(f"`eps` must be above 0. Received: {eps}")
        self.eps = eps

    def of(self, error):
        return ops.sqrt(ops.square(error) + self.eps**2)

    def get_config(self):
        return {**super().get_config(), "eps": self.eps}
