"""The plan for tasks on maps: how wide a network the time allows, on patches of which size."""

import time

import keras

from kit import builders
from kit.training import arrays, engines, plan, probe, state

_WIDTHS = {
    "segmentation": (48, 32, 24, 16, 8),
    "denoising": (64, 48, 32),
}  # first maps' channels, widest first
_STEPS = {"segmentation": 800, "denoising": 1000}  # that a network needs; with more time it may be wider
_AREA = {"segmentation": plan.PATCH, "denoising": plan.NOISY_PATCH}
_SHARE = 0.92  # of the budget is planned for; validation and checkpoints take the rest
# three halvings of blocks of 2 x 2 pixels see 16 pixels a place
_OWN = {"segmentation": {"depth": 3}, "denoising": {"depth": 10}}


def settings(data, minutes, seed, builder, fit):
    """(builder's keywords, fit's keywords, reasons)."""
    began = time.monotonic()
    kind = "denoising" if data.task.form == "image" else "segmentation"
    shapes = [label.shape[:2] for label in data.train.labels]
    fit = {"patch": plan.patch(shapes, _AREA[kind]), **fit}
    feed = arrays.patches(data, data.train, seed=seed, augment=None, patch=fit["patch"])
    batch = fit.setdefault("batch_size", feed.batch_size)
    widths = [builder["width"]] if "width" in builder else _WIDTHS[kind]
    for width in widths:
        trial = {**_OWN[kind], **builder, "width": width}
        each = _seconds_a_step(data, feed, trial, batch, seed)
        left = max(0.1 * minutes, minutes - (time.monotonic() - began) / 60)  # looking has taken its time
        steps = max(1, int(_SHARE * 60 * left / each))
        if steps >= _STEPS[kind]:
            break
    fit.setdefault("epochs", max(1, steps // feed.steps(batch)))
    fit.setdefault("minutes", round(left, 3))
    why = (
        _told(shapes, fit["patch"]),
        f"Width {width}: a step of {batch} patches takes {1000 * each:.0f} ms, so that {steps} "
        f"steps fit into the {left:.3g} minutes that are left; {_STEPS[kind]} are wanted.",
        f"{fit['epochs']} epochs of {feed.steps(batch)} steps; the learning rate falls to 0 by then.",
    )
    return trial, fit, why


def _seconds_a_step(data, feed, trial, batch, seed):
    """Of a network that is made for this and dropped."""
    keras.utils.set_random_seed(seed)
    model = builders.build(data.task, data.input, **trial)
    state.build(model, feed)
    backend = keras.backend.backend()
    return probe.seconds_a_step(model, feed, batch, backend if backend in engines.names() else "keras")


def _told(shapes, patch):
    height, width = (sorted(sides)[len(sides) // 2] for sides in zip(*shapes, strict=True))
    return (
        f"{len(shapes)} images, the median of {height} x {width} pixels: patches of {patch[0]} x {patch[1]}."
    )
