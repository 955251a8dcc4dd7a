"""kit.load: a folder on the disk -> a Predictor, or one error that says what is wrong with it."""

import math
from pathlib import Path

import numpy as np

from kit import storage
from kit.artifact import golden
from kit.artifact.network import LARGEST_SHAPE
from kit.artifact.predictor import Predictor
from kit.artifact.verify import read_member, verify
from kit.errors import ArtifactError, KitError

_RESTORE = "Restore the artifact from a copy, or train it again."


def load(path, sha256=None):
    """Loads a model that `kit.save` wrote, ready to predict.

    The manifest, every member's checksum and the network's configuration are checked before
    Keras sees the file; then the network must repeat the outputs stored with it.

    Args:
        path: the artifact's folder.
        sha256: SHA-256 of the artifact's `manifest.json`, where the origin matters; any other
            artifact is refused.

    Returns:
        A `Predictor`; its `model` is the compiled `keras.Model`.

    Raises:
        ArtifactError: `code` names the cause, `member` the file. `kit.artifact.verify` lists
            the codes.

    Example:
        >>> model = kit.build_regressor(kit.Regression(("mpg",)), (2,))
        >>> path = kit.save(model, folder / "cars")
        >>> kit.load(path).task.targets
        ('mpg',)
    """
    path = Path(path)
    storage.recover(path)
    manifest = verify(path, sha256)
    input, task = _described(path, "input"), _described(path, "task")
    network = _network(path, input, task)
    _check_width(network, task)
    _check_golden(network, input, manifest)
    return Predictor(network, card=read_member(path, "card.json"))


def _described(path, kind):
    """The input or the task that the artifact's JSON describes."""
    from kit import inputs, tasks

    stored = read_member(path, f"{kind}.json")
    try:
        return {"input": inputs, "task": tasks}[kind].from_json(stored)
    except (KitError, KeyError, TypeError, ValueError, AttributeError) as error:
        found = f"does not describe the {kind} ({str(error)[:200]}). {_RESTORE}"
        raise ArtifactError("json", f"{kind}.json", found) from None


def _network(path, input, task):
    import keras

    from kit.builders import Kit
    from kit.registration import register_layers

    register_layers()
    try:
        network = keras.models.load_model(path / "model.keras", compile=False, safe_mode=True)
    except MemoryError:
        raise
    except Exception as error:  # Keras raises many kinds; the cause stands at the end of its text
        found = f"Keras cannot build it ({str(error).strip()[-200:]}). {_RESTORE}"
        raise ArtifactError("network", "model.keras", found) from None
    sizes = [_size(tensor.shape) for layer in network.layers for tensor in _tensors(layer.output)]
    if max(sizes, default=0) > LARGEST_SHAPE:
        found = f"makes {max(sizes)} numbers of one sample; {LARGEST_SHAPE} are allowed. {_RESTORE}"
        raise ArtifactError("shape", "model.keras", found)
    network.kit = Kit(input, task)
    return network


def _check_width(network, task):
    """The task must be able to decide on as many outputs as the network has."""
    try:
        task.decided(np.zeros((1, *(size or 1 for size in network.output_shape[1:])), "float32"))
    except KitError as error:
        raise ArtifactError("width", "task.json", f"does not fit model.keras. {error} {_RESTORE}") from None


def _check_golden(network, input, manifest):
    stored = manifest.get("golden")
    if not isinstance(stored, list):
        raise ArtifactError("manifest", "manifest.json", f"holds no golden samples. {_RESTORE}")
    found = golden.outputs(network, input)
    try:
        agree = golden.agree(found, stored)
    except (ValueError, TypeError):
        agree = False
    if not agree:
        shown = (
            f"predicts {found[0][:3].tolist()} where {str(stored[0][:3] if stored else stored)} was stored"
        )
        raise ArtifactError("golden", "model.keras", f"{shown}. {_RESTORE}")


def _tensors(output):
    return output if isinstance(output, list | tuple) else [output]


def _size(shape):
    return math.prod(size or 1 for size in shape)
