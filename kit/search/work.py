"""What all trials of a search share: builder, data, settings, and how a trial is scored."""

import dataclasses
import functools
import inspect

from kit import namespace
from kit.errors import KitError


@dataclasses.dataclass(frozen=True)
class Work:
    """What a trainer has to know besides an assignment.

    Args:
        builder: a builder of kit, a function (task, input, **settings), a function (hp), or a
            `keras_tuner.HyperModel`.
        data: a `Data` with a validation part.
        settings: name -> value of what is the same in all trials.
        objectives: `Objective`s; the first one ranks.
        folder: of the search.
        max_epochs: epochs of the longest trial where Hyperband stops trials on rungs, else None.
        folds: parts of training and validation samples that take turns as validation, 1 for none.
        seeds: how often each trial is trained.
        limits: name -> largest value of "parameters" and "latency" (milliseconds).
        is_pruned: whether trials are stopped early, so that a trainer waits for an answer each epoch.
        keep: trials whose weights are kept.
        seconds: after which no trial goes on, or None.
        longest: epochs of the longest trial where longer trials contain shorter ones, else None.
        disk: bytes that the search's folder may hold, or None.
    """

    builder: object
    data: object
    settings: dict
    objectives: tuple
    folder: str
    max_epochs: int | None = None
    folds: int = 1
    seeds: int = 1
    limits: dict = dataclasses.field(default_factory=dict)
    is_pruned: bool = False
    keep: int = 3
    seconds: float | None = None
    longest: int | None = None
    disk: int | None = None

    @property
    def takes_hp(self):
        """Whether the builder declares its own hyperparameters on KerasTuner's `hp`."""
        return takes_hp(self.builder)

    def divided(self, values, data):
        """The settings of a trial by owner: "task", "input", "builder", "fit"."""
        values = {**self.settings, **values}
        if isinstance(values.get("size"), int):
            values["size"] = [values["size"]] * 2
        if self.takes_hp:
            known = namespace.arguments_of(_fit())
            return {
                "task": {},
                "input": {},
                "builder": {},
                "fit": {k: v for k, v in values.items() if k in known},
            }
        return namespace.divided(values, data, self.builder)

    def built(self, assignment, parts, data):
        """(compiled model, config of KerasTuner's hyperparameters that the builder declared, or None)."""
        if not self.takes_hp:
            return self.builder(data.task, data.input, **parts["builder"]), None
        import keras_tuner

        hp = keras_tuner.HyperParameters()
        if assignment.space:
            hp = keras_tuner.HyperParameters.from_config(assignment.space)
        hp.values = dict(assignment.suggested or {})
        before = len(hp.space)
        model = getattr(self.builder, "build", self.builder)(hp)
        return meant(model, data), (hp.get_config() if len(hp.space) > before else None)


def meant(model, data):
    """A model that kit did not build, with the meaning of the data it is trained on.

    Raises:
        KitError: if it is no compiled `keras.Model`.
    """
    if getattr(model, "kit", None) is not None:
        return model
    if getattr(model, "optimizer", None) is None:
        raise KitError(f"The builder returned {type(model).__name__}; expected a compiled keras.Model.")
    from kit.builders import Kit

    model.kit = Kit(data.input, data.task)
    return model


@functools.cache
def _fit():
    from kit.training import fit

    return fit


def takes_hp(builder):
    """Whether a builder takes KerasTuner's `hp` alone.

    Example:
        >>> takes_hp(kit.build_classifier), takes_hp(lambda hp: None)
        (False, True)
    """
    if hasattr(builder, "build") and not inspect.isfunction(builder):
        return True
    needed = [
        each
        for each in inspect.signature(builder).parameters.values()
        if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD) and each.default is each.empty
    ]
    return len(needed) == 1
