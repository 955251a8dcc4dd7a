"""Cross-entropy: minus the logarithm of the probability given to what was true."""

import keras
from keras import ops

from kit.losses import stable
from kit.losses.shapes import check, check_same
from kit.match import matches


@matches(
    "binary",
    "crossentropy",
    units="1",
    activation="sigmoid",
    code="indicator",
    decide="threshold",
    metrics=("binary_accuracy",),
    bias="logit",
    why="One sigmoid unit is the probability of the second class, and is compared with 0 and 1",
)
@matches(
    "multilabel",
    "crossentropy",
    units="labels",
    activation="sigmoid",
    code="multi_hot",
    decide="labels",
    metrics=("binary_accuracy",),
    bias="logits",
    why="Labels do not exclude each other, so each has a sigmoid unit and a decision of its own",
)
@keras.saving.register_keras_serializable(package="kit")
class BinaryCrossentropy(keras.losses.Loss):
    """-t log p - (1 - t) log(1 - p), the mean over the outputs of a sample.

    Args:
        label_smoothing: how far targets are drawn to 0.5, 0 to below 1.

    Call arguments:
        y_true: (batch, units), 0 or 1, or between them for mixed images.
        y_pred: (batch, units), probabilities in [0, 1].

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if `label_smoothing` is out of range, or the shapes differ.

    Source: Good 1952, Rational Decisions; label smoothing: Szegedy et al. 2016 (arXiv:1512.00567).

    Example:
        >>> round(float(BinaryCrossentropy()(np.array([[1.0]]), np.array([[0.5]]))), 4)  # ln 2
        0.6931
    """

    mixes = ("mixup", "cutmix")  # targets between 0 and 1 are shares: see `kit.losses.mixes`

    def __init__(self, label_smoothing=0.0, name="crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.label_smoothing = checked_smoothing(label_smoothing)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        y_true = y_true * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        return ops.mean(stable.binary(y_true, y_pred), axis=-1)

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


@matches(
    "multiclass",
    "crossentropy",
    units="classes",
    activation="softmax",
    code="integer",
    decide="argmax",
    metrics=("sparse_accuracy",),
    bias="log_prior",
    why="Softmax units share one probability between classes that exclude each other",
)
@keras.saving.register_keras_serializable(package="kit")
class SparseCrossentropy(keras.losses.Loss):
    """-log p of the true class, for integer targets; with label smoothing if asked for.

    Rows of shares give -sum t log p, as mixed images have them.

    Args:
        label_smoothing: share of each target spread over all classes, 0 to below 1.

    Call arguments:
        y_true: (batch,), integers 0 to classes - 1; or (batch, classes), rows that sum to 1.
        y_pred: (batch, classes), probabilities.

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if `label_smoothing` is out of range, or the shapes do not fit.

    Source: as `BinaryCrossentropy`.

    Example:
        >>> loss = SparseCrossentropy()(np.array([2]), np.array([[0.2, 0.3, 0.5]], "float32"))
        >>> round(float(loss), 4)
        0.6931
    """

    mixes = ("mixup", "cutmix")

    def __init__(self, label_smoothing=0.0, name="crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.label_smoothing = checked_smoothing(label_smoothing)

    def call(self, y_true, y_pred):
        if len(y_true.shape) == 2:
            check_same(self, y_true, y_pred)
            rows = ops.cast(y_true, y_pred.dtype)
        else:
            check(self, y_true, y_pred, ())
            if not self.label_smoothing:
                return stable.sparse(y_true, y_pred)
            rows = stable.one_hot(y_true, y_pred)
        return stable.categorical(smoothed(rows, self.label_smoothing), y_pred)

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


@matches(
    "multiclass",
    "categorical_crossentropy",
    units="classes",
    activation="softmax",
    code="one_hot",
    decide="argmax",
    metrics=("one_hot_accuracy",),
    bias="log_prior",
    why="The same as crossentropy for targets that are rows of shares, such as mixed images",
)
@keras.saving.register_keras_serializable(package="kit")
class CategoricalCrossentropy(keras.losses.Loss):
    """-sum t log p over the classes, for one-hot or mixed targets.

    Args:
        label_smoothing: share of each target spread over all classes, 0 to below 1.

    Call arguments:
        y_true: (batch, classes), rows that sum to 1.
        y_pred: (batch, classes), probabilities.

    Returns:
        (batch,), nats, 0 or more.

    Raises:
        ValueError: if `label_smoothing` is out of range, or the shapes differ.

    Source: as `BinaryCrossentropy`.

    Example:
        >>> loss = CategoricalCrossentropy()(np.array([[0.0, 1.0]]), np.array([[0.5, 0.5]]))
        >>> round(float(loss), 4)
        0.6931
    """

    mixes = ("mixup", "cutmix")

    def __init__(self, label_smoothing=0.0, name="categorical_crossentropy", **kwargs):
        super().__init__(name=name, **kwargs)
        self.label_smoothing = checked_smoothing(label_smoothing)

    def call(self, y_true, y_pred):
        check_same(self, y_true, y_pred)
        y_true = ops.cast(y_true, y_pred.dtype)
        return stable.categorical(smoothed(y_true, self.label_smoothing), y_pred)

    def get_config(self):
        return {**super().get_config(), "label_smoothing": self.label_smoothing}


def smoothed(y_true, share):
    """`share` of each row spread evenly over its classes."""
    return y_true * (1 - share) + share / y_true.shape[-1]


def checked_smoothing(share):
    """The share if it is in range, else a ValueError."""
    if not 0 <= share < 1:
        raise ValueError(f"`label_smoothing` is a share from 0 to below 1. Received: {share}")
    return share
