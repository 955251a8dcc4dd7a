"""The wrapper that asks a loss of each member of a model, where a model in training has several."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class EachMember(keras.losses.Loss):
    """The mean over members of the loss of each: never the loss of their mean.

    In training a model of members has `members` rows of outputs for each row of targets
    (`kit.blocks.members.MeanOfMembers`); when it is measured it has one, and this is the loss inside.

    Args:
        loss: the loss that compares.

    Call arguments:
        y_true: (batch, ...), as the loss takes it.
        y_pred: (batch x members, units), the members of a sample one after the other.

    Returns:
        (batch,), the unit of the loss.

    Source: Gorishniy et al. 2024, TabM (arXiv:2410.24210).

    Example:
        >>> from kit.losses.numeric import MeanSquaredError
        >>> two = np.array([[1.0], [5.0]], "float32")  # what two members say where 3 is true
        >>> float(EachMember(MeanSquaredError())(np.array([[3.0]], "float32"), two))
        4.0
    """

    def __init__(self, loss, name=None, **kwargs):
        super().__init__(name=name or loss.name, **kwargs)
        self.loss = loss

    def call(self, y_true, y_pred):
        each = self.loss.call(_for_each(y_true, y_pred), y_pred)
        return ops.mean(ops.reshape(each, (ops.shape(y_true)[0], -1)), axis=1)

    def get_config(self):
        return {**super().get_config(), "loss": keras.saving.serialize_keras_object(self.loss)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("loss")), **config)


def _for_each(y_true, y_pred):
    """Targets as often as there are members: (batch x members, ...)."""
    batch, rest = ops.shape(y_true)[0], tuple(y_true.shape)[1:]
    count = ops.shape(y_pred)[0] // batch
    return ops.reshape(ops.broadcast_to(ops.expand_dims(y_true, 1), (batch, count, *rest)), (-1, *rest))
