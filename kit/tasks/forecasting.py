"""Forecasting: the next values of a series, in the user's own units."""

import dataclasses
import functools
import numbers

import numpy as np

from kit import codecs, decisions, match
from kit.errors import KitError, MatchError, counted
from kit.tasks import TASKS, common

_OPTIONS = ("delta", "quantiles")
_EVEN = 0.01  # variance of a window, of the training part's, below which it counts as even


@TASKS.register("forecasting")
@dataclasses.dataclass(frozen=True)
class Forecasting:
    """The next `horizon` values of the first channel of a series.

    A network sees a window as distances from its last value, in standard deviations of the window, and says
    distances from that value: it starts as the forecast "as now", and a level that training never had is
    met as any other.

    Args:
        horizon: how many steps ahead.
        season: steps after which the series repeats itself, such as 7 for days; None lets the times of the
            data decide, and 1 stands for none.
        targets: name of the column that is forecast.
        loss: a name that `kit list matches` shows for numeric targets whose output may be any number.
        delta: huber: the error, in standard deviations, from which it counts linearly.
        quantiles: quantile: the shares, rising, each above 0 and below 1.
        mean: mean of the column in the training part, once for each step ahead.
        scale: standard deviation of the column in the training part, once for each step ahead.
        naive_error: mean absolute error, in the training part, of the value a season ago.

    Raises:
        KitError: if horizon or season is no whole number of steps.
        MatchError: if the loss, or an option of it, does not fit.

    Example:
        >>> task = kit.Forecasting(horizon=3, season=7)
        >>> task.names
        ('+1', '+2', '+3')
    """

    horizon: int = 1
    season: int | None = None
    targets: tuple = ("y",)
    loss: str = "mse"
    delta: float = 1.0
    quantiles: tuple = (0.1, 0.5, 0.9)
    mean: tuple | None = None
    scale: tuple | None = None
    naive_error: float | None = None

    is_classification = False
    is_dense = False
    form = "numeric"

    def __post_init__(self):
        for name in ("horizon", "season"):
            steps = getattr(self, name)
            if not _is_count(steps) and (steps is not None or name == "horizon"):
                raise KitError(f"{name} is a whole number of steps, at least 1. Received: {steps!r}.")
        targets = common.checked_names("targets", self.targets, at_least=1)
        if len(targets) > 1:
            raise KitError(
                f"One column is forecast; the others may be inputs. Received targets: {targets}. "
                "Train one model for each."
            )
        if not isinstance(self.quantiles, list | tuple):
            raise KitError(
                f"quantiles are rising shares such as (0.1, 0.5, 0.9). Received: {self.quantiles!r}."
            )
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "quantiles", tuple(self.quantiles))

    @property
    def names(self):
        """What each output is called: "+1" is the next step."""
        return tuple(f"+{step}" for step in range(1, self.horizon + 1))

    @functools.cached_property
    def match(self):
        """The row of the match table: everything that belongs together for this task."""
        row = match.resolve(self.form, self.loss, self._options(), found=f"{self.horizon} steps ahead")
        if row.scale != "standard":
            fitting = [each.loss for each in match.table(self.form) if each.scale == "standard"]
            raise MatchError(
                f"'{self.loss}' does not fit a forecast, which may lie on either side of the last value.\n"
                f"Losses for forecasts: {', '.join(fitting)}."
            )
        return row

    def fitted(self, labels):
        """This task with the mean and the standard deviation of the training labels, (N, horizon)."""
        values = self.encode(labels).astype("float64")
        return self._with(values.mean(), values.std())

    def suited(self, input):
        """This task in the units of the first channel of `input`, in which windows are seen."""
        mean, std = (values[0] for values in input.moments())
        return self._with(mean, std) if input.is_fitted else self

    def encode(self, labels):
        """(N, horizon) numbers -> float32 (N, horizon).

        Raises:
            DataError: names every row that is not finite.
        """
        labels = np.asarray(labels)
        labels = labels[:, None] if labels.ndim == 1 and self.horizon == 1 else labels
        return codecs.get(self.match.code).encode(labels, self.names)

    def decode(self, targets):
        """Targets -> list of lists of numbers; the inverse of `encode`."""
        return codecs.get(self.match.code).decode(targets, self.names)

    def head(self, features, last=None, spread=None):
        """Features -> outputs (batch, horizon x outputs a step) in the column's units.

        Args:
            features: (batch, F) tensor.
            last: (batch, 1) last value of each window, standardised; None for 0.
            spread: (batch, 1) standard deviation of each window, standardised; None for 1.
        """
        import keras

        from kit import activations

        sizes = {"targets": self.horizon, "quantiles": len(self.quantiles)}
        units = match.units(self.match, sizes)
        facts = {"mean": self.mean, "bounds": None, "quantiles": self.quantiles}
        bias = match.initial_bias(self.match, targets=self.horizon, **facts)
        logits = common.dense(features, units, bias, start="zeros")
        outputs = activations.output(self.match.activation, logits, **sizes)
        if last is not None:
            outputs = outputs * spread + _moved(last, self.match.activation, self.horizon)
        outputs_a_step = units // self.horizon
        scaling = match.rescaling(self.match, mean=self.mean, scale=self.scale, outputs=outputs_a_step)
        return keras.layers.Rescaling(*(scaling or (1.0, 0.0)), dtype="float32", name="units")(outputs)

    def decided(self, outputs):
        """Outputs -> the decisions as arrays (`kit.decisions.Decided`)."""
        return decisions.get(self.match.decide)(outputs, self.names, quantiles=self.quantiles)

    def decide(self, outputs):
        """Outputs -> one `Decision` a row: value or values, and an interval where the loss gives one."""
        return decisions.to_list(self.decided(outputs), self.names)

    def naive(self, windows):
        """What needs no training: the last value of each window, and the values a season ago.

        Args:
            windows: (N, steps, channels), NaN where values are missing; or a list of such windows.

        Returns:
            dict: name of the forecast -> (N, horizon) float64; the seasonal one only where there is a season.
        """
        first = [np.asarray(window, "float64")[:, 0] for window in windows]
        found = {"the last value": np.stack([_repeated(window, 1, self.horizon) for window in first])}
        if self.season and self.season > 1 and all(len(window) >= self.season for window in first):
            seasonal = np.stack([_repeated(window, self.season, self.horizon) for window in first])
            found["the value a season ago"] = seasonal
        return found

    def make_loss(self):
        """A fresh Keras loss, as the row says, that sees standardised values."""
        return match.make_loss(self.match, self._options(), mean=self.mean, scale=self.scale)

    def make_metrics(self):
        """Fresh Keras metrics, as the row says, in the column's units."""
        return match.make_metrics(self.match, {"quantiles": self.quantiles})

    def describe(self):
        """One line for the log."""
        ahead = f"{counted(self.horizon, 'step')} ahead"
        season = f", season {self.season}" if self.season and self.season > 1 else ""
        return f"forecast of {self.targets[0]}, {ahead}{season}, loss {self.loss}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal task."""
        return common.to_json("forecasting", self)

    @classmethod
    def from_json(cls, stored):
        """The task that `to_json` described."""
        return common.from_json(cls, stored)

    def _options(self):
        return {name: getattr(self, name) for name in _OPTIONS}

    def _with(self, mean, std):
        scale = float(std) if std > 0 else 1.0
        return dataclasses.replace(self, mean=(float(mean),) * self.horizon, scale=(scale,) * self.horizon)


