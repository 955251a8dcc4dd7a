"""An ensemble: several models as one, whose outputs are the mean of theirs."""

from kit.errors import KitError, MatchError


def ensemble(models):
    """One model that says the mean of what several say.

    Probabilities are averaged, and values in the units of their targets. It is saved, loaded, exported
    and evaluated like each of them, and has a decision rule, a loss and metrics.

    Args:
        models: at least two models of one task, that encode their inputs alike, such as those of
            `kit.repeat`. Those of `kit.cross_validate` do unless a category is missing in a fold.

    Returns:
        A compiled `keras.Model`. The weights are copies.

    Raises:
        KitError: if there are fewer than two.
        MatchError: if tasks or inputs differ, or outputs are boxes, which have no mean.

    Example:
        >>> models = [kit.build(kit.Classification(3), kit.Table.of_numbers(4)) for _ in range(2)]
        >>> both, x = kit.ensemble(models), {"numeric": np.ones((1, 4), "float32")}
        >>> mean = sum(np.asarray(model(x)) for model in models) / 2
        >>> bool(np.allclose(both(x), mean, atol=1e-6))
        True
    """
    import keras

    from kit.builders.common import Kit, recompiled
    from kit.calibration import removed

    models = list(models)
    if len(models) < 2:
        raise KitError(f"An ensemble is of at least two models. Received: {len(models)}.")
    first = models[0].kit
    for model in models[1:]:
        _check(first, model.kit)
    inputs = keras.tree.map_structure(_like, models[0].input)
    said = [_member(model, number)(inputs) for number, model in enumerate(models)]
    output = keras.layers.Average(name="output", dtype="float32")(said)
    both = keras.Model(inputs, output, name=f"ensemble_of_{len(models)}_{models[0].name}")
    both.kit = Kit(first.input, removed(first.task))
    return recompiled(both, "adam")


def _like(tensor):
    import keras

    return keras.Input(tensor.shape[1:], dtype=tensor.dtype, name=tensor.name)


def _member(model, number):
    """A copy of a model under a name of its own, without its optimizer and its training."""
    import keras

    copy = keras.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    copy.name = f"member_{number}"
    return copy


def _check(first, other):
    if first.task.form == "boxes":
        raise MatchError("Boxes have no mean: an ensemble of detectors cannot be made.")
    if first.task.match != other.task.match or first.task.names != other.task.names:
        tasks = f"{first.task.describe()} and {other.task.describe()}"
        raise MatchError(f"The models of an ensemble have one task. Received {tasks}.")
    if _encoding(first.input) != _encoding(other.input):
        raise MatchError(
            "The models of an ensemble encode their inputs alike. Received inputs of other columns, levels "
            "or sizes.\nTrain all on one kit.load_data(...), as kit.repeat does."
        )


def _encoding(input):
    """What decides how raw values become arrays; statistics are weights of the models."""
    if input.rank != 2:
        fields = ("size", "channels", "length", "columns", "variable", "missing", "words")
        return (type(input).__name__, *(getattr(input, name, None) for name in fields))
    return tuple((column.kind, column.name, getattr(column, "levels", None)) for column in input.columns)
