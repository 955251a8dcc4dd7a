"""Training metrics by name: Keras metric classes, never the word "accuracy" left to guess.

Each name stands for one maker; what it makes carries the flat name that logs and reports
show, such as "accuracy", whichever class computes it.
"""

import inspect

from kit.registry import Registry

METRICS = Registry("metric", "kit.metrics")


def make(name, **options):
    """A fresh Keras metric.

    Example:
        >>> make("binary_accuracy", threshold=0.3).name
        'accuracy'
    """
    return METRICS.get(name)(**options)


def taken(name, options):
    """Those of `options` that the metric called `name` takes.

    Example:
        >>> taken("sparse_accuracy", {"threshold": 0.3})
        {}
    """
    takes = inspect.signature(METRICS.get(name)).parameters
    return {option: value for option, value in options.items() if option in takes}


def flat_name(name):
    """The name under which logs and reports show the metric.

    Example:
        >>> flat_name("sign_accuracy")
        'accuracy'
    """
    return make(name).name


def names():
    """Names of all metrics."""
    return METRICS.names()
