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
        input: fields of the input that are others than the data's own: the size of images.

    Example:
        >>> print(Plan({"width": 32}, {"epochs": 9}, ("The width fits the time.",)))
        # The width fits the time.
        model = kit.build(data.task, data.input, width=32)
        kit.fit(model, data, epochs=9)
    """

    builder: dict
    fit: dict
    why: tuple = ()
    input: dict = dataclasses.field(default_factory=dict)

    def __repr__(self):
        lines = [f"# {reason}" for reason in self.why]
        if self.input:
            lines.append(f"data = kit.load_data(..., image_size={self.input['size']})")
        lines.append(f"model = kit.build(data.task, data.input{_keywords(self.builder)})")
        lines.append(f"kit.fit(model, data{_keywords(self.fit)})")
        return "\n".join(lines)


def plan(data, *, minutes, seed=0, builder=None, fit=None):
    """Chooses settings for these data from what they are and from a few timed steps.

    Classification and regression: backbone, width, size of large images, batch size and epochs. Tasks on
    maps: patch, width, depth, batch size, epochs and schedule. Detection: width, batch size and epochs.
    The learning rate follows the clock, so that it is low when the time is up. What was given stays.

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
        >>> found = kit.plan(kit.load_data("wine"), minutes=0.02, fit={"batch_size": 16})
        >>> found.builder["backbone"], found.fit["batch_size"], found.fit["minutes"] <= 0.02
        ('mlp', 16, True)
    """
    if minutes <= 0:
        raise KitError(f"minutes must be above 0. Received: {minutes}.")
    builder, fit = dict(builder or {}), dict(fit or {})
    builder, fit, fields, why = widths.settings(data, minutes, seed, builder, fit)
    return Plan(builder, fit, why, fields)


def _keywords(settings):
    return "".join(f", {name}={_shown(value)}" for name, value in settings.items())


def _shown(value):
    return repr(value.item() if isinstance(value, np.generic) else value)
