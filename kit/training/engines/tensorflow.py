"""Many steps in one `tf.function`. TensorFlow is imported because that is what this engine is.

On small networks nearly all of plain `fit` is spent between the steps, not in them.
"""

import tensorflow as tf

from kit.training.engines import ENGINES
from kit.training.engines.epoch import EpochEngine


@ENGINES.register("tensorflow")
class TensorFlowEngine(EpochEngine):
    """Runs chunks of an epoch, and whole validations, as one graph each."""

    def __init__(self, model, batch_size):
        super().__init__(model, batch_size)
        loss = model.metrics[0]  # the mean loss since the epoch began: not finite from the first bad step on

        @tf.function(reduce_retracing=False)
        def train(data, order):
            done = 0
            for rows in order:
                model.train_step(tf.nest.map_structure(lambda array: tf.gather(array, rows), data))
                done += 1
                if not tf.math.is_finite(loss.total):
                    break
            return done, model.get_metrics_result()

        @tf.function(reduce_retracing=False)
        def test(data, order):
            for rows in order:
                model.test_step(tf.nest.map_structure(lambda array: tf.gather(array, rows), data))
            return model.get_metrics_result()

        self._train, self._test = train, test

    def on_device(self, data):
        """The arrays as tensors, copied once."""
        return tf.nest.map_structure(tf.convert_to_tensor, data)

    def train(self, data, order):
        """Runs the steps whose rows are in `order` (steps, batch); -> steps done, metrics."""
        done, logs = self._train(data, tf.convert_to_tensor(order))
        return int(done), _numbers(logs)

    def test(self, data, order):
        """Measures the rows in `order` (steps, batch); -> metrics."""
        return _numbers(self._test(data, tf.convert_to_tensor(order)))


def _numbers(logs):
    return {name: float(value) for name, value in logs.items()}
