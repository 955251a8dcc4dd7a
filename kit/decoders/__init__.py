"""Decoders: what a backbone gives -> what a task's head takes. Plain functions, found by name.

A decoder takes the `Taps` of a backbone, maps from fine to coarse, each of half the size of the
one before, and gives features at the size of the finest; by keyword `activation`, `width`,
`normalization`, `dropout` and `regularizer`, where a `width` of None is its own measure. Edges of
the finest map must be multiples of 2**(maps - 1): pad the image with `PadToMultiple`.
"""

from kit.registry import Registry

DECODERS = Registry("decoder", "kit.decoders")


def get(name):
    """The decoder called `name`: (taps, **settings) -> tensor."""
    return DECODERS.get(name)


def facts(name):
    """What is known of the decoder called `name`: `deep`, whether it has deep supervision."""
    return DECODERS.facts(name)


def names():
    """Names of all decoders."""
    return DECODERS.names()
