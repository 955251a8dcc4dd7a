"""What a run does, decided once: stored with its checkpoint, so that a resume does the same."""

import dataclasses

import numpy as np

from kit.builders.common import recompiled
from kit.calibration import removed
from kit.errors import KitError
from kit.training import engines, plan, precision, rates
from kit.training.probe import seconds_a_step

PACED_FROM = 8  # epochs from which one learning rate an epoch follows the schedule well enough


@dataclasses.dataclass(frozen=True)
class Settings:
    """The settings of a run; see `kit.fit` for what they mean.

    Where `is_paced`, `epochs` is a first guess, and the learning rate follows the clock.
    """

    epochs: int
    minutes: float | None
    batch_size: int
    schedule: str
    patience: int
    precision: str
    engine: str
    why: str
    seed: int
    is_paced: bool = False


def planned(model, feed, asked, wanted_precision, wanted_engine, callbacks):
    """Settings for a new run: what was asked for, the rest from samples, model and a few timed steps."""
    batch_size = min(asked["batch_size"] or feed.batch_size, len(feed))
    engine, why = engines.chosen(wanted_engine, model, feed, callbacks)
    chosen, said = precision.chosen(wanted_precision, model, batch_size)
    epochs = asked["epochs"] or plan.epochs(feed.steps(batch_size))
    if asked["minutes"] and not asked["epochs"]:
        epochs = affordable(model, feed, batch_size, engine, asked["minutes"])
    own = plan.patience(epochs) if feed.patience is None else feed.patience
    patience = own if asked["patience"] is None else asked["patience"]
    schedule, seed = asked["schedule"], asked["seed"]
    why = f"{why}; {said}" if said else why
    falls = schedule not in ("constant", "plateau")
    is_paced = bool(asked["minutes"]) and not asked["epochs"] and falls and epochs >= PACED_FROM
    return Settings(
        epochs, asked["minutes"], batch_size, schedule, patience, chosen, engine, why, seed, is_paced
    )


def resumed(facts, asked):
    """The settings of the run that is continued.

    Raises:
        KitError: if something else is asked for now; shows both.
    """
    stored = facts["settings"]
    other = {name: value for name, value in asked.items() if value is not None and value != stored[name]}
    if other:
        name, value = next(iter(other.items()))
        raise KitError(
            f"The run to resume has {name}={stored[name]}, now {name}={value} is asked for. "
            "Choose another folder, or the same settings."
        )
    return Settings(**stored)


def affordable(model, feed, batch_size, engine, minutes):
    """How many epochs fit in nine tenths of the time, from a few timed steps; the model is left as it was."""
    each = seconds_a_step(model, feed, batch_size, engine) * feed.steps(batch_size)
    return int(np.clip(0.9 * 60 * minutes / each, 1, plan.MOST_EPOCHS))


def accumulate_gradients(model, batches):
    """Gives the model an optimizer that sums the gradients of `batches` batches before it steps."""
    if batches == 1 or model.optimizer.gradient_accumulation_steps == batches:
        return
    config = {**model.optimizer.get_config(), "gradient_accumulation_steps": batches}
    recompiled(model, type(model.optimizer).from_config(config))


def forget_calibration(model):
    """Gives the model the task without what was fitted to its outputs: other weights have other outputs."""
    model.kit = dataclasses.replace(model.kit, task=removed(model.kit.task))


def remember_sides(model, feed):
    """Gives the task of a network on maps the ways in which its patches lie, for the mean over them."""
    task = model.kit.task
    if not task.is_dense:
        return
    facts = {"turned": feed.policy.turn}
    if task.form != "image":
        facts["offset"] = tuple(feed.offset)
    model.kit = dataclasses.replace(model.kit, task=dataclasses.replace(task, **facts))


def apply(model, settings, steps_an_epoch):
    """Puts the settings that live inside the model there: learning rates, and how long averages last."""
    steps = settings.epochs * steps_an_epoch
    if settings.is_paced:
        rates.free(model.optimizer)
    else:
        rates.set_schedule(model.optimizer, settings.schedule, steps)
    if model.optimizer.use_ema:
        model.optimizer.ema_momentum = plan.average_momentum(steps)
    momentum = plan.batchnorm_momentum(steps, steps_an_epoch)
    for layer in _normalizing(model):
        layer.momentum = momentum


def momentums(model):
    """How long the averages of a model last: of its weights, and of its normalisations."""
    average = model.optimizer.ema_momentum if model.optimizer.use_ema else None
    return average, *(layer.momentum for layer in _normalizing(model))


def _normalizing(model):
    import keras

    return [each for each in model._flatten_layers() if isinstance(each, keras.layers.BatchNormalization)]
