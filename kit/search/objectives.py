"""Objectives: by which number trials are ranked, and whether it should be small or large."""

import dataclasses
import math

from kit.errors import KitError, unknown

COSTS = ("latency", "parameters", "seconds")  # of a trial, beside the metrics of its report
_SMALLER = {
    "ece",
    "interval_width",
    "loss",
    "mae",
    "mase",
    "nll",
    "pinball",
    "poisson_deviance",
    "rmse",
    *COSTS,
}
_OF_FORM = {"numeric": "rmse", "boxes": "map_50_95", "image": "psnr", "multilabel": "f1_macro"}
_OF_EPOCH = "val_"  # what Keras calls its numbers of the validation part


@dataclasses.dataclass(frozen=True)
class Objective:
    """A number that is to be small ("min") or large ("max").

    Args:
        name: of a metric of `kit.evaluate` on the validation part, "parameters", "seconds" (of training),
            "latency" (milliseconds of one prediction), or "val_..." for a number that Keras logs each epoch.
        direction: "min" or "max".
    """

    name: str
    direction: str

    @property
    def is_of_epoch(self):
        """Whether Keras logs it each epoch."""
        return self.name.startswith(_OF_EPOCH)

    @property
    def worst(self):
        """The score that every other beats."""
        return math.inf if self.direction == "min" else -math.inf

    def better(self, one, other):
        """Whether the score `one` is better than `other`."""
        return one < other if self.direction == "min" else one > other

    def order(self, score):
        """A number that is small for good scores."""
        return score if self.direction == "min" else -score


def resolve(objective, task):
    """The objectives that were asked for, the first of them the one that trials are ranked by.

    Args:
        objective: a name, ("name", "min" | "max") for a metric that kit does not know, KerasTuner's own
            `Objective`, a list of these, or None for the metric that fits the task.
        task: of the data.

    Returns:
        A tuple of `Objective`.

    Raises:
        KitError: if the task has no such metric.

    Example:
        >>> resolve(None, kit.Regression())
        (Objective(name='rmse', direction='min'),)
    """
    if objective is None:
        objective = _OF_FORM.get(task.form, "mean_iou" if task.is_dense else "accuracy")
    listed = objective if isinstance(objective, list) else [objective]
    found = tuple(_one(each, task) for each in listed)
    if not found or len({each.name for each in found}) < len(found):
        raise KitError(f"An objective is a name or a list of different names. Received: {objective!r}.")
    return found


def _one(objective, task):
    if isinstance(objective, Objective):
        return objective
    if hasattr(objective, "direction") and hasattr(objective, "name"):  # KerasTuner's
        objective = (objective.name, objective.direction)
    if isinstance(objective, tuple):
        name, direction = objective
        if direction not in ("min", "max"):
            raise KitError(f"The direction of {name} is 'min' or 'max'. Received: {direction!r}.")
        return Objective(name, direction)
    known = _metrics_of(task)
    if not isinstance(objective, str) or (objective not in known and not objective.startswith(_OF_EPOCH)):
        raise unknown(f"objective for {task.describe()}", objective, known)
    return Objective(objective, "min" if objective.removeprefix(_OF_EPOCH) in _SMALLER else "max")


def _metrics_of(task):
    """The names that a report on this task may hold, and the costs."""
    forms = {
        "numeric": ("loss", "rmse", "mae", "r2", "pinball", "poisson_deviance"),
        "boxes": ("loss", "map_50_95", "map_50", "map_75", "ar_100"),
        "image": ("loss", "psnr", "ssim"),
        "multilabel": ("loss", "accuracy", "exact_match", "auc", "f1_macro", "precision", "recall", "nll"),
    }
    classes = (
        "loss",
        "accuracy",
        "balanced_accuracy",
        "auc",
        "f1_macro",
        "precision",
        "recall",
        "nll",
        "ece",
        "qwk",
    )
    masks = ("loss", "mean_iou", "dice", "pixel_accuracy", "boundary_f1")
    return (*forms.get(task.form, masks if task.is_dense else classes), *COSTS)
