"""What every task shares: its stored form, its options of the loss and its last layer with weights."""

import collections
import dataclasses

import numpy as np

from kit import aims, calibration
from kit.errors import KitError, MatchError
from kit.match import Match
from kit.plain import scalar

_MOST_NAMES = 1_000_000
_AIMED = ("threshold", "labels", "mask_threshold", "mask_labels")  # decide on one class against the rest


def to_json(kind, task):
    """A task as plain data: its kind, its fields and its resolved row of the match table."""
    return {"kind": kind, **dataclasses.asdict(task), "match": dataclasses.asdict(task.match)}


def from_json(cls, stored):
    """The task of class `cls` that `to_json` described.

    The row is taken as it was stored: what a saved model means does not change when the
    table does, and reading it needs neither the table nor Keras.
    """
    fields = {field.name for field in dataclasses.fields(cls)}
    given = {name: as_tuple(value) for name, value in stored.items() if name in fields}
    if "calibration" in given:
        given["calibration"] = calibration.from_json(stored["calibration"])
    task = cls(**given)
    task.__dict__["match"] = Match(**{name: as_tuple(value) for name, value in stored["match"].items()})
    return task


def as_tuple(value):
    """Lists, as JSON has them, as the tuples that a frozen dataclass needs; at any depth."""
    return tuple(as_tuple(item) for item in value) if isinstance(value, list | tuple) else value


def checked_names(kind, names, at_least):
    """Names of classes, labels or targets as a tuple; an int n stands for 0..n-1.

    Raises:
        KitError: if there are too few, or if one is there twice.
    """
    count = names if isinstance(names, int) else len(names)
    if count > _MOST_NAMES:
        raise KitError(f"{count:.0e} {kind}. At most {_MOST_NAMES} can be told apart.")
    names = tuple(range(names)) if isinstance(names, int) else tuple(scalar(name) for name in names)
    if len(names) < at_least:
        raise KitError(f"{len(names)} {kind}: {names}. At least {at_least} are needed.")
    twice = sorted(str(name) for name, times in collections.Counter(names).items() if times > 1)
    if twice:
        raise KitError(f"The {kind} {', '.join(twice)} are named twice. Give each one name once.")
    return names


def checked_aim(aim, row):
    """The row, if a threshold can be chosen for this aim: one class or label against the rest.

    Raises:
        KitError: if there is no such aim.
        MatchError: if the decision of the row has no such threshold.
    """
    if aim is None:
        return row
    best = aims.parse(aim).best
    if row.decide not in _AIMED:
        raise MatchError(
            f"aim={aim!r} chooses the threshold of a class, and '{row.loss}' on a {row.form} target decides "
            f"by {row.decide}.\nAn aim fits losses whose decision is {', '.join(_AIMED)}."
        )
    if best == "mean_iou" and not row.decide.startswith("mask_"):
        raise MatchError(f"aim={aim!r} is for masks, and the target is {row.form}.\nTake f1, or another aim.")
    return row


def checked_coverage(coverage):
    """The share that intervals or label sets are to hold: 0 (none are wanted) to below 1.

    Raises:
        KitError: if it is out of range.
    """
    if not 0 <= coverage < 1:
        raise KitError(f"coverage is a share from 0 (no intervals) to below 1. Received: {coverage}.")
    return coverage


def class_weights(alpha, prior):
    """Weights of the classes in a loss: as given, or for "balanced" the inverse of their shares.

    Example:
        >>> class_weights("balanced", (0.8, 0.2))
        (0.625, 2.5)
    """
    if alpha != "balanced":
        return alpha
    return None if prior is None else tuple(1 / (len(prior) * share) for share in prior)


def dense(features, units, bias, start="glorot_uniform"):
    """The last layer with weights: float32, starting at the output that the labels suggest.

    Args:
        features: (batch, F) tensor; or (batch, members, F), of which each member has weights of its own.
        units: number of outputs.
        bias: (units,) array, or None for zeros.
        start: initializer of the kernel.

    Returns:
        (batch, units) tensor; or (batch x members, units): to what follows, members are samples.
    """
    import keras

    if len(features.shape) == 3:
        from kit.blocks.members import each_dense

        return each_dense(features, units, bias=_constant(bias), name="logits")
    starts = {"kernel_initializer": start, "bias_initializer": _constant(bias)}
    return keras.layers.Dense(units, **starts, dtype="float32", name="logits")(features)


def convolution(features, units, *, size=1, bias=None, start="glorot_uniform"):
    """`dense` for every pixel: the last layer with weights of a task on maps.

    Args:
        features: (batch, height, width, F) tensor.
        units: outputs a pixel.
        size: side of the kernel, pixels.
        bias: (units,) array, or None for zeros.
        start: initializer of the kernel.
    """
    import keras

    return keras.layers.Conv2D(
        units,
        size,
        padding="same",
        kernel_initializer=start,
        bias_initializer=_constant(bias),
        dtype="float32",
        name="logits",
    )(features)


def as_pair(value):
    """A number as (number,), a pair as it is."""
    return value if isinstance(value, tuple) else (value,)


def _constant(bias):
    import keras

    return "zeros" if bias is None else keras.initializers.Constant([float(b) for b in np.ravel(bias)])


def check_mirror(task, mirror):
    """Raises a KitError if a mean over mirror images is asked for of a task that gives no maps."""
    if mirror and not task.is_dense:
        raise KitError(f"mirror is for masks and images, and this model is for {task.describe()}.")
