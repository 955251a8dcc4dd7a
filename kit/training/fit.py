"""`fit`: train a model on data, and say what was decided."""

import numbers
import time
from pathlib import Path

from kit.errors import KitError
from kit.training import arrays, checkpoint, seeds, state
from kit.training.fine_tune import in_stages
from kit.training.run import CHECKPOINT, Run
from kit.training.settings import accumulate_gradients, forget_calibration, planned, remember_sides, resumed


def fit(
    model,
    data,
    *,
    epochs=None,
    minutes=None,
    batch_size=None,
    schedule="cosine",
    patience=None,
    class_weight="auto",
    augment="auto",
    patch=None,
    precision="auto",
    accumulate=1,
    fine_tune=None,
    engine="auto",
    seed=0,
    resume=None,
    callbacks=(),
    tensorboard=None,
    verbose=1,
):
    """Trains a model and leaves it with its best weights.

    Args:
        model: a compiled model that kit built.
        data: a `Data`; its training part is learnt, its validation part is watched.
        epochs: times each sample is seen; None decides by the number of samples, or by
            `minutes`.
        minutes: wall time to train for; None for no limit. Without `epochs` the learning rate follows
            the clock and ends low when the time is up, so that two runs differ.
        batch_size: samples a step; None decides by the number of samples.
        schedule: a name in `kit.schedules.names()`.
        patience: epochs without a better validation loss after which training stops; 0 trains
            all epochs and keeps the last weights; None takes a quarter of the epochs.
        class_weight: "balanced", one number a class (a list in their order, or a dict by name or
            number), None, or "auto": balanced where the largest class has more than twice the samples of
            the smallest, and that at least 5.
            "sampling" weights nothing; each epoch draws its samples so that classes come equally often.
            Either way probabilities are then those among classes of equal size.
        augment: "auto" varies images, and series of classes, in ways that keep their label, None does not; a
            dict changes how much, such as {"mosaic": 0.5, "mixup": 0.1} for boxes, {"mirror": False} for
            any images or {"warp": 0.05} for series. Of images of classes, {"mixup": 0.5} or {"cutmix": 0.5}
            put so many together of two, with both their labels.
        patch: tasks on maps: (height, width) of the pieces that are trained on, or one number for a
            square; None decides by the images.
        precision: "float32", "bfloat16", or "auto": bfloat16 where the processor computes with
            it and the network has enough to compute for it to pay. The saved model is float32 either way.
        accumulate: batches whose gradients make one step.
        fine_tune: True keeps what the body of a classifier or regressor has learnt elsewhere (such as
            `weights="imagenet"`): the head is trained first, then all at a smaller learning rate. The
            folder of a saved model with the same backbone, or the model itself: its body is copied first.
        engine: "auto", "keras" (Keras' own loop) or the name of the backend.
        seed: of order, augmentation and dropout.
        resume: folder of the run. What is in it is continued; a finished run returns at once.
        callbacks: Keras callbacks; one that wants to see every batch makes Keras' own loop run.
        tensorboard: folder for TensorBoard logs.
        verbose: 0 says nothing, 1 shows progress on stderr.

    Returns:
        Keras' `History`; `history.params` also holds "seconds", "engine" and the settings.

    Raises:
        KitError: if an argument is out of range or a name is unknown.
        DivergedError: at the first loss that is not finite; names epoch, step, batch and rate.

    Example:
        >>> data = kit.load_data("wine")
        >>> model = kit.build_classifier(data.task, data.input, width=16)
        >>> history = kit.fit(model, data, epochs=2, verbose=0)
        >>> history.epoch
        [0, 1]
    """
    began = time.monotonic()
    _check(model, seed, epochs=epochs, minutes=minutes, batch_size=batch_size, accumulate=accumulate)
    forget_calibration(model)
    if fine_tune:
        own = {"epochs": epochs, "minutes": minutes, "batch_size": batch_size}
        own |= {"resume": resume, "callbacks": callbacks}
        others = {"schedule": schedule, "patience": patience, "class_weight": class_weight}
        others |= {"augment": augment, "patch": patch, "precision": precision, "accumulate": accumulate}
        others |= {"engine": engine, "seed": seed, "tensorboard": tensorboard, "verbose": verbose}
        return in_stages(fit, model, data, fine_tune, own, others)
    asked = {
        "epochs": epochs,
        "minutes": minutes,
        "batch_size": batch_size,
        "schedule": schedule,
        "seed": seed,
    }
    stored = checkpoint.load(Path(resume) / CHECKPOINT) if resume else None
    feed, validation = arrays.prepare(
        model.kit, data, seed=seed, class_weight=class_weight, augment=augment, patch=patch
    )
    accumulate_gradients(model, accumulate)
    remember_sides(model, feed)
    state.build(model, feed)
    seeds.seed_generators(model, seed)
    if stored:
        settings = resumed(stored[0], asked)
    else:
        settings = planned(model, feed, asked | {"patience": patience}, precision, engine, callbacks)
    return Run(model, feed, validation, settings, stored, resume, verbose, began).train(
        callbacks, tensorboard
    )


def _check(model, seed, **given):
    if getattr(model, "kit", None) is None or model.optimizer is None:
        raise KitError(
            f"Model '{model.name}' was not built by kit. Use kit.build_classifier() or its siblings."
        )
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or seed < 0:
        raise KitError(f"seed is a whole number from 0. Received: {seed!r}.")
    for name, number in given.items():
        kind, what = (numbers.Real, "a number") if name == "minutes" else (numbers.Integral, "a whole number")
        if number is not None and (not isinstance(number, kind) or isinstance(number, bool) or number <= 0):
            raise KitError(f"{name} is {what} above 0. Received: {number!r}.")
