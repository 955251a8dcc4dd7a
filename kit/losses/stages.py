"""The model in training of a two-stage detector: it sees what the first stage says, and draws regions."""

import keras
from keras import ops

# as a log shows them: whether there is anything, where its region is, what it is, where it is
PARTS = ("objectness_loss", "region_loss", "class_loss", "box_loss")


@keras.saving.register_keras_serializable(package="kit")
class TwoStageModel(keras.Model):
    """A `keras.Model` whose loss looks at the second stage once more, at regions that are drawn.

    Only `compute_loss` is its own. The plain network inside of it is what is saved and served:
    its output "detections". Validation draws nothing: its loss is that of what the model says in the end,
    because the training loss rises while better regions bring more objects to the second stage.

    Source: Ren et al. 2015, Faster R-CNN (arXiv:1506.01497).
    """

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The four parts in training, else the loss of the detections; with the regularizers; one number."""
        if sample_weight is not None:
            raise ValueError("A two-stage detector takes no sample_weight: its loss is of drawn regions.")
        said = y_pred["detections"]
        parts = self.parts(y, y_pred) if training else self.judged(y, y_pred)
        for name, part in zip(PARTS, parts, strict=True):
            self.shown[name].update_state(part)
        for metric in self.watched:
            metric.update_state(y, said)
        parts = parts if training else [self.loss(y, said)]
        return sum((*parts, *map(ops.sum, self.losses)))

    def parts(self, y, y_pred):
        """(crossentropy, Smooth-L1) of anchors and then of regions, as drawn for a step of training."""
        first = self.loss.first(y, y_pred["rows"], self.draws)
        regions, kinds, boxes = self.loss.drawn(y, y_pred["regions"], self.draws)
        crops = self.get_layer("crops")([*y_pred["maps"], regions])
        raw = self.get_layer("second")(crops, training=True)
        return (*first, *self.loss.second(raw, regions, kinds, boxes))

    def judged(self, y, y_pred):
        """The same for a look at the progress: of the same anchors each time, and of the detections."""
        return (*self.loss.first(y, y_pred["rows"], 0), *self.loss.shown(y, y_pred["detections"]).values())


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
    model.watched = [metric for metric in metrics if metric.name not in PARTS]
    model.shown = {name: keras.metrics.Mean(name) for name in PARTS}
    model.kit = network.kit
    return model
