"""Many steps in one `tf.function`. TensorFlow is imported because that is what this engine is.

On small networks nearly all of plain `fit` is spent between the steps, not in them.
"""

import tensorflow as tf

from kit.training.engines.epoch import EpochEngine
from kit.training.engines.fused import fused


class TensorFlowEngine(EpochEngine):
    """Runs chunks of an epoch, and whole validations, as one graph each."""

    def __init__(self, model, batch_size):
        super().__init__(model, batch_size)
        self._train = self._test = None  # traced for the first data

    def on_device(self, data):
        """The arrays as tensors, copied once."""
        return tf.nest.map_structure(tf.convert_to_tensor, data)

    def train(self, data, order):
        """Runs the steps whose rows are in `order` (steps, batch); -> steps done, metrics."""
        if self._train is None:
            with fused(self.model):
                self._train = _traced(self._steps, data)
        done, logs = self._train(data, tf.convert_to_tensor(order))
        return int(done), _numbers(logs)

    def test(self, data, order):
        """Measures the rows in `order` (steps, batch); -> metrics."""
        self._test = self._test or _traced(self._measures, data)
        return _numbers(self._test(data, tf.convert_to_tensor(order)))

    def _steps(self, data, order):
        loss = self.model.metrics[
            0
        ]  # the mean loss since the epoch began: not finite from the first bad step on
        done = 0
        for rows in order:
            self.model.train_step(_taken(data, rows))
            done += 1
            if not tf.math.is_finite(loss.total):
                break
        return done, self.model.get_metrics_result()

    def _measures(self, data, order):
        for rows in order:
            self.model.test_step(_taken(data, rows))
        return self.model.get_metrics_result()


def _traced(function, data):
    """A graph for any number of samples, steps and rows a step, so also for the last, smaller batch.

    It is traced here, once: of functions that trace when they are called, TensorFlow warns after five models.
    """
    samples = tf.nest.map_structure(lambda array: tf.TensorSpec([None, *array.shape[1:]], array.dtype), data)
    return tf.function(function).get_concrete_function(samples, tf.TensorSpec([None, None], tf.int32))


def _taken(data, rows):
    return tf.nest.map_structure(lambda array: tf.gather(array, rows), data)


def _numbers(logs):
    return {name: float(value) for name, value in logs.items()}
