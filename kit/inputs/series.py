"""Series: numbers step after step, one or several at each step."""

import dataclasses
import numbers
from collections.abc import Mapping

import numpy as np

from kit.errors import Fault, KitError, SchemaError, counted
from kit.inputs import INPUTS
from kit.inputs.findings import Finding, in_rows, raise_if_any
from kit.inputs.values import LARGEST, is_missing


@INPUTS.register("series")
@dataclasses.dataclass(frozen=True)
class Series:
    """Series of numbers, all of one length, or shorter ones that are padded at their end.

    Encoded, a series is float32 (length, channels). Two things are NaN in it: steps after its end, and
    values that are missing. Inside the model a missing value becomes the mean of its channel, and where
    training had missing ones a further channel says so. Steps after the end become 0, and `mask` tells
    backbones where they begin; no backbone lets them count. A series ends with its last value: missing
    ones after it are no steps of a series that may be shorter.

    Args:
        length: steps that the model sees; None takes the longest series of the training part.
        channels: numbers at each step; None takes those of the data, and 1 where nothing is known.
        columns: names of the channels in tables; empty where arrays are meant.
        variable: whether series may be shorter than `length`.
        tail: whether of longer series the last `length` steps are read, as forecasts need it; else a
            longer series is an error.
        missing: whether values are missing in the training part.
        mean: mean of each channel in the training part.
        std: standard deviation of each channel in the training part.

    Raises:
        KitError: if length or channels are not positive.

    Example:
        >>> series = kit.Series(length=3, variable=True)
        >>> series.encode([[1.0, 2.0], [4.0, 5.0, 6.0]])[..., 0].tolist()
        [[1.0, 2.0, nan], [4.0, 5.0, 6.0]]
    """

    length: int | None = None
    channels: int | None = None
    columns: tuple = ()
    variable: bool = False
    tail: bool = False
    missing: bool = False
    mean: tuple | None = None
    std: tuple | None = None

    rank = 3

    def __post_init__(self):
        for name in ("length", "channels"):
            count = getattr(self, name)
            if count is not None and (int(count) != count or count < 1):
                raise KitError(f"{name} of a Series is a whole number, at least 1. Received: {count}.")
        object.__setattr__(self, "columns", tuple(self.columns))
        for name in ("mean", "std"):
            values = getattr(self, name)
            object.__setattr__(self, name, None if values is None else tuple(map(float, values)))

    @property
    def shape(self):
        """(length, channels) of one encoded series; the length is None where it is open."""
        return self.length, self.channels or len(self.columns) or 1

    @property
    def ends(self):
        """Whether a series may end before the last step, so that a mask is needed."""
        return self.variable or self.length is None

    def encode(self, raw):
        """Series -> float32 (N, length, channels), NaN after the end of each and where values are missing.

        Args:
            raw: array (N, steps, channels), or (N, steps) for one channel; or a list of arrays
                (steps, channels) or (steps,), of DataFrames with the columns, or of lists of numbers.

        Raises:
            SchemaError: if the channels differ, or what should be numbers is none.
            DataError: names the series that are empty, too long, too short or not finite.
        """
        encoded, findings = self.encoded(raw)
        raise_if_any(findings)
        return encoded

    def encoded(self, raw, names=None):
        """(what `encode` gives, findings): series at fault are missing and listed, by `names` if given."""
        each = [self._read(item) for item in self._items(raw)]
        longest = max((len(one) for one in each if isinstance(one, np.ndarray)), default=1)
        rows = np.full((len(each), self.length or longest, self.shape[1]), np.nan, "float32")
        for row, one in enumerate(each):
            if isinstance(one, np.ndarray):
                rows[row, : len(one)] = one
        return rows, _findings(each, names)

    def is_one(self, raw):
        """Whether this is one series and not a batch of them."""
        if hasattr(raw, "columns") or isinstance(raw, Mapping):
            return True
        if isinstance(raw, np.ndarray) and raw.dtype != object:
            one = raw.shape[1:] == (1,) or self.shape[1] > 1
            return raw.ndim == 1 or (raw.ndim == 2 and one)
        if not isinstance(raw, np.ndarray | list | tuple):
            return True
        return len(raw) > 0 and all(isinstance(item, numbers.Real) for item in raw)

    def fitted(self, raw):
        """A copy with length, channels, mean and standard deviation as the training part has them."""
        channels = self.shape[1] if self.channels or self.columns else _channels(self._items(raw))
        known = dataclasses.replace(self, channels=channels)
        each = [known._values(item) for item in known._items(raw)]
        each = [one for one in each if isinstance(one, np.ndarray) and len(one)]
        length = self.length or max(map(len, each), default=1)
        steps = np.concatenate([one[-length:] for one in each] or [np.zeros((1, channels))])
        present = np.isfinite(steps)
        steps = np.where(present, steps, np.nan)
        some = present.any(axis=0)
        mean, std = np.zeros(channels), np.ones(channels)
        mean[some], std[some] = np.nanmean(steps[:, some], axis=0), np.nanstd(steps[:, some], axis=0)
        return dataclasses.replace(
            known,
            length=length,
            variable=self.variable or any(len(one) < length for one in each),
            missing=bool((~present).any()),
            mean=tuple(mean.tolist()),
            std=tuple(np.where(std > 0, std, 1.0).tolist()),
        )

    @property
    def is_fitted(self):
        """Whether the statistics of a training part are known."""
        return self.mean is not None

    def layers(self):
        """(Keras input "series", standardised values as tensor (batch, length, channels)).

        Where training had missing values there are twice as many channels: which values are missing.
        """
        import keras
        from keras import ops

        mean, std = self.moments()
        series = keras.Input(self.shape, dtype="float32", name="series")
        scales, offsets = (1 / std).tolist(), (-mean / std).tolist()
        scaled = keras.layers.Rescaling(scales, offsets, dtype="float32", name="standardize")(series)
        absent = ops.isnan(scaled)
        values = ops.where(absent, 0.0, scaled)
        if not self.missing:
            return series, values
        gaps = ops.cast(absent, "float32")
        if self.ends:
            gaps = gaps * ops.expand_dims(ops.cast(self.mask(series), "float32"), -1)
        return series, ops.concatenate([values, gaps], axis=-1)

    def mask(self, series):
        """Where a series has steps: bool tensor (batch, length); None where all are of one length.

        Args:
            series: the Keras input that `layers` gave.
        """
        if not self.ends:
            return None
        from keras import ops

        absent = ops.min(ops.cast(ops.isnan(series), "float32"), axis=-1)  # 1 where no channel is there
        step = ops.cumsum(ops.ones_like(absent), axis=1)
        last = ops.max(step * (1.0 - absent), axis=1, keepdims=True)
        return step <= last

    def moments(self):
        """(mean, standard deviation) of each channel as arrays; 0 and 1 where they are not known."""
        channels = self.shape[1]
        return np.array(self.mean or [0.0] * channels), np.array(self.std or [1.0] * channels)

    def describe(self):
        """One line for the log."""
        length, channels = self.shape
        steps = "any number of" if length is None else f"{'up to ' if self.variable else ''}{length}"
        return f"series of {steps} steps, {counted(channels, 'channel')}"

    def to_json(self):
        """Plain data from which `from_json` makes an equal input."""
        return {"kind": "series", **dataclasses.asdict(self)}

    @classmethod
    def from_json(cls, stored):
        """The input that `to_json` described."""
        return cls(
            **{field.name: stored[field.name] for field in dataclasses.fields(cls) if field.name in stored}
        )

    def _items(self, raw):
        """One entry a series."""
        if self.is_one(raw) and not isinstance(raw, Mapping):
            raw = [raw]
        return [raw] if isinstance(raw, Mapping) else list(raw)

    def _read(self, item):
        """One series as array (steps, channels), or the `Fault` without a place that it is."""
        found = self._values(item)
        if not isinstance(found, np.ndarray):
            return found
        if not len(found):
            return _Wrong("0 steps", "at least 1")
        if np.isinf(found).any() or (np.abs(np.nan_to_num(found)) > LARGEST).any():
            return _Wrong("infinite values", "finite numbers, or NaN where a value is missing")
        if np.isnan(found).all():
            return _Wrong("no value at any step", "numbers")
        return self._cut(found)

    def _cut(self, found):
        """The steps that are read, or what is wrong with their number."""
        steps, wanted = len(found), self.length
        if wanted is None or steps == wanted or (steps < wanted and self.variable):
            return found
        if steps > wanted and self.tail:
            return found[-wanted:]
        expected = "at least " if self.tail else "at most " if self.variable else ""
        return _Wrong(f"{steps} steps", f"{expected}{wanted}", _CURE[steps > wanted])

    def _values(self, item):
        """One series as float64 array (steps, channels), or what is wrong with it."""
        if isinstance(item, Mapping) or hasattr(item, "columns"):
            return self._of_columns(item)
        found = _numbers(item)
        if found is None:
            return _Wrong("text, or steps of unequal width", "numbers", schema=True)
        channels = self.shape[1]
        found = found[:, None] if found.ndim == 1 and channels == 1 else found
        if found.ndim == 2 and found.shape[1] == channels:
            return found
        turned = found.ndim == 2 and found.shape[0] == channels
        cure = "Its axes are turned round: steps come first." if turned else ""
        return _Wrong(f"shape {found.shape}", f"(steps, {channels})", cure, schema=True)

    def _of_columns(self, frame):
        """The channels of a DataFrame, or of a dict of columns.

        Raises:
            SchemaError: if a column is not there.
        """
        there = list(frame.columns) if hasattr(frame, "columns") else list(frame)
        wanted = self.columns or tuple(there)
        lost = [name for name in wanted if name not in there]
        if lost:
            found = ", ".join(map(str, there))
            raise SchemaError(
                [Fault(f"column {name!r}", "missing", cure=f"There are: {found}.") for name in lost]
            )
        columns = [np.asarray(frame[name]) for name in wanted]
        plain = dataclasses.replace(self, columns=(), channels=len(wanted))
        return plain._values([list(row) for row in zip(*columns, strict=True)])


