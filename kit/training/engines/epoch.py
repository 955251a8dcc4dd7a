"""What the whole-epoch engines share: the loop over epochs, with Keras' callbacks."""

import time
from concurrent.futures import ThreadPoolExecutor

import keras
import numpy as np

from kit.errors import DivergedError

CHUNK_SECONDS = 1.0  # about how long one call runs: Ctrl-C and the progress line wait for it


class EpochEngine:
    """Trains with many steps a call. An engine of a backend adds `on_device`, `train` and `test`.

    Args:
        model: a compiled `keras.Model`.
        batch_size: samples a step.
    """

    first_chunk = 4  # steps of the first call; how many follow depends on how long they take

    def __init__(self, model, batch_size):
        self.model, self.batch_size = model, batch_size
        self._chunk = self.first_chunk
        self._copied = (None, None)
        self._validation = self._samples = None

    def renewed(self, batch_size):
        """This engine, with the programs it has compiled, for another run."""
        self.batch_size, self._validation = batch_size, None
        return self

    def run(self, feed, validation, epochs, initial_epoch, callbacks):
        """Trains from `initial_epoch` to `epochs`; -> Keras' `History`.

        Raises:
            DivergedError: at the first loss that is not finite.
        """
        model = self.model
        steps, self._samples = feed.steps(self.batch_size), getattr(feed, "samples", None)
        callbacks = keras.callbacks.CallbackList(
            callbacks, add_history=True, model=model, epochs=epochs, steps=steps, verbose=0
        )
        model.stop_training = False
        callbacks.on_train_begin()
        logs = {}
        with ThreadPoolExecutor(1) as aside:
            samples = None
            for epoch in range(initial_epoch, epochs):
                callbacks.on_epoch_begin(epoch)
                now = feed.epoch(epoch) if samples is None else samples.result()
                samples = aside.submit(feed.epoch, epoch + 1) if epoch + 1 < epochs else None
                logs = self._train_epoch(now, feed.order(epoch), epoch)
                logs |= self._validate(validation, callbacks)
                callbacks.on_epoch_end(epoch, logs)
                if model.stop_training:
                    break
        if not any(isinstance(each, keras.callbacks.SwapEMAWeights) for each in callbacks.callbacks):
            model.optimizer.finalize_variable_values(model.trainable_variables)
        callbacks.on_train_end(logs)
        return model.history

    def _train_epoch(self, samples, order, epoch):
        self.model.reset_metrics()
        data = self._device(samples)
        full = len(order) - len(order) % self.batch_size
        batches = order[:full].reshape(-1, self.batch_size)
        start = 0
        while start < len(batches):
            stop = min(start + self._chunk, len(batches))
            began = time.perf_counter()
            logs = self._checked(data, batches[start:stop], epoch, start)
            self._adapt(stop - start, time.perf_counter() - began, len(batches))
            start = stop
        if full < len(order):
            logs = self._checked(data, order[full:][None], epoch, start)
        return logs

    def _checked(self, data, order, epoch, start):
        done, logs = self.train(data, order)
        if not np.isfinite(logs["loss"]):
            rows = order[done - 1] if self._samples is None else self._samples(epoch, order[done - 1])
            raise DivergedError(diverged(self.model, epoch, start + done - 1, rows))
        return logs

    def _adapt(self, steps, seconds, at_most):
        """Aims at CHUNK_SECONDS a call. The numbers do not depend on it: the steps are the same."""
        if self._chunk < at_most and seconds < CHUNK_SECONDS / 2:
            self._chunk = min(4 * self._chunk, at_most)
        elif seconds > 4 * CHUNK_SECONDS:
            self._chunk = max(1, steps // 2)

    def _validate(self, validation, callbacks):
        if validation is None:
            return {}
        self.model.reset_metrics()
        callbacks.on_test_begin()
        logs = self._measure(validation)
        callbacks.on_test_end(logs)
        return {f"val_{name}": value for name, value in logs.items()}

    def _measure(self, validation):
        if self._validation is None:
            self._validation = self.on_device(validation)
        count = len(validation[1])
        size = min(count, test_size(validation))
        full = count - count % size
        logs = self.test(self._validation, np.arange(full, dtype="int32").reshape(-1, size))
        if full < count:
            logs = self.test(self._validation, np.arange(full, count, dtype="int32")[None])
        return logs

    def _device(self, data):
        """The epoch's arrays on the device; the same arrays are copied once."""
        if self._copied[0] is not data:
            self._copied = (data, self.on_device(data))
        return self._copied[1]


def test_size(validation):
    """Samples measured at once: as many as hold about a million numbers, at most 256."""
    x = validation[0]
    numbers = sum(np.prod(array.shape[1:]) for array in (x.values() if isinstance(x, dict) else (x,)))
    return int(min(256, max(1, 2**20 // max(1, numbers))))


def diverged(model, epoch, step, rows):
    """What to say of a loss that is not finite: where, and what to try."""
    rate = float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))
    shown = ", ".join(map(str, rows[:5]))
    return (
        f"The loss is not finite at epoch {epoch + 1}, step {step + 1} (training samples {shown}, ...), "
        f"learning rate {rate:.3g}.\nTry learning_rate={rate / 10:.1g} or clipnorm=1."
    )
