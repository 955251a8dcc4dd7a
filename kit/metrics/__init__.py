"""Training metrics by name: Keras metric classes, never the word "accuracy" left to guess.

Each name stands for one maker; what it makes carries the flat name that logs and reports
show, such as "accuracy", whichever class computes it.
"""

import inspect

from kit.registry import Registry

METRICS = Registry("metric", "kit.metrics")


def make(name, **options):
    """A fresh Keras metric; options that it does not take are left out.

    Example:
        >>> make("binary_accuracy", threshold=0.3).name
        'accuracy'
    """
    maker = METRICS.get(name)
    taken = inspect.signature(maker).parameters
    return maker(**{option: value for option, value in options.items() if option in taken})


def names():
    """Names of all metrics."""
    return METRICS.names()