@dataclasses.dataclass(frozen=True)
class _Wrong:
    """What is wrong with a series, before it has a place."""

    found: str
    expected: str
    cure: str = ""
    schema: bool = False


_CURE = {
    True: "Cut it, or train with a larger length.",
    False: "Give more steps, or train with series that differ in length.",
}


def _channels(items):
    """The channels of the first series that has any."""
    for item in items:
        shape = np.shape(item)
        if len(shape) == 2:
            return shape[1]
        if len(shape) == 1 and shape[0]:
            return 1
    return 1


def _numbers(item):
    """A series as float64 in which None stands for a missing value, too; None if it holds text."""
    try:
        values = np.asarray(item)
        if values.dtype.kind in "buif":
            return values.astype("float64")
        each = values.astype(object).ravel().tolist()
        if any(isinstance(value, str | bytes | list) and not is_missing(value) for value in each):
            return None
        return np.array([np.nan if is_missing(value) else value for value in each], "float64").reshape(
            values.shape
        )
    except (TypeError, ValueError):
        return None


def _findings(each, names):
    """One finding for all series with the same fault."""
    rows = {}
    for row, one in enumerate(each):
        if isinstance(one, _Wrong):
            rows.setdefault(one, []).append(row)
    return [
        Finding(Fault(in_rows(at, names), w.found, w.expected, w.cure), tuple(at), w.schema)
        for w, at in rows.items()
    ]
