"""cross_validate and repeat: several trainings of the same settings, measured on samples none of them saw."""

import sys
import time

from kit.errors import KitError
from kit.repeats.result import Repeats, Run

_LEAST = 3  # folds: one tests, one says when to stop, one trains


def cross_validate(builder, data, *, folds=5, seeds=1, seed=0, verbose=1, **settings):
    """Trains on all but two parts of the data in turn, and tests on one of these two.

    The training and validation samples are cut into `folds` parts. Each part is the test part once, the
    next one then says when to stop, the others train. So no score is of samples that the training
    or its end has seen. The test part of the data stays out of it.

    Args:
        builder: `kit.build`, a builder of kit, or a function (task, input, **settings) of your own that
            returns a compiled model.
        data: a `Data` whose samples are independent.
        folds: parts, at least 3.
        seeds: how often each part is trained for, from other weights.
        seed: of the folds and of the first training of each; the next has the next seed.
        verbose: 0 says nothing, 1 a line a run on stderr.
        settings: arguments of the builder and of `kit.fit`, and fields of task and input.

    Returns:
        A `Repeats`: scores of each run, their mean with its interval, the models, and what they said
        of each sample as it was tested.

    Raises:
        KitError: if a setting is unknown, or folds is below 3.
        DataError: if the data cannot be cut into so many folds.

    Example:
        >>> data = kit.load_data("wine")
        >>> found = kit.cross_validate(kit.build, data, folds=3, epochs=2, verbose=0)
        >>> len(found.runs), found.outputs.shape == (len(data.train) + len(data.validation), 3)
        (3, True)
    """
    from kit.data import folds as cut

    if folds < _LEAST:
        raise KitError(
            f"folds must be at least {_LEAST}: one tests, one says when to stop. Received: {folds}."
        )
    if data.task.is_dense:
        raise KitError(f"Folds are for samples, not for maps. Use kit.repeat for {data.task.describe()}.")
    cut.check(data, folds)
    runs = (
        _run(builder, part, seed + again, settings, fold, rows)
        for fold, (part, rows) in enumerate(cut.rotated(data, folds, seed))
        for again in range(seeds)
    )
    return Repeats(tuple(_told(runs, folds * seeds, verbose)), shared=1 / (folds - 2))


def repeat(builder, data, n=5, *, seed=0, verbose=1, **settings):
    """Trains n times, from other weights and in another order of samples, and tests on the test part.

    How far the scores lie apart is what the seed alone does: two settings that differ by less
    cannot be told apart by one training each.

    Args:
        builder: as in `cross_validate`.
        data: a `Data` with a test part, or else a validation part, on which scores are then too good.
        n: trainings, at least 2.
        seed: of the first training; each one more has the next.
        verbose: as in `cross_validate`.
        settings: as in `cross_validate`.

    Returns:
        A `Repeats`.

    Raises:
        KitError: if a setting is unknown, n is below 2, or there is nothing to test on.

    Example:
        >>> found = kit.repeat(kit.build, kit.load_data("wine"), 2, epochs=2, verbose=0)
        >>> found.frame()["seed"].tolist()
        [0, 1]
    """
    if n < 2:
        raise KitError(f"n must be at least 2, as one run has no spread. Received: {n}.")
    if data.test is None and data.validation is None:
        raise KitError(
            "There is neither a test part nor a validation part to measure on. Load the data with one."
        )
    runs = (_run(builder, data, seed + again, settings) for again in range(n))
    return Repeats(tuple(_told(runs, n, verbose)))


def _run(builder, data, seed, settings, fold=None, rows=None):
    """One training, and what it is worth on the test part."""
    import keras

    from kit import evaluation, namespace, training

    parts = namespace.divided(settings, data, builder)
    data = namespace.changed(data, parts["task"], parts["input"])
    keras.utils.set_random_seed(seed)
    model = builder(data.task, data.input, **parts["builder"])
    began = time.monotonic()
    history = training.fit(model, data, **{"verbose": 0, "seed": seed, **parts["fit"]})
    seconds = round(time.monotonic() - began, 3)
    report = evaluation.evaluate(model, data.validation if data.test is None else data.test, resamples=0)
    outputs = getattr(report.outcome, "outputs", None)
    return Run(model, report.metrics, seed, len(history.epoch), seconds, fold, rows, outputs)


def _told(runs, count, verbose):
    """The runs, one after the other, with a line on stderr as each is done."""
    for number, run in enumerate(runs, 1):
        if verbose:
            scores = "  ".join(f"{name} {value:.4g}" for name, value in run.metrics.items())
            print(f"{number}/{count}  {run.name}  {scores}", file=sys.stderr, flush=True)
        yield run
