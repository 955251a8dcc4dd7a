"""kit train --dry-run: one batch through everything, and what the whole would take."""

import dataclasses
import math
import resource
import sys
import tempfile
from pathlib import Path

from kit.cli import output


def tried(job):
    """Trains, saves, loads and predicts on one batch in a temporary folder.

    Args:
        job: the `Job` that is not done yet.

    Returns:
        A dict for the command's output: "estimate" holds epochs, steps, seconds and megabytes.
    """
    import kit
    from kit.training import plan

    data, parts = job.data, job.parts
    samples = len(data.train)
    batch = min(parts["fit"].get("batch_size") or plan.batch_size(samples), samples)
    small = {"epochs": 1, "minutes": None, "batch_size": batch, "verbose": 0, "tensorboard": None}
    few = one_batch(data, batch)
    with tempfile.TemporaryDirectory() as folder:
        model, history = dataclasses.replace(job, data=few).trained(Path(folder) / "run", **small)
        path = kit.save(model, Path(folder) / "model", history=history)
        decision = kit.load(path)(few.train.inputs[:1])[0]
        size = sum(member.stat().st_size for member in path.iterdir())
    output.say(f"One batch of {batch} went through fit, save, load and predict: {decision}")
    return {
        "dry_run": True,
        "task": type(data.task).__name__,
        "input": type(data.input).__name__,
        "samples": {name: len(part) for name, part in data.parts().items()},
        "estimate": estimate(model, few, data, parts["fit"]) | {"artifact_mb": round(size / 1e6, 2)},
    }


def one_batch(data, batch):
    """The data with the same one batch in training and in validation."""
    part = data.train.subset(list(range(batch)))
    return dataclasses.replace(data, train=part, validation=part, test=None)


def estimate(model, few, data, fit):
    """Epochs, steps, seconds of training and megabytes of memory of the whole run."""
    from kit.training import arrays, plan
    from kit.training.probe import seconds_a_step

    feed, _ = arrays.prepare(model.kit, data, seed=0, class_weight=None, augment=None, patch=fit.get("patch"))
    batch = min(fit.get("batch_size") or feed.batch_size, len(feed))
    steps = feed.steps(batch)
    epochs = fit.get("epochs") or plan.epochs(steps)
    each = seconds_a_step(model, feed, batch, "keras")
    seconds = min(each * steps * epochs, 60 * (fit.get("minutes") or math.inf))
    return {
        "epochs": epochs,
        "steps": steps * epochs,
        "seconds": round(seconds, 3),
        "memory_mb": round(peak_mb() + not_decoded_mb(few, data)),
    }


def peak_mb():
    """The most memory this process has held so far, in megabytes."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, else kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def not_decoded_mb(few, data):
    """What the arrays of all samples will take that are not in memory yet, in megabytes."""
    x, _ = few.train.arrays()
    arrays = x.values() if isinstance(x, dict) else [x]
    each = sum(array.nbytes for array in arrays) / len(few.train)
    return sum(len(part) for part in data.parts().values() if part.encoded is None) * each / 1e6
