"""plan: what to build and how to train it, so that training ends inside a time budget."""

import dataclasses

import numpy as np

from kit.errors import KitError
from kit.planning import widths


@dataclasses.dataclass(frozen=True, repr=False)
class Plan:
    """Settings that can be read, edited and used.

    Args:
        builder: keyword arguments of the builder.
        fit: keyword arguments of `kit.fit`.
        why: one sentence for each decision.

    Example:
        >>> print(Plan({"width": 32}, {"epochs": 9}, ("The width fits the time.",)))
        # The width fits the time.
        model = kit.build(data.task, data.input, width=32)
        kit.fit(model, data, epochs=9)
    """

    builder: dict
    fit: dict
    why: tuple = ()

    def __repr__(self):
        lines = [f"# {reason}" for reason in self.why]
        lines.append(f"model = kit.build(data.task, data.input{_keywords(self.builder)})")
        lines.append(f"kit.fit(model, data{_keywords(self.fit)})")
        return "\n".join(lines)


def plan(data, *, minutes, seed=0, builder=None, fit=None):
    """Chooses settings for these data from what they are and from a few timed steps.

    Tasks on maps: patch, width, depth, batch size, epochs and schedule. Detection: width, batch size and
    epochs. Others: `kit.fit` decides by itself, and the plan hands it the time.

    Args:
        data: a `Data`.
        minutes: wall time for the training, above 0.
        seed: of the weights that are timed.
        builder: keyword arguments of the builder that are settled already.
        fit: keyword arguments of `kit.fit` that are settled already.

    Returns:
        A `Plan`; printed, it is the code that follows it.

    Raises:
        KitError: if `minutes` is not above 0.

    Example:
        >>> found = kit.plan(kit.load_data("wine"), minutes=1)
        >>> found.fit["minutes"]
        1
    """
    if minutes <= 0:
        raise KitError(f"minutes must be above 0. Received: {minutes}.")
    builder, fit = dict(builder or {}), dict(fit or {})
    if not covers(data.task):
        return Plan(builder, {**fit, "minutes": minutes}, ("kit.fit decides the rest from the data.",))
    return Plan(*widths.settings(data, minutes, seed, builder, fit))


def covers(task):
    """Whether more is planned for a task than its minutes.

    Example:
        >>> covers(kit.Segmentation(2)), covers(kit.Classification(2))
        (True, False)
    """
    return task.is_dense or task.form == "boxes"


def _keywords(settings):
    return "".join(f", {name}={_shown(value)}" for name, value in settings.items())


def _shown(value):
    return repr(value.item() if isinstance(value, np.generic) else value)
