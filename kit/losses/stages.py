"""The model in training of a two-stage detector: it sees what the first stage says, and draws regions."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="kit")
class TwoStageModel(keras.Model):
    """A `keras.Model` whose loss looks at the second stage once more, at regions that are drawn.

    Only `compute_loss` is its own. The plain network inside of it is what is saved and served:
    its output "detections". In validation the same regions are drawn each time.

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497).
    """

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The sum of the four parts and of the regularizers, one number; counts the metrics."""
        if sample_weight is not None:
            raise ValueError("A two-stage detector takes no sample_weight: its loss is of drawn regions.")
        seed = self.draws if training else 0
        first = self.loss.first(y, y_pred["rows"], seed)
        regions, kinds, boxes = self.loss.drawn(y, y_pred["regions"], seed)
        crops = self.get_layer("crops")([*y_pred["maps"], regions])
        raw = self.get_layer("second")(crops, training=training)
        for metric in self.watched:
            metric.update_state(y, y_pred["detections"])
        return sum((*first, *self.loss.second(raw, regions, kinds, boxes), *map(ops.sum, self.losses)))


def in_training(network, metrics):
    """The model that trains a two-stage network.

    Args:
        network: functional model with the layers "proposals", "crops" and "second", as
            `kit.decoders.regions.two_stage` makes them.
        metrics: Keras metrics of its output.

    Returns:
        A `TwoStageModel` with the same weights, not compiled; its `output["detections"]` is the
        network's output.
    """
    *maps, regions = network.get_layer("crops").input
    outputs = {
        "detections": network.output,
        "maps": maps,
        "regions": regions,
        "rows": network.get_layer("proposals").input,
    }
    model = TwoStageModel(network.input, outputs, name=network.name)
    model.draws = keras.random.SeedGenerator(0)
    model.watched = metrics
    model.kit = network.kit
    return model
