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
        streams: whether the arrays lie on the disk and are to be read batch by batch.
    """

    patience = None  # epochs without a better validation loss; None: as `plan.patience` says

    def __init__(self, x, y, weights=None, *, seed=0, augment=None, streams=False):
        self.x, self.y, self.weights = x, y, weights
        self.seed, self.augment, self.streams = seed, augment, streams
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
        """The samples' numbers in the order of this epoch, (N,) int32."""
        return np.random.default_rng([self.seed, epoch]).permutation(len(self)).astype("int32")

    def epoch(self, epoch):
        """All samples as this epoch shows them; the same object where nothing is augmented."""
        if self.augment is None:
            return self._whole
        x = self.augment(self.x, np.arange(len(self)), seed=self.seed, epoch=epoch)
        return (x, *self._whole[1:])

    def batch(self, epoch, rows):
        """The samples of one batch as this epoch shows them."""
        x = (
            {name: array[rows] for name, array in self.x.items()}
            if isinstance(self.x, dict)
            else self.x[rows]
        )
        if self.augment is not None:
            x = self.augment(x, rows, seed=self.seed, epoch=epoch)
        return (x, *(array[rows] for array in self._whole[1:]))
