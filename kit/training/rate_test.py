"""The learning rate range test: how the loss answers to steps from far too small to far too large."""

import dataclasses

import numpy as np

from kit.errors import KitError
from kit.training import arrays, engines, rates, seeds, state

_SMOOTH = 0.9  # weight of the past in the smoothed loss
_WORSE = 4.0  # times the least loss at which the test ends
_FEWEST = 10  # steps before it may end
_FALL = 0.95  # of the loss at the start: what is not below it has not fallen


@dataclasses.dataclass(frozen=True)
class RateCurve:
    """What `find_learning_rate` found.

    Args:
        rates: (S,) learning rate of each step, rising.
        losses: (S,) training loss of each step, smoothed.
        suggestion: a tenth of the rate at which the loss is least.
    """

    rates: np.ndarray
    losses: np.ndarray
    suggestion: float

    def __repr__(self):
        tried = f"{self.rates[0]:.3g} to {self.rates[-1]:.3g}"
        return f"RateCurve(suggestion {self.suggestion:.3g}, {len(self.rates)} steps of {tried})"

    def figure(self):
        """A `matplotlib.figure.Figure` of the loss against the rate; `kit.draw.png` gives its bytes."""
        from kit import draw

        title = f"a learning rate of {self.suggestion:.2g}: a tenth of where the loss is least"
        return draw.loss_against_rate(self.rates, self.losses, suggestion=self.suggestion, title=title)


def find_learning_rate(
    model, data, *, low=1e-6, high=10.0, steps=100, batch_size=None, augment="auto", seed=0
):
    """How the loss answers to learning rates, and which one is worth a try. The model stays as it is.

    The rate rises with each step by the same factor, and the test ends where the loss has become four
    times its least. There the steps are too large already; a tenth of the rate at which the loss is
    least is the suggestion for the peak of a schedule. A long training may bear more, or need less: search
    around it.

    Args:
        model: a compiled model that kit built.
        data: a `Data`; its training part is learnt.
        low: first learning rate.
        high: last one.
        steps: of training, at most.
        batch_size: samples a step; None as `kit.fit` decides.
        augment: as in `kit.fit`.
        seed: of order, augmentation and dropout.

    Returns:
        A `RateCurve`.

    Raises:
        KitError: if `low` is not below `high`, or if the loss falls at no rate.

    Source: Smith 2017, Cyclical Learning Rates (arXiv:1506.01186), section 3.3; Howard and Gugger
    2020, fastai (arXiv:2002.04688) for the tenth.

    Example:
        >>> data = kit.load_data("wine")
        >>> model = kit.build_classifier(data.task, data.input, width=8)
        >>> 1e-4 < kit.find_learning_rate(model, data).suggestion < 1
        True
    """
    if not 0 < low < high or steps < 2 * _FEWEST:
        raise KitError(
            f"0 < low < high and {2 * _FEWEST} steps or more are needed. Received: {low=}, {high=}, {steps=}."
        )
    feed, _ = arrays.prepare(model.kit, data, seed=seed, class_weight="auto", augment=augment)
    state.build(model, feed)
    seeds.seed_generators(model, seed)
    before, peak = state.copied(model), rates.peak_of(model.optimizer)
    rates.free(model.optimizer)
    tried = np.geomspace(low, high, steps)
    try:
        losses = _smoothed(_tested(model, feed, tried, batch_size or feed.batch_size))
    finally:
        rates.set_peak(model.optimizer, peak)
        state.put_back(model, before)
    return RateCurve(tried[: len(losses)], losses, _suggested(tried, losses))


def _tested(model, feed, tried, batch_size):
    """The loss of each step, as long as it is finite."""
    runner = engines.get(_engine())(model, batch_size)
    size = min(batch_size, len(feed))
    for rows, rate in zip(np.resize(feed.order(0), (len(tried), size)), tried, strict=True):
        rates.set_peak(model.optimizer, rate)
        model.reset_metrics()
        _, logs = runner.train(runner.on_device(feed.batch(0, rows)), np.arange(size, dtype="int32")[None])
        if not np.isfinite(loss := float(logs["loss"])):
            return
        yield loss


def _engine():
    import keras

    return keras.backend.backend()


def _smoothed(losses):
    """(S,) moving averages, up to where the loss has become much larger than it was."""
    found, mean = [], 0.0
    for step, loss in enumerate(losses, start=1):
        mean = _SMOOTH * mean + (1 - _SMOOTH) * loss
        found.append(mean / (1 - _SMOOTH**step))
        if step > _FEWEST and found[-1] > _WORSE * min(found):
            break
    return np.array(found)


def _suggested(tried, losses):
    """A tenth of the rate at which the loss is least."""
    start = losses[: _FEWEST // 2].mean() if len(losses) else np.nan
    if not len(losses) or losses.min() > _FALL * start:
        last = tried[max(0, len(losses) - 1)]
        raise KitError(
            f"The loss falls at no learning rate from {tried[0]:.3g} to {last:.3g}.\n"
            "Take other ends, more steps, or look at the data."
        )
    return float(tried[int(np.argmin(losses))] / 10)
