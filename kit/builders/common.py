"""What all builders share: the design of a network, and how a model is compiled."""

import dataclasses

from kit.errors import MatchError


@dataclasses.dataclass(frozen=True)
class Kit:
    """What a model means: `model.kit` of every model that kit builds or loads."""

    input: object
    task: object


@dataclasses.dataclass(frozen=True)
class Design:
    """The part of a builder's settings that shapes the network; None is the backbone's own."""

    backbone: str = "auto"
    activation: str | None = None
    width: int | None = None
    depth: int | None = None
    normalization: str | None = None
    dropout: float | None = None
    l1: float = 0.0
    l2: float = 0.0
    weights: str | None = None

    def keywords(self, name, input, defaults=None):
        """The keyword arguments for the backbone `name`; `defaults` hold where nothing is set.

        Raises:
            MatchError: if weights are asked for that it does not have.
        """
        import keras

        from kit import backbones

        facts = backbones.facts(name)
        regularizer = keras.regularizers.L1L2(self.l1, self.l2) if self.l1 or self.l2 else None
        names = ("activation", "width", "depth", "normalization", "dropout")
        given = {each: getattr(self, each) for each in names if getattr(self, each) is not None}
        if facts.get("takes_words"):
            given["words"] = input.size
        if facts.get("takes_edges"):
            given["edges"] = input.edges()
        if facts.get("published"):
            given |= {"weights": self.weights, "pixels": input.moments()}
        elif self.weights is not None:
            raise MatchError(
                f"'{name}' has no published weights; asked for are weights='{self.weights}'. Take a backbone "
                "that begins with 'keras:', 'hub:' or 'zero:', or a saved model's: fine_tune=FOLDER."
            )
        return {"regularizer": regularizer, **(defaults or {}), **given}


def model_name(name, task):
    """What a model of this backbone and task is called: Keras takes no colon."""
    return f"{name.replace(':', '_')}_{type(task).__name__.lower()}"


def compiled(model, optimizer="adamw", learning_rate=None, **options):
    """`model`, compiled with the loss and the metrics of its task's row of the match table."""
    from kit import optimizers

    options = {name: value for name, value in options.items() if value is not None}
    return recompiled(_in_training(model), optimizers.get(optimizer, learning_rate, **options))


def recompiled(model, optimizer):
    """`model`, compiled anew with another optimizer."""
    task = model.kit.task
    metrics = None if hasattr(model, "watched") else task.make_metrics()
    loss, metrics = _of_members(model, task.make_loss(), metrics)
    model.compile(optimizer=optimizer, loss=loss, metrics=metrics)
    return model


def _of_members(model, loss, metrics):
    """(loss, metrics), where a model has members: each has its loss, and their mean is measured."""
    from kit.blocks.members import has_members

    if not has_members(model):
        return loss, metrics
    from kit.losses.members import EachMember
    from kit.metrics.members import OfMean

    return EachMember(loss), list(map(OfMean, metrics))


def _in_training(network):
    """The network, or the model that trains it, where the loss must see more of it than its output."""
    task = network.kit.task
    wrapped = getattr(task.make_loss(), "in_training", None)
    return wrapped(network, task.make_metrics()) if wrapped else network


def check_task(task, builder, *kinds):
    """Raises a MatchError unless the task is of one of these classes' names."""
    if type(task).__name__ not in kinds:
        raise MatchError(
            f"kit.{builder}() takes a {' or '.join(kinds)}, and was given a {type(task).__name__}. "
            "Use kit.build(), which picks the builder."
        )
