"""The state of a run in one file: what is needed to go on exactly where it stopped.

Weights, optimizer (with its averages), random generators and the callbacks' memory are
committed together by one rename, so a kill can only lose the epochs since then, never mix two.
"""

import io
import json

import numpy as np

from kit import storage
from kit.errors import ArtifactError
from kit.plain import scalar
from kit.training import rates, state

# what Keras' callbacks remember between epochs; best_weights is a list of arrays
_REMEMBERED = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter", "_ema_weights_in_model")


def save(path, model, callbacks, facts):
    """Writes the state of the run, whole or not at all.

    Args:
        path: the file.
        model: the model in training.
        callbacks: the callbacks whose memory matters.
        facts: JSON-able dict: epoch, history, settings.
    """
    arrays = {f"variable {index}": value for index, value in enumerate(state.copied(model))}
    memory = []
    for index, callback in enumerate(callbacks):
        memory.append(
            {name: scalar(getattr(callback, name)) for name in _REMEMBERED if hasattr(callback, name)}
        )
        for place, weight in enumerate(getattr(callback, "best_weights", None) or []):
            arrays[f"best {index} {place}"] = np.asarray(weight)
    facts = {**facts, "memory": memory, "rate": rates.memory(model.optimizer), "variables": _paths(model)}
    arrays["facts"] = np.frombuffer(json.dumps(facts).encode("utf-8"), "uint8")
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    storage.write_bytes(path, buffer.getvalue())


def load(path):
    """What `save` wrote: (facts, arrays), or None where there is no checkpoint.

    Raises:
        ArtifactError: if the file is damaged.
    """
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        return json.loads(arrays.pop("facts").tobytes().decode("utf-8")), arrays
    except FileNotFoundError:
        return None
    except Exception as error:  # zip, NumPy and JSON each raise their own for a damaged file
        raise ArtifactError(
            "checkpoint", str(path), f"damaged ({error})", cure="Remove it to start again."
        ) from None


def restore(model, callbacks, facts, arrays):
    """Puts model, optimizer, random generators and callbacks back where `save` found them.

    Raises:
        ArtifactError: if the checkpoint belongs to another network.
    """
    if facts["variables"] != _paths(model):
        raise ArtifactError(
            "checkpoint",
            "checkpoint.npz",
            "it belongs to another network",
            cure="Choose another folder for this run.",
        )
    state.put_back(model, [arrays[f"variable {index}"] for index in range(len(facts["variables"]))])
    rates.recall(model.optimizer, facts["rate"])
    for index, (callback, memory) in enumerate(zip(callbacks, facts["memory"], strict=True)):
        for name, value in memory.items():
            setattr(callback, name, value)
        best = sorted((name for name in arrays if name.startswith(f"best {index} ")), key=_place)
        if best:
            callback.best_weights = [arrays[name] for name in best]


def _paths(model):
    """Place and shape of each variable; names are left out, Keras numbers them anew in each process."""
    return [[list(variable.shape), str(variable.dtype)] for variable in state.variables(model)]


def _place(name):
    return int(name.rsplit(" ", 1)[1])
