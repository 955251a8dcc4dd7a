"""The learning rate of each step: from a table, by the optimizer's own count, or set from outside."""

import keras
import numpy as np
from keras import ops

from kit import schedules


@keras.saving.register_keras_serializable(package="kit")
class RateTable(keras.optimizers.schedules.LearningRateSchedule):
    """Looks the learning rate up: step k of the run has `rates[k]`, later steps the last.

    The table is a variable: a compiled step looks the rates of the next run up, too.

    Args:
        rates: learning rates, one a step.
        start: the optimizer's count of steps when the run began.
        peak: the largest rate that was asked for.
    """

    def __init__(self, rates, start=0, peak=None):
        super().__init__()
        room = 64
        while room < len(rates):
            room *= 2
        self.rates = keras.Variable(np.zeros(room, "float32"), name="rates", trainable=False)
        self.start = keras.Variable(0, name="start", dtype="int32", trainable=False)
        self.fill(rates, start, peak or max(rates))

    def fill(self, rates, start, peak):
        """Writes other rates into the table."""
        self.peak, self.steps = peak, len(rates)
        padded = np.full(self.rates.shape, rates[-1], "float32")
        padded[: len(rates)] = rates
        self.rates.assign(padded)
        self.start.assign(start)

    def holds(self, steps):
        """Whether the table has room for so many steps."""
        return steps <= self.rates.shape[0]

    def __call__(self, step):
        index = ops.clip(ops.cast(step, "int32") - self.start, 0, self.rates.shape[0] - 1)
        return ops.take(ops.convert_to_tensor(self.rates), index)

    def get_config(self):
        rates = ops.convert_to_numpy(self.rates)[: self.steps].tolist()
        return {"rates": rates, "start": int(self.start), "peak": self.peak}


def settings(optimizer):
    """The variables of an optimizer that are set from outside, not changed by training."""
    rate = optimizer._learning_rate
    known = [rate.rates, rate.start] if isinstance(rate, RateTable) else [rate]
    return [*known, *getattr(optimizer, "settings", ())]


def memory(optimizer):
    """What is to be remembered of the learning rate besides the settings of the run, as JSON holds it."""
    rate = optimizer._learning_rate
    if isinstance(rate, RateTable):
        return {"start": int(rate.start)}
    return {"rate": float(ops.convert_to_numpy(rate.value))}  # a callback may have lowered it


def recall(optimizer, remembered):
    """Takes up what `memory` gave; a constant rate may be a table here and was a variable there, or not."""
    rate = optimizer._learning_rate
    if isinstance(rate, RateTable):
        rate.start.assign(remembered.get("start", 0))
    elif "rate" in remembered:
        rate.assign(remembered["rate"])


def peak_of(optimizer):
    """The largest learning rate that was asked for when the optimizer was made."""
    rate = optimizer._learning_rate  # the property gives the rate of this very step
    return rate.peak if isinstance(rate, RateTable) else float(ops.convert_to_numpy(optimizer.learning_rate))


def set_schedule(optimizer, name, steps):
    """Gives the optimizer the schedule called `name` for its next `steps` steps."""
    peak = peak_of(optimizer)
    if name in ("constant", "plateau") and not isinstance(optimizer._learning_rate, RateTable):
        schedules.SCHEDULES.get(name)
        return  # stays a variable, which ReduceLROnPlateau can set
    start = int(ops.convert_to_numpy(optimizer.iterations))
    wanted, table = schedules.table(name, peak, steps), optimizer._learning_rate
    if isinstance(table, RateTable) and table.holds(steps):
        table.fill(wanted, start, peak)
        return
    _untracked(optimizer)
    table = optimizer.learning_rate = RateTable(wanted, start, peak)
    for variable in (table.rates, table.start):
        optimizer._track_variable(variable)


def set_peak(optimizer, rate):
    """Sets the largest learning rate of the next run."""
    if isinstance(optimizer._learning_rate, RateTable):
        optimizer._learning_rate.peak = float(np.float32(rate))  # as a variable would hold it
    else:
        optimizer.learning_rate = rate


def _untracked(optimizer):
    """Takes the variables of a table out of the optimizer's."""
    if isinstance(optimizer._learning_rate, RateTable):
        for variable in (optimizer._learning_rate.rates, optimizer._learning_rate.start):
            optimizer._untrack_variable(variable)


def free(optimizer):
    """Makes the learning rate a variable that callbacks can set, at the largest rate that was asked for."""
    if isinstance(optimizer._learning_rate, RateTable):
        peak = peak_of(optimizer)
        _untracked(optimizer)
        optimizer._learning_rate = keras.Variable(peak, name="learning_rate", trainable=False)
        optimizer._track_variable(optimizer._learning_rate)
