"""Classifiers."""

from kit.builders import common, pooled


def build_classifier(
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
    """Builds and compiles a classifier.

    Args:
        task: a `Classification` or `MultilabelClassification`; it decides the output units,
            the output activation, the loss, the metrics and the decision.
        input: an `Images`, `Table`, `Series` or `Texts`, or the shape of one sample: (height, width,
            channels) for images in 0 to 255, (length, channels) for series, (n,) for a table of n numbers.
        backbone: a name in `kit.backbones.names()`; "auto" takes "mlp" for tables (and "tabm" where
            numbers are predicted), "cnn" for images, "fcn" for series and "bag" for texts.
        activation: hidden activation, a name in `kit.activations.names()`; None takes the
            backbone's own, as for the next four.
        width: units or channels.
        depth: layers or blocks.
        normalization: "batch", "layer", "group" or "none".
        dropout: fraction of the features dropped in training, 0 to below 1.
        weights: of a backbone whose name begins with "keras:", "hub:" or "zero:": None starts at random,
            "imagenet" takes those that its package offers, else the path of a file of them, without the
            top, or one of the package's own names for them.
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
    common.check_task(task, "build_classifier", "Classification", "MultilabelClassification")
    design = common.Design(backbone, activation, width, depth, normalization, dropout, l1, l2, weights)
    model = pooled.assemble(task, input, design)
    options = {"momentum": momentum, "nesterov": nesterov, "clipnorm": clipnorm, "average": average}
    return common.compiled(model, optimizer, learning_rate, weight_decay=weight_decay, **options)
