"""The loss of one-stage detectors that say of each distance how likely it is, in bins."""

import keras
from keras import ops

from kit.losses.boxes import Aligned, log
from kit.match import matches
from kit.objects import BINS
from kit.places import NEAREST


@matches(
    "boxes",
    "distribution_focal",
    units="4 + classes + 4 bins",
    activation="binned_boxes",
    code="boxes",
    decide="nms",
    metrics=("box_recall", "class_loss", "box_loss"),
    bias="rare",
    why="As task_aligned; where the side of an object is not clear, its distance may be said as several",
)
@keras.saving.register_keras_serializable(package="kit")
class DistributionFocal(Aligned):
    """As `TaskAligned`, with the crossentropy of the distances' bins for the absolute error.

    Of the two bins next to a distance each should have the more, the nearer it is: 2.25 strides are
    bin 2 by 0.75 and bin 3 by 0.25. Distances beyond the last bin count as the last.

    Args:
        size: (height, width) of the images, pixels.
        strides: pixels between the places of each level, finest first.
        weights: of crossentropy of the classes, overlap, and crossentropy of the bins.

    Call arguments:
        y_true: (batch, M, 5) corners in pixels and class number, -1 where there is no box.
        y_pred: (batch, places, 4 + classes + 64) corners in pixels, probabilities of the classes, and
            of each distance (left, top, right, bottom) the probabilities of 16 bins.

    Returns:
        (batch,), 0 or more.

    Raises:
        ValueError: if the shapes do not fit.

    Source: Li et al. 2020, Generalized Focal Loss (arXiv:2006.04388), section 3.2.

    Example:
        >>> loss = DistributionFocal((4, 4), (4,), weights=(0, 0, 1))
        >>> true = np.array([[[0, 0, 4, 4, 0]]], "float32")  # its sides are half a stride from the place
        >>> said = np.concatenate([[0, 0, 4, 4, 1.0], np.full(64, 1 / 16)]).astype("float32")
        >>> round(float(loss(true, said[None, None])), 3)  # ln 16
        2.773
    """

    def __init__(
        self, size=(64, 64), strides=(8, 16), weights=(2.0, 7.5, 1.5), name="distribution_focal", **kwargs
    ):
        super().__init__(size, strides, weights, name, more=4 * BINS, **kwargs)

    def apart(self, said, boxes, more):
        """Crossentropy of the bins of the four distances, their mean, in nats."""
        far = ops.concatenate([self.middles - boxes[..., :2], boxes[..., 2:] - self.middles], axis=-1)
        far = ops.clip(far / self.steps[:, None] - NEAREST, 0.0, BINS - 1.0)
        bins = ops.arange(BINS, dtype="float32")
        wanted = ops.maximum(1 - ops.abs(far[..., None] - bins), 0.0)  # not 0 for two neighbours
        shares = ops.reshape(more, (-1, len(self.steps), 4, BINS))
        return -ops.mean(ops.sum(wanted * log(shares), axis=-1), axis=-1)