def seen(window, present):
    """A window as distances from its last value: (last value, spread, distances), of float32 tensors.

    Source: Kim et al. 2022, Reversible Instance Normalization (openreview.net/forum?id=cGDAkQo1C0p), about
    the last value as in Zeng et al. 2022, Are Transformers Effective for Time Series Forecasting?
    (arXiv:2205.13504).

    Args:
        window: (batch, steps) standardised values, 0 where missing.
        present: (batch, steps) 1 where a value is there, else 0.

    Returns:
        (batch, 1), (batch, 1), and (batch, steps), which is 0 where a value is missing.
    """
    from keras import ops

    step = ops.cumsum(ops.ones_like(present), axis=1) * present
    is_last = present * ops.cast(step >= ops.max(step, axis=1, keepdims=True), "float32")
    last = ops.sum(window * is_last, axis=1, keepdims=True)
    count = ops.maximum(ops.sum(present, axis=1, keepdims=True), 1.0)
    distance = (window - last) * present
    centre = ops.sum(distance, axis=1, keepdims=True) / count
    variance = ops.sum(ops.square(distance - centre) * present, axis=1, keepdims=True) / count
    spread = ops.sqrt(variance + _EVEN)
    return last, spread, distance / spread


def _is_count(steps):
    return isinstance(steps, numbers.Integral) and not isinstance(steps, bool) and steps >= 1


def _moved(last, activation, horizon):
    """What is added to the outputs: the last value, but nothing to a standard deviation."""
    if activation != "gaussian":
        return last
    from keras import ops

    return ops.concatenate([last, ops.zeros_like(last)] * horizon, axis=1)


def _repeated(window, season, horizon):
    """The last `season` present values of a window, over and over: (horizon,)."""
    there = np.flatnonzero(~np.isnan(window))
    filled = window[there[np.maximum(np.searchsorted(there, np.arange(len(window)), side="right") - 1, 0)]]
    return filled[len(filled) - season + np.arange(horizon) % season]
