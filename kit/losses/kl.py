"""Kullback-Leibler divergence: how far the predicted shares are from the given ones."""

import keras
from keras import ops

from kit.losses import stable
from kit.losses.shapes import check_same
from kit.match import matches


@matches(
    ("binary", "multiclass"),
    "kl",
    units="classes",
    activation="softmax",
    code="distribution",
    decide="argmax",
    metrics=("one_hot_accuracy",),
    bias="log_prior",
    why="Both sides must be shares that sum to 1, or the divergence can fall below 0",
)
@keras.saving.register_keras_serializable(package="kit")
class KLDivergence(keras.losses.Loss):
    """sum t log(t / p) over the classes: the cross-entropy less the entropy of the target.

    Call arguments:
        y_true: (batch, classes), rows of shares that sum to 1.
        y_pred: (batch, classes), probabilities.

    Returns:
        (batch,), nats, 0 (equal) or more.

    Raises:
        ValueError: if the shapes differ.

    Source: Kullback and Leibler 1951, On Information and Sufficiency.

    Example:
        >>> shares = np.array([[0.25, 0.75]], "float32")
        >>> abs(float(KLDivergence()(shares, shares))) < 1e-6
        True
    """

    mixes = ("mixup", "cutmix")  # right but for the entropy, which no output changes

    def __init__(self, name="kl", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        entropy = -ops.sum(y_true * ops.log(ops.maximum(y_true, 1e-30)), axis=-1)
        return stable.categorical(y_true, y_pred) - entropy
