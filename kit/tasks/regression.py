"""Regression: one or more numbers for each input, in the user's own units."""

import dataclasses
import functools
import math

import numpy as np

from kit import codecs, conformal, decisions, match
from kit.errors import KitError, MatchError
from kit.tasks import TASKS, common

_OPTIONS = ("delta", "quantiles", "bounds")


@TASKS.register("regression")
@dataclasses.dataclass(frozen=True)
class Regression:
    """One number for each of `targets`, in the units in which the labels are given.

    The network's last layer turns standardised values into these units, so that targets of
    200,000 are learnt as well as targets of 0.2; the loss sees standardised values.

    Args:
        targets: names of the target columns, at least one; an int n stands for 0..n-1.
        loss: a name that `kit list matches` shows for numeric targets.
        delta: huber: the error, in standard deviations, from which it counts linearly.
        quantiles: quantile: the shares, rising, each above 0 and below 1.
        bounds: bounded: (lowest, highest) possible value, in the targets' units.
        mean: mean of each target in the training part.
        scale: standard deviation of each target in the training part.
        coverage: share of true values, 0 (no intervals) to below 1, that intervals hold once
            `kit.calibrate` has made them.
        calibration: what `kit.calibrate` found for one network; None before.

    Raises:
        KitError: if there is no target or one is named twice.
        MatchError: if the loss, or an option of it, does not fit.

    Example:
        >>> task = kit.Regression(("price",)).fitted([100_000.0, 300_000.0])
        >>> task.mean, task.scale
        ((200000.0,), (100000.0,))
    """

    targets: tuple = ("y",)
    loss: str = "mse"
    delta: float = 1.0
    quantiles: tuple = (0.1, 0.5, 0.9)
    bounds: tuple | None = None
    mean: tuple | None = None
    scale: tuple | None = None
    coverage: float = 0.9
    calibration: object = None

    is_classification = False
    is_dense = False
    form = "numeric"

    def __post_init__(self):
        object.__setattr__(self, "targets", common.checked_names("targets", self.targets, at_least=1))
        object.__setattr__(self, "quantiles", tuple(self.quantiles))
        object.__setattr__(self, "bounds", None if self.bounds is None else tuple(self.bounds))
        common.checked_coverage(self.coverage)
        if self.loss == "bounded" and self.bounds is None:
            raise MatchError("loss='bounded' needs to know the bounds. Give bounds=(lowest, highest).")
        if self.bounds is not None and not self.bounds[0] < self.bounds[1]:
            raise KitError(f"bounds are (lowest, highest). Received: {self.bounds}.")

    @property
    def names(self):
        return self.targets

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        return match.resolve(self.form, self.loss, self._options(), found=", ".join(map(str, self.targets)))

    def fitted(self, labels):
        """This task with the mean and the standard deviation of the training labels, (N,) or (N, T)."""
        values = self.encode(labels).astype("float64")
        spread = values.std(axis=0)
        spread[spread == 0] = 1.0  # a constant target: nothing to scale
        return dataclasses.replace(
            self, mean=tuple(values.mean(axis=0).tolist()), scale=tuple(spread.tolist())
        )

    def encode(self, labels):
        """(N,) or (N, T) numbers -> float32 (N, T).

        Raises:
            DataError: names every row that is not finite, or outside what the loss allows.
        """
        return codecs.get(self.match.code).encode(labels, self.targets, bounds=self.bounds)

    def decode(self, targets):
        """Targets -> list of numbers, or of lists of numbers; the inverse of `encode`."""
        return codecs.get(self.match.code).decode(targets, self.targets)

    def head(self, features):
        """(batch, F) features -> outputs (batch, T x outputs a target) in the targets' units."""
        import keras

        from kit import activations

        sizes = {"targets": len(self.targets), "quantiles": len(self.quantiles)}
        facts = {"mean": self.mean, "bounds": self.bounds, "quantiles": self.quantiles}
        units = match.units(self.match, sizes)
        bias = match.initial_bias(self.match, targets=len(self.targets), **facts)
        outputs = activations.output(self.match.activation, common.dense(features, units, bias), **sizes)
        scaling = match.rescaling(
            self.match,
            mean=self.mean,
            scale=self.scale,
            bounds=self.bounds,
            outputs=units // len(self.targets),
        )
        if scaling is None:
            return outputs
        return keras.layers.Rescaling(*scaling, dtype="float32", name="units")(outputs)

    def decided(self, outputs):
        """Outputs -> the decisions as arrays (`kit.decisions.Decided`)."""
        decided = decisions.get(self.match.decide)(outputs, self.targets, quantiles=self.quantiles)
        return conformal.with_interval(decided, self.calibration, self._limits())

    def decide(self, outputs):
        """Outputs -> one `Decision` a row: value or values, and an interval where there is one."""
        return decisions.to_list(self.decided(outputs), self.targets)

    def make_loss(self):
        """A fresh Keras loss, as the row says, that sees standardised values."""
        scale = self.scale
        if self.match.scale == "range":
            scale = (self.bounds[1] - self.bounds[0],) * len(self.targets)
        return match.make_loss(self.match, self._options(), mean=self.mean, scale=scale)

    def make_metrics(self):
        """Fresh Keras metrics, as the row says, in the targets' units."""
        return match.make_metrics(self.match, {"quantiles": self.quantiles})

    def describe(self):
        """One line for the log."""
        return f"regression of {', '.join(map(str, self.targets))}, loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("regression", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    def _limits(self):
        """The lowest and the highest possible value."""
        if self.match.code in ("positive", "counts"):
            return 0.0, math.inf
        if self.match.code != "bounded":
            return -math.inf, math.inf
        low, high = np.asarray(self.bounds, "float64").T  # of all targets, or of each
        return low[..., None], high[..., None]

    def _options(self):
        return {name: getattr(self, name) for name in _OPTIONS}
