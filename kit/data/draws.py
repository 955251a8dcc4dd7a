"""Random numbers of training: each depends on the seed, the epoch, the sample and what it is for."""

import copy

import numpy as np


class Draws:
    """Random numbers that depend on seed, epoch, index and stream only.

    Args:
        seed: of the training run.
        epoch: number of the pass over the data.
        indices: (N,) whole numbers, one for each sample.

    Example:
        >>> Draws(0, 0, [5, 6, 7]).uniform(1)[2] == Draws(0, 0, [7]).uniform(1)[0]
        np.True_
    """

    def __init__(self, seed, epoch, indices):
        start = np.array([seed % 2**64], "uint64")
        self.keys = _mixed(_mixed(_mixed(start) + np.uint64(epoch)) + np.asarray(indices, "uint64"))

    def at(self, places):
        """The same numbers, for the samples at some places only."""
        some = copy.copy(self)
        some.keys = self.keys[places]
        return some

    def uniform(self, stream):
        """(N,) float64 in [0, 1)."""
        return (_mixed(self.keys + np.uint64(stream)) >> np.uint64(11)) * 2.0**-53

    def integers(self, stream, low, high):
        """(N,) integers from low to high, both included."""
        return low + (self.uniform(stream) * (high - low + 1)).astype("int64")

    def symmetric(self, stream):
        """(N, 1, 1, 1) float32 in [-1, 1)."""
        return (2 * self.uniform(stream) - 1).astype("float32")[:, None, None, None]

    def bytes(self, stream, count):
        """(N, count) uint8, each value as likely."""
        keys = _mixed(self.keys + np.uint64(stream))[:, None] + np.arange(-(-count // 8), dtype="uint64")
        return _mixed(keys).view("uint8")[:, :count]


def _mixed(x):
    """One step of SplitMix64 (Steele et al. 2014): neighbours become unrelated."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
