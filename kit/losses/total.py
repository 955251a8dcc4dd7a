"""The sum of losses that belong to the same output."""

import keras


@keras.saving.register_keras_serializable(package="kit")
class Total(keras.losses.Loss):
    """Sum of several losses of the same targets and outputs, each times its weight.

    `kit.match` makes it for names such as "crossentropy+dice".

    Args:
        losses: at least two Keras losses.
        weights: a number above 0 for each, or None for 1.

    Call arguments:
        y_true, y_pred: as the losses take them.

    Returns:
        (batch,), the unit of the losses.

    Raises:
        ValueError: if there are fewer than two, or not as many weights.

    Example:
        >>> from kit.losses.images import ImageMeanAbsoluteError, ImageMeanSquaredError
        >>> both = Total([ImageMeanSquaredError(), ImageMeanAbsoluteError()], weights=[1, 10])
        >>> float(both(np.zeros((1, 2, 2, 1)), np.full((1, 2, 2, 1), 3.0)))  # 9 + 10 * 3
        39.0
    """

    def __init__(self, losses, weights=None, name="total", **kwargs):
        super().__init__(name=name, **kwargs)
        weights = [1.0] * len(losses) if weights is None else list(weights)
        if len(losses) < 2 or len(weights) != len(losses) or min(weights) <= 0:
            raise ValueError(
                f"`losses` are two or more, with a weight above 0 each. Received: {len(losses)}, {weights}"
            )
        self.losses, self.weights = list(losses), weights

    def call(self, y_true, y_pred):
        return sum(
            weight * loss.call(y_true, y_pred) for loss, weight in zip(self.losses, self.weights, strict=True)
        )

    def get_config(self):
        inner = [keras.saving.serialize_keras_object(loss) for loss in self.losses]
        return {**super().get_config(), "losses": inner, "weights": self.weights}

    @classmethod
    def from_config(cls, config):
        return cls([keras.saving.deserialize_keras_object(loss) for loss in config.pop("losses")], **config)
