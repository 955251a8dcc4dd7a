"""The learning rate of each step: from a table, by the optimizer's own count, or set from outside."""

import keras
from keras import ops

from kit import schedules


@keras.saving.register_keras_serializable(package="kit")
class RateTable(keras.optimizers.schedules.LearningRateSchedule):
    """Looks the learning rate up: step k of the run has `rates[k]`, later steps the last.

    Args:
        rates: learning rates, one a step.
        start: the optimizer's count of steps when the run began.
        peak: the largest rate that was asked for.
    """

    def __init__(self, rates, start=0, peak=None):
        super().__init__()
        self.rates, self.start, self.peak = list(rates), start, peak or max(rates)

    def __call__(self, step):
        index = ops.clip(ops.cast(step, "int32") - self.start, 0, len(self.rates) - 1)
        return ops.take(ops.convert_to_tensor(self.rates, "float32"), index)

    def get_config(self):
        return {"rates": self.rates, "start": self.start, "peak": self.peak}


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
    optimizer.learning_rate = RateTable(schedules.table(name, peak, steps), start, peak)


def free(optimizer):
    """Makes the learning rate a variable that callbacks can set, at the largest rate that was asked for."""
    if isinstance(optimizer._learning_rate, RateTable):
        peak = peak_of(optimizer)
        optimizer._learning_rate = keras.Variable(peak, name="learning_rate", trainable=False)
        optimizer._track_variable(optimizer._learning_rate)
