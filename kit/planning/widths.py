"""How wide a network the time allows, and of how large images, from a few timed steps."""

import time

from kit.data import offset
from kit.planning import kinds

_SHARE = 0.85  # of the budget is planned for; validation and checkpoints take the rest
_LOOK = 0.2  # of the budget may be gone when another width is tried


def settings(data, minutes, seed, builder, fit):
    """(builder's keywords, fit's keywords, input's fields, reasons)."""
    began = time.monotonic()
    is_free = not fit.get("fine_tune")  # the widths are those of the network that is copied
    kind = kinds.of(data, builder, is_free)
    own = {**kind.own, **builder}
    widths = (builder["width"],) if "width" in builder else kind.widths
    size, data, width, (steps, each, left), feed, batch = _fitting(
        data, kind, widths, own, fit, (minutes, seed, began)
    )
    if data.task.is_dense:
        fit = {**fit, "patch": feed.size}
    fit = {**kind.fit, **fit, "batch_size": batch}
    fit.setdefault("minutes", round(left, 3))
    enough = kind.epochs and steps >= kind.epochs * feed.steps(batch)
    if enough:
        fit["epochs"] = kind.epochs
    why = (*_told(data, fit, size, feed), *_reasons(kind, width, steps, each, left, feed.steps(batch), fit))
    return {**own, **({} if width is None else {"width": width})}, fit, {"size": size} if size else {}, why


def _fitting(data, kind, widths, own, fit, budget):
    """The largest images of which the narrowest network sees enough, and the widest network for them.

    Returns:
        (size or None for the data's own, data, width, what `_widest` says of it, feed, samples a step).
    """
    minutes, seed, began = budget
    until = began + _LOOK * 60 * minutes
    for size in (None, *kind.sizes):
        data = data if size is None else _resized(data, size)
        feed = _feed(data, seed, fit)
        batch = min(fit.get("batch_size") or feed.batch_size, len(feed))

        def steps(width, data=data, feed=feed, batch=batch):
            """(steps that fit with that width, seconds a step, minutes left)."""
            trial = own if width is None else {**own, "width": width}
            each = _seconds_a_step(data, feed, trial, batch, seed)
            left = max(0.1 * minutes, minutes - (time.monotonic() - began) / 60)  # looking has taken its time
            return max(1, int(_SHARE * 60 * left / each)), each, left

        width, found = _widest(widths, steps, kind.steps, until)
        if found[0] >= kind.steps // 2 or time.monotonic() >= until:
            break
    return size, data, width, found, feed, batch


def _widest(widths, steps, wanted, until):
    """The widest of `widths` with which `wanted` steps fit, and what `steps` says of it, by bisection.

    The first is the narrowest, and it is taken where not even that one fits, or where looking for
    more would go on after `until`.
    """
    best, low, high = (widths[0], steps(widths[0])), 0, len(widths)
    while high - low > 1 and best[1][0] >= wanted and time.monotonic() < until:
        middle = (low + high) // 2
        found = steps(widths[middle])
        if found[0] >= wanted:
            low, best = middle, (widths[middle], found)
        else:
            high = middle
    return best


def _feed(data, seed, fit):
    """The training part as `kit.fit` will see it."""
    from kit.training import arrays

    if data.task.is_dense or data.task.form == "boxes":
        asked = {"augment": fit.get("augment", "auto"), "patch": fit.get("patch")}
        return arrays.varying(data, data.train, seed=seed, **asked)
    return arrays.prepare(data, data, seed=seed, class_weight=None, augment=None)[0]


def _resized(data, size):
    from kit import namespace

    return namespace.changed(data, {}, {"size": size})


def _seconds_a_step(data, feed, trial, batch, seed):
    """Of a network that is made for this and dropped."""
    import keras

    from kit import builders
    from kit.training import engines, probe, state

    keras.utils.set_random_seed(seed)
    model = builders.build(data.task, data.input, **trial)
    state.build(model, feed)
    backend = keras.backend.backend()
    return probe.seconds_a_step(model, feed, batch, backend if backend in engines.names() else "keras")


def _reasons(kind, width, steps, each, left, steps_an_epoch, fit):
    """One sentence for each decision."""
    network = f"Backbone {kind.own['backbone']}" if "backbone" in kind.own else ""
    network = ", ".join(filter(None, [network, "" if width is None else f"width {width}"]))
    yield (
        f"{network[:1].upper()}{network[1:]}: a step of {fit['batch_size']} samples takes "
        f"{1000 * each:.0f} ms, so that {steps} steps fit into the {left:.3g} minutes that are left; "
        f"{kind.steps} are wanted."
    )
    if "epochs" in fit:
        yield f"{fit['epochs']} epochs are enough: with more, samples that never change are learnt by heart."
        return
    epochs = max(1, steps // steps_an_epoch)
    yield f"That is about {epochs} epochs of {steps_an_epoch} steps; the learning rate falls to 0 by then."
    if steps < kind.few:
        found = "hardly a box is found" if kind.name == "detection" else "little is learnt"
        yield f"That is little: below {kind.few} steps {found}. Give it more minutes."


def _told(data, fit, size, feed):
    """What the data are, and where their masks lie."""
    if not data.task.is_dense:
        shrunk = " to see more of them in the time" if size else ""
        yield f"{len(data.train)} samples: {data.input.describe()}{shrunk}."
        return
    shapes, patch = [label.shape[:2] for label in data.train.labels], fit["patch"]
    height, width = (sorted(sides)[len(sides) // 2] for sides in zip(*shapes, strict=True))
    yield (
        f"{len(shapes)} images, the median of {height} x {width} pixels: patches of {patch[0]} x {patch[1]}."
    )
    if any(feed.offset):
        beside = offset.told(feed.offset)
        yield f"Masks lie {beside} of what they show, which turned patches keep."
