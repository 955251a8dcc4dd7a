"""Focal loss: cross-entropy in which samples that are already right count little."""

import keras
from keras import ops

from kit.losses import stable
from kit.losses.crossentropy import checked_smoothing, smoothed
from kit.losses.shapes import check, check_same
from kit.match import matches

_WHY = "As crossentropy; well classified samples count (1 - p)^gamma, classes count alpha"


class _Focal(keras.losses.Loss):
    """What the focal losses share: their arguments, and how losses are weighted down."""

    def __init__(self, gamma=2.0, alpha=None, label_smoothing=0.0, name="focal", **kwargs):
        super().__init__(name=name, **kwargs)
        self.gamma, self.alpha = checked_gamma(gamma), checked_alpha(alpha)
        self.label_smoothing = checked_smoothing(label_smoothing)

    def modulated(self, losses, true):
        """The losses, each times (1 - probability of what was true)^gamma."""
        return losses * (1 - ops.clip(true, 0.0, 1 - 1e-6)) ** self.gamma

    def indicated(self, y_true, y_pred):
        """The modulated loss of each 0 or 1 with the probability of 1, before alpha."""
        target = y_true * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        true = y_true * y_pred + (1 - y_true) * (1 - y_pred)
        return self.modulated(stable.binary(target, y_pred), true)

    def get_config(self):
        mine = {"gamma": self.gamma, "alpha": self.alpha, "label_smoothing": self.label_smoothing}
        return {**super().get_config(), **mine}


@matches(
    "binary",
    "focal",
    units="1",
    activation="sigmoid",
    code="indicator",
    decide="threshold",
    metrics=("binary_accuracy",),
    bias="logit",
    why=_WHY,
)
@keras.saving.register_keras_serializable(package="kit")
class BinaryFocal(_Focal):
    """-alpha (1 - p)^gamma log p of what was true.

    Keras' own `BinaryFocalCrossentropy` ignores its alpha unless a second argument says so.

    Args:
        gamma: how little well classified samples count, 0 (as much) or more.
        alpha: weights of the first and the second class, or None for 1 and 1.
        label_smoothing: how far targets are drawn to 0.5, 0 to below 1.

    Call arguments:
        y_true: (batch, 1), 0 or 1.
        y_pred: (batch, 1), probabilities in [0, 1].

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if an argument is out of range, or the shapes differ.

    Source: Lin et al. 2017, Focal Loss for Dense Object Detection (arXiv:1708.02002).

    Example:
        >>> loss = BinaryFocal(gamma=2.0)(np.array([[1.0]]), np.array([[0.5]]))
        >>> round(float(loss), 4)  # 0.5 ** 2 * ln 2
        0.1733
    """

    def __init__(self, gamma=2.0, alpha=None, label_smoothing=0.0, name="focal", **kwargs):
        super().__init__(gamma, checked_alpha(alpha, 2), label_smoothing, name, **kwargs)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        losses = self.indicated(y_true, y_pred)
        if self.alpha is not None:
            losses = losses * (y_true * self.alpha[1] + (1 - y_true) * self.alpha[0])
        return ops.mean(losses, axis=-1)


@matches(
    "multilabel",
    "focal",
    units="labels",
    activation="sigmoid",
    code="multi_hot",
    decide="labels",
    metrics=("binary_accuracy",),
    bias="logits",
    why=_WHY,
)
@keras.saving.register_keras_serializable(package="kit")
class MultilabelFocal(_Focal):
    """`BinaryFocal` for each label, the mean over labels.

    Args:
        gamma: how little well classified labels count, 0 (as much) or more.
        alpha: weight of each label where it is carried, or None for 1.
        label_smoothing: how far targets are drawn to 0.5, 0 to below 1.

    Call arguments:
        y_true: (batch, labels), 0 or 1.
        y_pred: (batch, labels), probabilities in [0, 1].

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if an argument is out of range, or the shapes differ.

    Source: as `BinaryFocal`.

    Example:
        >>> loss = MultilabelFocal(gamma=0.0)(np.array([[1.0, 0.0]]), np.array([[0.5, 0.5]]))
        >>> round(float(loss), 4)
        0.6931
    """

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        losses = self.indicated(y_true, y_pred)
        if self.alpha is not None:
            alpha = ops.reshape(ops.convert_to_tensor(self.alpha, dtype=y_pred.dtype), (1, -1))
            losses = losses * (y_true * alpha + (1 - y_true))
        return ops.mean(losses, axis=-1)


@matches(
    "multiclass",
    "focal",
    units="classes",
    activation="softmax",
    code="integer",
    decide="argmax",
    metrics=("sparse_accuracy",),
    bias="log_prior",
    why=_WHY,
)
@keras.saving.register_keras_serializable(package="kit")
class SparseFocal(_Focal):
    """-alpha (1 - p)^gamma log p of the true class, for integer targets.

    Args:
        gamma: how little well classified samples count, 0 (as much) or more.
        alpha: weight of each class, or None for 1.
        label_smoothing: share of each target spread over all classes, 0 to below 1.

    Call arguments:
        y_true: (batch,), integers 0 to classes - 1.
        y_pred: (batch, classes), probabilities.

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if an argument is out of range, or the shapes do not fit.

    Source: as `BinaryFocal`.

    Example:
        >>> loss = SparseFocal(alpha=(1, 1, 4))(np.array([2]), np.array([[0.25, 0.25, 0.5]], "float32"))
        >>> round(float(loss), 4)  # 4 * 0.5 ** 2 * ln 2
        0.6931
    """

    def call(self, y_true, y_pred):
        check(self, y_true, y_pred, ())
        target = stable.one_hot(y_true, y_pred)
        losses = stable.categorical(smoothed(target, self.label_smoothing), y_pred)
        losses = self.modulated(losses, ops.sum(target * y_pred, axis=-1))
        if self.alpha is not None:
            losses = losses * ops.take(
                ops.convert_to_tensor(self.alpha, dtype=y_pred.dtype), ops.cast(y_true, "int32")
            )
        return losses


def checked_gamma(gamma):
    """The exponent if it is in range, else a ValueError."""
    if gamma < 0:
        raise ValueError(f"`gamma` is an exponent of 0 or more. Received: {gamma}")
    return gamma


def checked_alpha(alpha, count=None):
    """Weights as a tuple of numbers above 0, or None; else a ValueError."""
    if alpha is None:
        return None
    alpha = tuple(float(weight) for weight in alpha)
    if min(alpha) <= 0 or count not in (None, len(alpha)):
        raise ValueError(f"`alpha` is one weight above 0 for each class. Received: {alpha}")
    return alpha
