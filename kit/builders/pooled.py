"""Networks that say one thing of each sample: backbone, mean over all places, head."""

from kit.builders import common


def assemble(task, input, design):
    """The network, not yet compiled: the input's layers, the backbone, pooling, the task's head."""
    import keras

    from kit import backbones, inputs
    from kit.decoders.pool import pool

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    name = backbones.chosen(design.backbone, input.rank, type(input).__name__)
    tensors, features = input.layers()
    defaults = {} if task.is_classification else backbones.BACKBONES.facts(name).get("regression", {})
    outputs = task.head(pool(backbones.get(name)(features, **design.keywords(defaults))))

    model = keras.Model(tensors, outputs, name=f"{name}_{type(task).__name__.lower()}")
    model.kit = common.Kit(input, task)
    return model
