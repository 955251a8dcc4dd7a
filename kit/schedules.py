"""Learning rate schedules by name: the step size at each step of a run."""

import math

from kit.registry import Registry

SCHEDULES = Registry("schedule")


@SCHEDULES.register("constant")
def constant(share):
    """The peak all along."""
    return 1.0


@SCHEDULES.register("cosine")
def cosine(share):
    """Half a cosine from the peak to 0. Source: Loshchilov and Hutter 2017, SGDR (arXiv:1608.03983)."""
    return 0.5 * (1 + math.cos(math.pi * share))


@SCHEDULES.register("one_cycle")
def one_cycle(share):
    """Up in a line from 1/25 for three tenths, then down by a cosine to 0.

    Source: Smith and Topin 2018, Super-Convergence (arXiv:1708.07120).
    """
    if share < 0.3:
        return 0.04 + 0.96 * share / 0.3
    return cosine((share - 0.3) / 0.7)


@SCHEDULES.register("exponential")
def exponential(share):
    """Down to a hundredth of the peak, by the same factor at each step."""
    return 0.01**share


@SCHEDULES.register("step")
def step(share):
    """A tenth after one half, a hundredth after three quarters."""
    return 1.0 if share < 0.5 else 0.1 if share < 0.75 else 0.01


@SCHEDULES.register("plateau")
def plateau(share):
    """The peak; Keras' ReduceLROnPlateau lowers it when the validation loss stays where it is."""
    return 1.0


_NO_WARMUP = ("one_cycle", "plateau", "constant")


def names():
    """Names of all schedules.

    Example:
        >>> names()
        ['constant', 'cosine', 'exponential', 'one_cycle', 'plateau', 'step']
    """
    return SCHEDULES.names()


def table(name, peak, steps, warmup=0.05):
    """The learning rate at each step of a run.

    Args:
        name: a name in `names()`.
        peak: largest learning rate, above 0.
        steps: number of steps, at least 1.
        warmup: share of the steps, 0 to below 1, in which the rate rises in a line to the
            peak; "one_cycle" brings its own, "plateau" and "constant" have none.

    Returns:
        list of `steps` numbers.

    Raises:
        KitError: if there is no schedule of that name.

    Example:
        >>> [round(rate, 3) for rate in table("cosine", 1.0, 4, warmup=0.0)]
        [1.0, 0.854, 0.5, 0.146]
    """
    shape = SCHEDULES.get(name)
    rising = 0 if name in _NO_WARMUP else min(int(warmup * steps), 1000)
    up = [peak * (index + 1) / (rising + 1) for index in range(rising)]
    down = steps - rising
    return up + [peak * shape(index / down) for index in range(down)]
