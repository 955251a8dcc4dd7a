"""Networks that forecast: a window seen from its last value, a backbone and a straight line, the head."""

from kit.builders import common
from kit.builders.pooled import masked
from kit.errors import MatchError

_DEFAULT = "tcn"


def assemble(task, input, design):
    """The network, not yet compiled.

    The head sees what the backbone makes of the window and, beside it, the window itself: without the
    backbone it is the linear forecast "NLinear" of Zeng et al. 2022 (arXiv:2205.13504).

    Raises:
        MatchError: if the input is no series of known length.
    """
    import keras
    from keras import ops

    from kit import backbones, inputs
    from kit.decoders.pool import pool
    from kit.tasks.forecasting import seen

    _ = task.match  # a combination that does not fit is refused before anything is built
    input = inputs.as_input(input)
    _check(input)
    task = task.suited(input)
    name = backbones.chosen(_DEFAULT if design.backbone == "auto" else design.backbone, 3, "Series")
    series, features = input.layers()
    present = 1.0 - ops.cast(ops.isnan(series[:, :, 0]), "float32")
    last, spread, window = seen(features[:, :, 0], present)
    first = ops.expand_dims(window, -1)
    every = ops.concatenate([first, features[:, :, 1:]], axis=-1) if features.shape[-1] > 1 else first
    facts = backbones.facts(name)
    keywords = design.keywords(name, input, facts.get("regression", {})) | masked(name, input, series)
    found = pool(backbones.get(name)(every, **keywords))
    both = keras.layers.Concatenate(dtype="float32", name="features")([found, window])
    model = keras.Model(series, task.head(both, last, spread), name=common.model_name(name, task))
    model.kit = common.Kit(input, task)
    return model


def _check(input):
    if input.rank != 3:
        raise MatchError(f"Forecasting takes a Series, and was given a {type(input).__name__}.")
    if input.length is None or input.variable:
        raise MatchError(
            f"A forecast is made from windows of one length; this input takes {input.describe()}. "
            "Give kit.Series(length=...)."
        )
