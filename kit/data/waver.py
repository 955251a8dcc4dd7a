"""Augmentation of series: each is played a little faster and slower, louder and softer in each epoch.

What happens to a series depends on (seed, epoch, index of the series) and on nothing else. Its end, and the
values that are missing, stay what they are.

Source: Um et al. 2017, Data Augmentation of Wearable Sensor Data (arXiv:1706.00527), for the four changes.
"""

import dataclasses

import numpy as np

from kit.data.draws import Draws

_KNOTS = 5  # places between which a change goes on evenly
_WARP, _SWELL, _GAIN, _GRAIN = 0, _KNOTS, 2 * _KNOTS, 2 * _KNOTS + 1  # first streams of random numbers
_MEDIAN = 0.6745  # median of the size of normal numbers, in standard deviations
_BEND = 6**0.5  # standard deviation of x - 2 y + z, in that of each
_WIDE = 3**0.5  # half the width of an even distribution with a standard deviation of 1


@dataclasses.dataclass(frozen=True)
class Policy:
    """By how much series are changed; all are standard deviations.

    Args:
        warp: share of the length by which its middle and its quarters move in time.
        swell: of a factor for distances from the channel's mean, drawn at five places and even between them.
        gain: of such a factor for the whole series.
        grain: of what is added to each value, in standard deviations of its channel.
        scale: (mean, standard deviation) of each channel.
    """

    warp: float = 0.0
    swell: float = 0.0
    gain: float = 0.0
    grain: float = 0.0
    scale: tuple = ((0.0, 1.0),)


def policy(input, task, series):
    """The default changes: a class stays when a series is warped by 2 %, swells by 15 %, is louder by 10 %.

    And when the noise in it doubles: as much is added as the series of the training part hold already. What
    numbers follow from a series may well depend on its size and speed: there nothing is changed.

    Args:
        input: a `Series` with its mean and standard deviation.
        task: what is predicted of it.
        series: (N, steps, channels), those of the training part.

    Example:
        >>> input, smooth = kit.Series(9, 1, mean=(0.0,), std=(2.0,)), np.ones((4, 9, 1))
        >>> found = policy(input, kit.Classification(2), smooth)
        >>> found.warp, found.grain
        (0.02, 0.0)
        >>> policy(input, kit.Regression(), smooth).warp
        0.0
    """
    count = input.shape[1]
    known = tuple(zip(input.mean or (0.0,) * count, input.std or (1.0,) * count, strict=True))
    if not task.is_classification:
        return Policy(scale=known)
    return Policy(warp=0.02, swell=0.15, gain=0.1, grain=noise(series, known), scale=known)


def noise(series, scale):
    """The standard deviation of the noise in series, in those of their channels; 0 for very short ones.

    What is smooth hardly bends from step to step, and noise does: the median bend of all steps tells it.

    Source: Stoehr et al. 2008, DER_SNR: A Simple & General Spectroscopic Signal-to-Noise Measurement
    Algorithm (ADASS XVII, 505), with neighbours in place of every second value.

    Example:
        >>> values = np.random.default_rng(0).normal(size=(9, 500, 1)) + np.linspace(0, 90, 500)[:, None]
        >>> 0.95 < noise(values, ((0.0, 1.0),)) < 1.05
        True
    """
    bends = np.diff(series, 2, axis=1) / np.array(scale)[:, 1]
    bends = np.abs(bends[np.isfinite(bends)])
    return float(np.median(bends)) / (_MEDIAN * _BEND) if bends.size else 0.0


def augment(series, indices, *, seed, epoch, policy):
    """Series, changed as `policy` allows; the same for the same seed, epoch and index.

    Args:
        series: float32 (N, steps, channels), NaN after the end of each and where values are missing.
        indices: (N,) index of each series in its part of the data.
        seed: of the training run.
        epoch: number of the pass over the data.
        policy: a `Policy`.

    Returns:
        a new array of the same shape and type, with NaN after the same steps.

    Example:
        >>> series = np.arange(6, dtype="float32").reshape(1, 6, 1)
        >>> augment(series, [0], seed=0, epoch=0, policy=Policy()).tolist() == series.tolist()
        True
    """
    draw, steps = Draws(seed, epoch, indices), np.arange(series.shape[1])
    ends = _last(series)
    share = np.clip(steps / np.maximum(ends, 1)[:, None], 0, 1)  # of its length that has passed
    series = _warped(series, steps, ends, share, draw, policy) if policy.warp else series
    mean, std = np.array(policy.scale, "float32").T
    factor = 1 + policy.gain * _even(draw, _GAIN)[:, None]
    if policy.swell:
        factor = factor * (1 + policy.swell * _along(_knots(draw, _SWELL), share))
    found = mean + (series - mean) * factor[..., None].astype("float32")
    if policy.grain:
        found = found + policy.grain * std * _grain(series.shape, draw)
    return found.astype(series.dtype)


def _last(series):
    """(N,) the last step of each that holds a value; 0 where none does."""
    present = np.isfinite(series).any(axis=-1)
    return np.where(present.any(axis=1), series.shape[1] - 1 - present[:, ::-1].argmax(axis=1), 0)


def _warped(series, steps, ends, share, draw, policy):
    """Series read at other times, between two values where both are there, else at the nearer one."""
    moves = _knots(draw, _WARP)
    moves[:, [0, -1]] = 0  # begin and end stay
    times = steps + policy.warp * ends[:, None] * _along(moves, share)
    times = np.where(steps <= ends[:, None], np.clip(times, 0, ends[:, None]), steps)
    before = times.astype("int64")
    after = np.minimum(before + 1, np.maximum(ends[:, None], before))
    part = (times - before)[..., None].astype("float32")
    first, second, nearest = (_at(series, each) for each in (before, after, np.rint(times).astype("int64")))
    between = (1 - part) * first + part * second
    return np.where(np.isnan(between), nearest, between)


def _at(series, places):
    return np.take_along_axis(series, places[..., None], axis=1)


def _knots(draw, stream):
    """(N, knots) float64 with mean 0 and standard deviation 1."""
    return np.stack([_even(draw, stream + knot) for knot in range(_KNOTS)], axis=1)


def _even(draw, stream):
    return _WIDE * (2 * draw.uniform(stream) - 1)


def _along(knots, share):
    """(N, steps): what lies on straight lines between knots, at shares of the way."""
    place = share * (_KNOTS - 1)
    before = np.minimum(place.astype("int64"), _KNOTS - 2)
    first, second = (np.take_along_axis(knots, each, axis=1) for each in (before, before + 1))
    return first + (place - before) * (second - first)


def _grain(shape, draw):
    values = draw.bytes(_GRAIN, shape[1] * shape[2]).reshape(shape).astype("float32")
    return (values - 127.5) * np.float32(_WIDE / 127.5)
