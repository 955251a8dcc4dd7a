"""Keras' own `fit`, on the same batches in the same order as the other engines."""

import keras
import numpy as np

from kit.training.engines import ENGINES
from kit.training.engines.epoch import _diverged
from kit.errors import DivergedError


@ENGINES.register("keras")
class KerasEngine:
    """Trains with `keras.Model.fit`; callbacks see every batch, samples may lie on the disk."""

    def __init__(self, model, batch_size):
        self.model, self.batch_size = model, batch_size

    def run(self, feed, validation, epochs, initial_epoch, callbacks):
        """Trains from `initial_epoch` to `epochs`; -> Keras' `History`.

        Raises:
            DivergedError: at the end of the first step whose loss is not finite.
        """
        batches = Batches(feed, self.batch_size, initial_epoch)
        return self.model.fit(
            batches,
            validation_data=validation,
            validation_batch_size=max(self.batch_size, 256),
            epochs=epochs,
            initial_epoch=initial_epoch,
            callbacks=[*callbacks, _StopWhereNotFinite(batches)],
            shuffle=False,
            verbose=0,
        )


class Batches(keras.utils.PyDataset):
    """The batches of each epoch in the order that (seed, epoch) gives."""

    def __init__(self, feed, batch_size, epoch):
        super().__init__()
        self.feed, self.batch_size, self.epoch = feed, batch_size, epoch

    def __len__(self):
        return -(-len(self.feed) // self.batch_size)

    def __getitem__(self, step):
        return self.feed.batch(self.epoch, self.rows(step))

    def rows(self, step):
        """Which training samples are in this step's batch."""
        return self.feed.order(self.epoch)[step * self.batch_size : (step + 1) * self.batch_size]

    def on_epoch_end(self):
        self.epoch += 1


class _StopWhereNotFinite(keras.callbacks.Callback):
    """Keras' TerminateOnNaN stops without a word of where; this names the step."""

    def __init__(self, batches):
        super().__init__()
        self.batches = batches

    def on_train_batch_end(self, batch, logs=None):
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            raise DivergedError(_diverged(self.model, self.batches.epoch, batch, self.batches.rows(batch)))
