"""Fine-tuning: what another network has learnt is kept, then carefully changed.

First the head alone, behind a body that stays as it is, its BatchNorm in inference mode; the head is then a
linear model of fixed features, which stands a large learning rate. Then all of it, at a small one, with
BatchNorm's statistics drawn from the new data. Two stages, each a run of its own.
"""

import dataclasses
import time
from pathlib import Path

from kit.builders.common import recompiled
from kit.errors import KitError, MatchError
from kit.training import callbacks, plan, rates

HEAD, SHARE = "head", 1 / 3  # the first stage: its folder, its share of the run
BOLDER, SLOWER = 10.0, 0.3  # factors of the learning rate: of a head alone with adaptive steps; of all
_SHOWN = 3  # layers that do not fit are named one by one up to here


@dataclasses.dataclass(frozen=True)
class Stage:
    """A part of the run: what is trained, how fast, and where its checkpoint lies."""

    folder: Path | None
    is_frozen: bool
    rate: float
    epochs: int | None
    minutes: float | None


def in_stages(fit, model, data, source, asked, others):
    """Trains in two stages; -> the `History` of both.

    Args:
        fit: `kit.fit`, which trains each stage.
        model: a compiled model that kit built.
        data: a `Data`.
        source: True where the model's body brought its weights along (`weights="imagenet"`); else a model,
            or the folder of one, whose body has the same layers: they are copied.
        asked: the run's `epochs`, `minutes`, `batch_size`, `resume` and `callbacks`.
        others: every other argument of `fit`.

    Raises:
        MatchError: if there is nothing to copy, or the bodies differ; names the layers.
    """
    if any(isinstance(each, callbacks.Pause) for each in asked["callbacks"]):
        raise KitError(
            "fine_tune trains in stages of its own, which Hyperband's rungs cannot cut. Choose one."
        )
    body = _body(model) if source is True else taken(model, source)
    peak, began, histories = rates.peak_of(model.optimizer), time.monotonic(), []
    kept = {key: asked[key] for key in ("batch_size", "callbacks")}
    try:
        for stage in _stages(asked, len(data.train), peak, began):
            _prepare(model, body, stage)
            own = {"epochs": stage.epochs, "minutes": stage.minutes, "resume": stage.folder}
            histories.append(fit(model, data, **own, **kept, **others))
    finally:
        for layer in body:
            layer.trainable = True
        recompiled(model, _optimizer(model, peak))
    return _joined(*histories)


def taken(model, source):
    """Copies the body's weights from another model; -> the layers that have them.

    Layers with weights are compared one by one from the input on. Of a classifier or a regressor all but the
    last must fit; of the others (decoders are new) as many as do.

    Raises:
        MatchError: if they do not fit; names them with both shapes.

    Example:
        >>> first, second = (kit.build_classifier(kit.Classification(n), (28, 28, 1)) for n in (10, 3))
        >>> [layer.name[:6] for layer in taken(second, first)][:1]
        ['conv2d']
    """
    other = _opened(source)
    known, own = _learnt(other), _learnt(model)
    pairs = list(zip(own, known, strict=False))
    fits = [_shapes(mine) == _shapes(theirs) for mine, theirs in pairs]
    same = fits.index(False) if False in fits else len(fits)
    wanted = len(_body(model)) if _says_one_thing(model) else 1
    surplus = len(known) - 1 - wanted if _says_one_thing(model) and _says_one_thing(other) else 0
    if surplus or same < wanted:
        raise MatchError(_misfit(model, pairs[same:wanted], wanted, len(known) - 1))
    same = wanted if _says_one_thing(model) else same
    for mine, theirs in pairs[:same]:
        mine.set_weights(theirs.get_weights())
    return own[:same]


def _opened(source):
    if isinstance(source, str | Path):
        from kit.artifact.load import opened

        return opened(Path(source))
    return getattr(source, "model", source)


def _learnt(model):
    return [layer for layer in model.layers if layer.weights]


def _says_one_thing(model):
    """Whether each sample is said one thing of: then the head is one layer, and the rest the body."""
    return len(model.output_shape) == 2


def _body(model):
    """The layers with weights before the head."""
    if not _says_one_thing(model):
        raise MatchError(
            f"fine_tune=True is for classifiers and regressors; '{model.name}' has a decoder. "
            "Say fine_tune=FOLDER of a model with the same backbone, or train all of it at once."
        )
    return [layer for layer in _learnt(model) if layer.name != "logits"]


def _shapes(layer):
    return [tuple(weight.shape) for weight in layer.weights]


def _misfit(model, pairs, wanted, known):
    told = "; ".join(
        f"{mine.name}: {_shapes(mine)} here, {_shapes(other)} there" for mine, other in pairs[:_SHOWN]
    )
    told = told or f"{wanted} layers before the head here, {known} there"
    return (
        f"The weights are of another network than '{model.name}'. These do not fit: {told[:400]}.\n"
        "Build it with the same backbone, width, depth and number of channels."
    )


def _stages(asked, samples, peak, began):
    """The two stages; the second is asked for when the first is done, and gets the time that is left."""
    resume, minutes = asked["resume"], asked["minutes"]
    batch_size = asked["batch_size"] or plan.batch_size(samples)
    epochs = asked["epochs"] or (None if minutes else plan.epochs(-(-samples // batch_size)))
    first = None if epochs is None else max(1, round(epochs * SHARE))
    folder = Path(resume) / HEAD if resume else None
    yield Stage(folder, True, peak, first, minutes and minutes * SHARE)
    left = None
    if minutes:
        left = (
            minutes * (1 - SHARE) if resume else max(0.1 * minutes, minutes - (time.monotonic() - began) / 60)
        )
    if epochs is None or epochs > first:
        yield Stage(resume, False, peak * SLOWER, epochs and epochs - first, left)


def _prepare(model, body, stage):
    for layer in body:
        layer.trainable = not stage.is_frozen
    is_adaptive = hasattr(model.optimizer, "beta_2")
    recompiled(model, _optimizer(model, stage.rate * (BOLDER if stage.is_frozen and is_adaptive else 1)))


def _optimizer(model, rate):
    """An optimizer like the model's, at its beginning."""
    return type(model.optimizer).from_config({**model.optimizer.get_config(), "learning_rate": rate})


def _joined(first, *later):
    """One `History` of stages that followed each other."""
    for each in later:
        names = dict.fromkeys([*first.history, *each.history])
        rows = {name: [*_column(first, name), *_column(each, name)] for name in names}
        first.history, first.epoch = rows, list(range(len(first.epoch) + len(each.epoch)))
        first.params = {**each.params, "seconds": first.params["seconds"] + each.params["seconds"]}
    return first


def _column(history, name):
    return history.history.get(name) or [None] * len(history.epoch)
