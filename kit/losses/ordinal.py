"""Cross-entropy for classes in an order: poor, fair, good."""

from kit.losses.crossentropy import BinaryCrossentropy
from kit.match import matches


@matches(
    ("binary", "multiclass"),
    "ordinal",
    units="classes - 1",
    activation="sigmoid",
    code="cumulative",
    decide="rank",
    metrics=("rank_accuracy", "rank_error"),
    bias="cumulative",
    why="Each unit asks whether the class is above one more step, so near misses cost least",
)
def ordinal(label_smoothing=0.0):
    """Cross-entropy of each question "is it higher than class k?", the mean over the steps.

    Args:
        label_smoothing: how far targets are drawn to 0.5, 0 to below 1.

    Returns:
        A `BinaryCrossentropy` for targets and outputs (batch, classes - 1).

    Source: Cheng 2007, A Neural Network Approach to Ordinal Regression (arXiv:0704.1028).

    Example:
        >>> float(ordinal()(np.array([[1.0, 0.0]]), np.array([[1.0, 0.0]]))) < 1e-6
        True
    """
    return BinaryCrossentropy(label_smoothing, name="ordinal")


ordinal.mixes = BinaryCrossentropy.mixes  # half of poor and half of good is not fair, but half of each
