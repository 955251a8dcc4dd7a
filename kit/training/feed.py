"""The training part as the engines take it: order, augmentation and weights from (seed, epoch)."""

import functools

import numpy as np

from kit.training import plan


class Feed:
    """Samples whose order, and whose augmentation, depend on (seed, epoch) and nothing else.

    Args:
        x: encoded inputs, an array (N, ...) or a dict of them.
        y: targets, array (N, ...).
        weights: (N,) weight of each sample in the loss, or None.
        seed: of the order and the augmentation.
        augment: function (x rows, row numbers, seed=, epoch=) -> x rows, or None.
        mix: function (function: row numbers -> samples, row numbers, number of rows, seed=, epoch=) ->
            samples put together, or None.
        sample: function (seed=, epoch=) -> (N,) numbers of the samples that are the rows of this epoch; None
            where each sample is one.
        streams: whether the arrays lie on the disk and are to be read batch by batch.
    """

    patience = None  # epochs without a better validation loss; None: as `plan.patience` says

    def __init__(self, x, y, weights=None, *, seed=0, augment=None, mix=None, sample=None, streams=False):
        self.x, self.y, self.weights = x, y, weights
        self.seed, self.streams = seed, streams
        self.augment, self.mix, self.sample = augment, mix, sample
        self._whole = (x, y) if weights is None else (x, y, weights)

    def __len__(self):
        return len(self.y)

    def steps(self, batch_size):
        """Steps an epoch; the last batch may be smaller."""
        return -(-len(self) // batch_size)

    @property
    def batch_size(self):
        """Samples a step where the user does not say."""
        return plan.batch_size(len(self))

    @functools.lru_cache(maxsize=2)  # noqa: B019 - a feed lives as long as one fit
    def order(self, epoch):
        """The rows' numbers in the order of this epoch, (N,) int32."""
        return np.random.default_rng([self.seed, epoch]).permutation(len(self)).astype("int32")

    @property
    def varies(self):
        """Whether epochs show other things, not only another order."""
        return not (self.augment is self.mix is self.sample is None)

    def epoch(self, epoch):
        """All rows as this epoch shows them; the same object where nothing differs between epochs."""
        return self.batch(epoch, np.arange(len(self))) if self.varies else self._whole

    def batch(self, epoch, rows):
        """The rows of one batch as this epoch shows them."""
        if self.mix is None:
            return self._seen(epoch, rows)
        seen = functools.partial(self._seen, epoch)
        return self.mix(seen, rows, len(self), seed=self.seed, epoch=epoch)

    def samples(self, epoch, rows):
        """The numbers of the samples in these rows of this epoch."""
        return rows if self.sample is None else self._sampled(epoch)[rows]

    @functools.lru_cache(maxsize=2)  # noqa: B019 - a feed lives as long as one fit
    def _sampled(self, epoch):
        return self.sample(seed=self.seed, epoch=epoch)

    def _seen(self, epoch, rows):
        """The rows before they are put together with others."""
        numbers = self.samples(epoch, rows)
        x, *rest = _taken(self._whole, numbers)
        if self.augment is not None:
            x = self.augment(x, rows, seed=self.seed, epoch=epoch)
        return (x, *rest)


def _taken(samples, numbers):
    x, *rest = samples
    x = {name: array[numbers] for name, array in x.items()} if isinstance(x, dict) else x[numbers]
    return (x, *(array[numbers] for array in rest))
