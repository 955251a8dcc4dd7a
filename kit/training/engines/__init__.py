"""Engines: how the epochs of `kit.fit` reach the device. All call the model's own `compute_loss`.

An engine trains on the same batches in the same order as any other; it differs only in
how many steps one call of the backend holds.
"""

import importlib

from kit.errors import KitError, unknown

# name -> class; imported by name, because each imports its own backend
_ENGINES = {"jax": "JaxEngine", "keras": "KerasEngine", "tensorflow": "TensorFlowEngine"}


def get(name):
    """The engine called `name`: a class that takes (model, batch_size)."""
    if name not in _ENGINES:
        raise unknown("engine", name, ["auto", *_ENGINES])
    return getattr(importlib.import_module(f"kit.training.engines.{name}"), _ENGINES[name])


def keep(model):
    """Has a model keep the compiled programs of its runs, for runs that differ in nothing they hold."""
    object.__setattr__(model, "programs", {})  # Keras would take it for a part of the model


def ready(name, model, batch_size, *facts):
    """An engine for a run: the one that the model kept of a run of equal facts, or a new one.

    Args:
        name: of the engine.
        model: in training.
        batch_size: samples a step.
        facts: all else that its programs hold: they are compiled with it.
    """
    kept = getattr(model, "programs", None)
    if kept is None:
        return get(name)(model, batch_size)
    if (name, *facts) not in kept:
        kept[(name, *facts)] = get(name)(model, batch_size)
    return kept[(name, *facts)].renewed(batch_size)


def names():
    """Names of all engines."""
    return sorted(_ENGINES)


def chosen(name, model, feed, callbacks):
    """The name of the engine to use, and why.

    "auto" takes the whole-epoch engine of the backend, unless a callback wants to see each
    batch or the samples do not fit in memory: then Keras' own `fit` runs.
    """
    import keras

    backend = keras.backend.backend()
    if name != "auto":
        if name not in ("keras", backend):
            raise KitError(
                f"Engine '{name}' does not run on backend {backend}. Use auto, keras or {backend}."
            )
        return name, "asked for"
    if backend not in _ENGINES:
        return "keras", f"backend {backend}"
    watching = [type(callback).__name__ for callback in callbacks if wants_batches(callback)]
    if watching:
        return "keras", f"{', '.join(watching)} wants to see every batch"
    if feed.streams:
        return "keras", "the samples are streamed from the disk"
    return backend, "many steps in one call"


def wants_batches(callback):
    """Whether a callback has something to do at each batch."""
    import keras

    hooks = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")
    return any(getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook) for hook in hooks)
