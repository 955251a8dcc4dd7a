"""Keras' own `fit`, on the same batches in the same order as the other engines."""

import keras
import numpy as np

from kit.errors import DivergedError
from kit.training.engines.epoch import diverged, test_size


class KerasEngine:
    """Trains with `keras.Model.fit`; callbacks see every batch, samples may lie on the disk."""

    def __init__(self, model, batch_size):
        self.model, self.batch_size = model, batch_size

    def renewed(self, batch_size):
        """This engine for another run."""
        self.batch_size = batch_size
        return self

    def run(self, feed, validation, epochs, initial_epoch, callbacks):
        """Trains from `initial_epoch` to `epochs`; -> Keras' `History`.

        Raises:
            DivergedError: at the end of the first step whose loss is not finite.
        """
        batches = Batches(feed, self.batch_size)
        return self.model.fit(
            batches,
            validation_data=validation,
            validation_batch_size=test_size(validation) if validation else None,
            epochs=epochs,
            initial_epoch=initial_epoch,
            callbacks=[_Guide(batches), *callbacks],
            shuffle=False,
            verbose=0,
        )


class Batches(keras.utils.PyDataset):
    """The batches of one epoch in the order that (seed, epoch) gives."""

    def __init__(self, feed, batch_size):
        super().__init__()
        self.feed, self.batch_size, self.epoch = feed, batch_size, 0

    def __len__(self):
        return self.feed.steps(self.batch_size)

    def __getitem__(self, step):
        return self.feed.batch(self.epoch, self.rows(step))

    def rows(self, step):
        """Which training samples are in this step's batch."""
        return self.feed.order(self.epoch)[step * self.batch_size : (step + 1) * self.batch_size]

    def samples(self, step):
        """The samples that these rows show."""
        rows, known = self.rows(step), getattr(self.feed, "samples", None)
        return rows if known is None else known(self.epoch, rows)


class _Guide(keras.callbacks.Callback):
    """Tells the batches their epoch, and stops at the first loss that is not finite.

    Keras reads a data set once before the first epoch, so a data set that counts for itself
    is an epoch ahead; and its TerminateOnNaN stops without a word of where.
    """

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        self.batches.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            raise DivergedError(diverged(self.model, self.batches.epoch, batch, self.batches.samples(batch)))
