"""The plan for tasks on images whose every place counts: how wide a network the time allows."""

import time

import keras

from kit import builders
from kit.training import arrays, engines, probe, state

_WIDTHS = {
    "segmentation": (8, 16, 24, 32, 48),
    "denoising": (32, 48, 64),
    "detection": (12, 16, 24, 32, 48, 64),
}  # first maps' channels
_STEPS = {
    "segmentation": 2500,
    "denoising": 4000,
    "detection": 2000,
}  # that a network needs; with more time it may be wider
_SHARE = 0.85  # of the budget is planned for; validation and checkpoints take the rest
_LOOK = 0.2  # of the budget may be gone when another width is tried
# three halvings of blocks of 2 x 2 pixels see 16 pixels a place
_OWN = {"segmentation": {"depth": 3}, "denoising": {"depth": 10}, "detection": {}}
_FEW = 400  # steps below which a detector from scratch finds next to nothing


def settings(data, minutes, seed, builder, fit):
    """(builder's keywords, fit's keywords, reasons)."""
    began = time.monotonic()
    kind = {"image": "denoising", "boxes": "detection"}.get(data.task.form, "segmentation")
    feed = arrays.varying(data, data.train, seed=seed, augment=None, patch=fit.get("patch"))
    if data.task.is_dense:
        fit = {**fit, "patch": feed.size}
    batch = fit.setdefault("batch_size", feed.batch_size)
    own = {**_OWN[kind], **builder}

    def steps(width):
        """(steps that fit with that width, seconds a step, minutes left)."""
        each = _seconds_a_step(data, feed, {**own, "width": width}, batch, seed)
        left = max(0.1 * minutes, minutes - (time.monotonic() - began) / 60)  # looking has taken its time
        return max(1, int(_SHARE * 60 * left / each)), each, left

    widths = (builder["width"],) if "width" in builder else _WIDTHS[kind]
    width, (steps, each, left) = _widest(widths, steps, _STEPS[kind], began + _LOOK * 60 * minutes)
    fit.setdefault("minutes", round(left, 3))
    epochs = max(1, steps // feed.steps(batch))
    why = (
        _told(data, fit),
        f"Width {width}: a step of {batch} images takes {1000 * each:.0f} ms, so that {steps} "
        f"steps fit into the {left:.3g} minutes that are left; {_STEPS[kind]} are wanted.",
        f"That is about {epochs} epochs of {feed.steps(batch)} steps; the learning rate falls to 0 by then.",
    )
    if kind == "detection" and steps < _FEW:
        why = (*why, f"That is little: below {_FEW} steps hardly a box is found. Give it more minutes.")
    return {**own, "width": width}, fit, why


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


def _seconds_a_step(data, feed, trial, batch, seed):
    """Of a network that is made for this and dropped."""
    keras.utils.set_random_seed(seed)
    model = builders.build(data.task, data.input, **trial)
    state.build(model, feed)
    backend = keras.backend.backend()
    return probe.seconds_a_step(model, feed, batch, backend if backend in engines.names() else "keras")


def _told(data, fit):
    if not data.task.is_dense:
        return f"{len(data.train)} images: {data.input.describe()}."
    shapes, patch = [label.shape[:2] for label in data.train.labels], fit["patch"]
    height, width = (sorted(sides)[len(sides) // 2] for sides in zip(*shapes, strict=True))
    return (
        f"{len(shapes)} images, the median of {height} x {width} pixels: patches of {patch[0]} x {patch[1]}."
    )
