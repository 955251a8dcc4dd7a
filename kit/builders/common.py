"""Builders: task + input + backbone -> a compiled `keras.Model`."""

import dataclasses

from kit.errors import MatchError


@dataclasses.dataclass(frozen=True)
class Kit:
    """What a model means: `model.kit` of every model that kit builds or loads."""

    input: object
    task: object


def build_classifier(
    task,
    input,
    *,
    backbone="auto",
    activation="relu",
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
    l1=0.0,
    l2=0.0,
    optimizer="adamw",
    learning_rate=None,
    weight_decay=None,
    momentum=None,
    nesterov=None,
    clipnorm=None,
    average=False,
):
    """Builds and compiles a classifier.

    Args:
        task: a `Classification` or `MultilabelClassification`; it decides the output units,
            the output activation, the loss, the metrics and the decision.
        input: an `Images` or `Table`, or the shape of one sample: (height, width, channels)
            for images in 0 to 255, (n,) for a table of n numbers.
        backbone: a name in `kit.backbones.names()`; "auto" takes the small fast one.
        activation: hidden activation, a name in `kit.activations.names()`.
        width: units or channels; None takes the backbone's own, as for the next three.
        depth: layers or blocks.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the features dropped in training, 0 to below 1.
        l1: factor of the sum of the kernels' magnitudes that is added to the loss.
        l2: factor of the sum of the kernels' squares that is added to the loss.
        optimizer: a name in `kit.optimizers.names()`.
        learning_rate: largest step size; None takes the optimizer's own.
        weight_decay: share of each weight taken away, times the step size, at each step.
        momentum: sgd and rmsprop: share of the last step kept, 0 to below 1.
        nesterov: sgd: whether to look ahead along the momentum.
        clipnorm: largest length of one variable's gradient; longer ones are shortened.
        average: whether to keep a moving average of the weights and end with it.

    Returns:
        A compiled `keras.Model`; `model.kit` holds `input` and `task`.

    Raises:
        KitError: if a name is unknown.
        MatchError: if the loss does not fit the labels, or the backbone the input.

    Example:
        >>> model = kit.build_classifier(kit.Classification(10), (28, 28, 1))
        >>> model.output_shape
        (None, 10)
    """
    _check_task(task, "build_classifier", classification=True)
    design = Design(backbone, activation, width, depth, normalization, dropout, l1, l2)
    model = assemble(task, input, design)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)


def build_regressor(
    task,
    input,
    *,
    backbone="auto",
    activation="relu",
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
    l1=0.0,
    l2=0.0,
    optimizer="adamw",
    learning_rate=None,
    weight_decay=None,
    momentum=None,
    nesterov=None,
    clipnorm=None,
    average=False,
):
    """Builds and compiles a regressor. Its outputs are in the targets' own units.

    Args:
        task: a `Regression`; it decides the output units, the output activation, the loss,
            the metrics and the decision, and holds the targets' mean and scale.
        input: as in `build_classifier`, and so are all other arguments.

    Returns:
        A compiled `keras.Model`; `model.kit` holds `input` and `task`.

    Raises:
        KitError: if a name is unknown.
        MatchError: if the loss does not fit the targets, or the backbone the input.

    Example:
        >>> model = kit.build_regressor(kit.Regression(loss="quantile"), (13,))
        >>> model.output_shape
        (None, 3)
    """
    _check_task(task, "build_regressor", classification=False)
    design = Design(backbone, activation, width, depth, normalization, dropout, l1, l2)
    model = assemble(task, input, design)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)


def build(task, input, **settings):
    """Builds and compiles the model that the task asks for; `settings` as its builder takes them.

    Example:
        >>> kit.build(kit.Regression(), (4,), width=8).output_shape
        (None, 1)
    """
    return builder_for(task)(task, input, **settings)


def builder_for(task):
    """The builder of this kind of task."""
    return build_classifier if task.is_classification else build_regressor


@dataclasses.dataclass(frozen=True)
class Design:
    """The part of a builder's settings that shapes the network; None is the backbone's own."""

    backbone: str = "auto"
    activation: str = "relu"
    width: int | None = None
    depth: int | None = None
    normalization: str | None = None
    dropout: float | None = None
    l1: float = 0.0
    l2: float = 0.0

    def keywords(self, defaults):
        """The keyword arguments for the backbone; `defaults` hold where nothing is set."""
        import keras

        regularizer = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        given = {name: getattr(self, name) for name in ("width", "depth", "normalization", "dropout")}
        given = {name: value for name, value in given.items() if value is not None}
        return {"activation": self.activation, "regularizer": regularizer, **defaults, **given}


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
    model.kit = Kit(input, task)
    return model


def compiled(model, optimizer="adamw", learning_rate=None, **options):
    """`model`, compiled with the loss and the metrics of its task's row of the match table."""
    from kit import optimizers

    task = model.kit.task
    options = {name: value for name, value in options.items() if value is not None}
    optimizer = optimizers.get(optimizer, learning_rate, **options)
    model.compile(optimizer=optimizer, loss=task.make_loss(), metrics=task.make_metrics())
    return model


def _check_task(task, builder, classification):
    if not hasattr(task, "match") or task.is_classification != classification:
        needed = "Classification or MultilabelClassification" if classification else "Regression"
        raise MatchError(
            f"kit.{builder}() takes a {needed}, and was given a {type(task).__name__}. "
            "Use kit.build(), which picks the builder."
        )
