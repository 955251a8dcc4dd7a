"""Optimizers by name, with step sizes that suit networks trained for minutes."""

import dataclasses

from kit.errors import KitError
from kit.registry import Registry


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How one optimizer is made.

    Args:
        keras_name: class in `keras.optimizers`.
        learning_rate: step size where the user gives none.
        options: options of kit's that it takes, beside those that all take.
        defaults: Keras' arguments that differ from Keras' own.
    """

    keras_name: str
    learning_rate: float
    options: tuple = ()
    defaults: tuple = ()


OPTIMIZERS = Registry("optimizer")
_RANGES = {  # option: (whether a number fits, which ones do)
    "weight_decay": (lambda value: value >= 0, "from 0"),
    "clipnorm": (lambda value: value > 0, "above 0"),
    "momentum": (lambda value: 0 <= value < 1, "from 0 to below 1"),
}
_FOR_ALL = ("weight_decay", "clipnorm", "average", "accumulate")

for _name, _recipe in {
    "sgd": Recipe("SGD", 0.05, ("momentum", "nesterov"), (("momentum", 0.9), ("nesterov", True))),
    "rmsprop": Recipe("RMSprop", 1e-3, ("momentum",)),
    "adam": Recipe("Adam", 2e-3),
    "adamw": Recipe("AdamW", 2e-3, (), (("weight_decay", 0.01),)),
    "nadam": Recipe("Nadam", 2e-3),
    "adagrad": Recipe("Adagrad", 0.02),
    "lion": Recipe("Lion", 3e-4),
    "muon": Recipe("Muon", 0.015, (), (("weight_decay", 0.01),)),
}.items():
    OPTIMIZERS.register(_name)(_recipe)


def names():
    """Names of all optimizers.

    Example:
        >>> "adamw" in names()
        True
    """
    return OPTIMIZERS.names()


def get(name, learning_rate=None, **options):
    """A fresh Keras optimizer.

    Args:
        name: a name in `names()`.
        learning_rate: largest step size, above 0; None takes the optimizer's own.
        **options: `weight_decay`, `clipnorm`, `average` (end with a moving average of the
            weights), `accumulate` (batches whose gradients make one step); for sgd also
            `momentum` and `nesterov`, for rmsprop `momentum`.

    Raises:
        KitError: if the optimizer does not exist or does not take an option.

    Example:
        >>> get("sgd", 0.1, momentum=0.5).momentum
        0.5
    """
    recipe = OPTIMIZERS.get(name)
    taken = (*recipe.options, *_FOR_ALL)
    refused = [option for option in options if option not in taken]
    if refused:
        fits = ", ".join(other for other in names() if refused[0] in OPTIMIZERS.get(other).options)
        raise KitError(
            f"Optimizer '{name}' takes no {refused[0]}; it takes: {', '.join(taken)}. "
            f"{refused[0]} goes with: {fits or 'no optimizer'}."
        )
    rate = float(recipe.learning_rate if learning_rate is None else learning_rate)
    if not rate > 0:
        raise KitError(f"learning_rate is a step size above 0. Received: {rate}.")
    for option, (fits, what) in _RANGES.items():
        value = options.get(option)
        if value is not None and not fits(value):
            raise KitError(f"{option} is a number {what}. Received: {value}.")
    return _made(recipe.keras_name)(rate, **{**dict(recipe.defaults), **_for_keras(options)})


def _made(keras_name):
    """The class of a Keras optimizer, or kit's own: faster on small networks, or for convolutions too."""
    import keras

    from kit import flat_adam, muon

    own = {"Adam": flat_adam.FlatAdam, "AdamW": flat_adam.FlatAdamW, "Muon": muon.Muon}
    return own.get(keras_name) or getattr(keras.optimizers, keras_name)


def _for_keras(options):
    options = dict(options)
    if options.pop("average", False):
        options |= {"use_ema": True, "ema_momentum": 0.99}
    accumulate = options.pop("accumulate", 1)
    if accumulate > 1:
        options["gradient_accumulation_steps"] = accumulate
    return options
