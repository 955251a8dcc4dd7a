"""Networks that say one thing of each sample: backbone, mean over all places, head."""

from kit.builders import common
from kit.errors import KitError

_VECTOR = 64  # numbers of the vector of a word, where no width is asked for


def assemble(task, input, design):
    """The network, not yet compiled: the input's layers, the backbone, pooling, the task's head."""
    import keras

    from kit import backbones, inputs
    from kit.blocks.steps import embedded
    from kit.decoders.pool import pool

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    is_regression = not task.is_classification
    name = backbones.chosen(design.backbone, input.rank, type(input).__name__, is_regression)
    tensors, features = input.layers()
    if input.rank == 1 and not backbones.facts(name).get("takes_words"):
        features = embedded(features, input.size, design.width or _VECTOR)
    defaults = backbones.facts(name).get("regression", {}) if is_regression else {}
    _check_published(name, design)
    keywords = design.keywords(name, input, defaults) | masked(name, input, tensors)
    features = backbones.get(name)(features, **keywords)
    outputs = _mean(task.head(features), features) if _has_members(name) else task.head(pool(features))

    model = keras.Model(tensors, outputs, name=common.model_name(name, task))
    model.kit = common.Kit(input, task)
    return model


def masked(name, input, tensors):
    """The keyword that tells a backbone which steps there are, where it wants to know.

    Args:
        name: of the backbone.
        input: what comes in.
        tensors: the Keras inputs that `input.layers` gave.
    """
    from kit import backbones

    return {"mask": input.mask(tensors)} if backbones.facts(name).get("takes_mask") else {}


def _has_members(name):
    from kit import backbones

    return backbones.facts(name).get("has_members", False)


def _mean(outputs, features):
    """One output of those of all members."""
    from kit.blocks.members import MeanOfMembers

    return MeanOfMembers(features.shape[1], dtype="float32", name="mean")(outputs)


def _check_published(name, design):
    """Nothing stands on a published network here that could take another activation."""
    from kit import backbones

    given = [key for key in ("activation", "normalization") if getattr(design, key) is not None]
    if given and backbones.is_published(name):
        raise KitError(
            f"'{name}' is as published. Received: {', '.join(f'{k}={getattr(design, k)!r}' for k in given)}. "
            "Leave it out, or take one of kit's own backbones."
        )
