"""Pinball loss: several quantiles of what may come."""

import keras
from keras import ops

from kit.losses.shapes import check
from kit.match import matches


@matches(
    "numeric",
    "quantile",
    units="targets * quantiles",
    activation="quantiles",
    code="values",
    decide="quantiles",
    metrics=("middle_mae", "coverage"),
    bias="quantiles",
    scale="standard",
    why="Each output is the value that a given share of targets stays below; they rise by construction",
)
@keras.saving.register_keras_serializable(package="kit")
class Pinball(keras.losses.Loss):
    """max(q e, (q - 1) e) with e = target - output, the mean over quantiles and targets.

    Args:
        quantiles: the shares, rising, each above 0 and below 1.

    Call arguments:
        y_true: (batch, targets).
        y_pred: (batch, targets x quantiles), all quantiles of the first target first.

    Returns:
        (batch,), the targets' unit, 0 or more.

    Raises:
        ValueError: if the quantiles are not rising shares, or the shapes do not fit.

    Source: Koenker and Bassett 1978, Regression Quantiles.

    Example:
        >>> round(float(Pinball((0.9,))(np.array([[2.0]]), np.array([[1.0]]))), 4)
        0.9
    """

    def __init__(self, quantiles=(0.1, 0.5, 0.9), name="quantile", **kwargs):
        super().__init__(name=name, **kwargs)
        self.quantiles = tuple(float(share) for share in quantiles)
        rising = all(low < high for low, high in zip(self.quantiles, self.quantiles[1:], strict=False))
        if not self.quantiles or not rising or self.quantiles[0] <= 0 or self.quantiles[-1] >= 1:
            raise ValueError(f"`quantiles` are rising shares between 0 and 1. Received: {quantiles}")

    def call(self, y_true, y_pred):
        count = len(self.quantiles)
        check(self, y_true, y_pred, (y_pred.shape[-1] // count,))
        levels = ops.reshape(y_pred, (-1, y_pred.shape[-1] // count, count))
        share = ops.convert_to_tensor(self.quantiles, dtype=y_pred.dtype)
        missed = ops.expand_dims(ops.cast(y_true, y_pred.dtype), -1) - levels
        return ops.mean(ops.maximum(share * missed, (share - 1) * missed), axis=(1, 2))

    def get_config(self):
        return {**super().get_config(), "quantiles": self.quantiles}
