"""Regressors: of numbers, and of the next values of a series."""

from kit.builders import common, forecast, pooled


def build_regressor(
    task,
    input,
    *,
    backbone="auto",
    activation=None,
    width=None,
    depth=None,
    normalization=None,
    dropout=None,
    weights=None,
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
        task: a `Regression` or a `Forecasting`; it decides the output units, the output activation,
            the loss, the metrics and the decision, and holds the targets' mean and scale.
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
    common.check_task(task, "build_regressor", "Regression", "Forecasting")
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2, weights)
    kind = forecast if type(task).__name__ == "Forecasting" else pooled
    model = kind.assemble(task, input, design)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)
