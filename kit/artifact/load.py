"""kit.load: a folder on the disk -> a Predictor, or one error that says what is wrong with it."""

import functools
import math
from pathlib import Path

import numpy as np

from kit import storage
from kit.artifact import golden, twin
from kit.artifact.network import LARGEST_SHAPE
from kit.artifact.predictor import Predictor
from kit.artifact.verify import check_members, fingerprint, read_member, verify
from kit.errors import ArtifactError, KitError, missing_extra, unknown

_RESTORE = "Restore the artifact from a copy, or train it again."


def load(path, sha256=None, *, runtime="auto"):
    """Loads a model that `kit.save` wrote, ready to predict.

    The manifest, every member's checksum and the network's configuration are checked before
    Keras, or ONNX Runtime, sees the file; then the network must repeat the outputs stored with it.

    Args:
        path: the artifact's folder.
        sha256: SHA-256 of the artifact's `manifest.json`, where the origin matters; any other
            artifact is refused.
        runtime: "onnx" for the artifact's ONNX twin, "keras" for its Keras file; "auto" is "onnx"
            wherever there is a twin and ONNX Runtime is installed, else "keras".

    Returns:
        A `Predictor`; its `model` is the compiled `keras.Model`.

    Raises:
        KitError: if what the runtime needs is not there.
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
    if _chosen(path, runtime) == "keras":
        return Predictor(opened(path, sha256), card=read_member(path, "card.json"))
    return Predictor(_twin(path, sha256), card=read_member(path, "card.json"))


def _chosen(path, runtime):
    if runtime not in ("auto", "onnx", "keras"):
        raise unknown("runtime", runtime, ("auto", "onnx", "keras"))
    if runtime != "onnx":
        return "onnx" if runtime == "auto" and twin.is_there(path) else "keras"
    if not twin.can_run():
        raise missing_extra("onnxruntime", "onnx")
    if path.is_dir() and not (path / twin.MEMBER).is_file():
        raise KitError(f"{path} has no {twin.MEMBER}. Save the model where keras-kit[onnx] is installed.")
    return "onnx"


def opened(path, sha256=None):
    """The artifact's `keras.Model`, uncompiled, with its meaning as `model.kit`, after all checks."""
    manifest = verify(path, sha256)
    input, task = _described(path, "input"), _described(path, "task")
    network = _network(path, input, task)
    _check_width(network.output_shape, task)
    _check_golden(golden.outputs(network, input), manifest)
    return network


def _twin(path, sha256):
    """The artifact's `Twin`, after all checks that do not concern the Keras file."""
    from kit.builders.common import Kit

    manifest = check_members(path, sha256)
    input, task = _described(path, "input"), _described(path, "task")
    content = twin.read(path / twin.MEMBER, manifest["members"][twin.MEMBER])
    open = functools.partial(opened, path, fingerprint(path))  # the Keras file is checked when asked for
    found = twin.Twin(content, _facts(path), Kit(input, task), open)
    outputs = _made_up(found, input)
    _check_width(outputs.shape, task)
    _check_golden(golden.shown(outputs), manifest)
    return found


def _facts(path):
    try:
        facts = read_member(path, twin.PARITY)["onnx"]
        return {name: None if facts[name] is None else int(facts[name]) for name in ("reach", "batch")}
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(
            "json", twin.PARITY, f"does not describe the twin ({error!r:.80}). {_RESTORE}"
        ) from None


def _made_up(found, input):
    """What a twin says of the made-up samples."""
    try:
        return found.forward(golden.arrays_for(found.inputs, input))
    except Exception as error:  # ONNX Runtime raises a kind for each of its states
        reason = f"cannot be run ({str(error).strip()[-200:]})"
        raise ArtifactError("onnx", twin.MEMBER, f"{reason}. {_RESTORE}") from None


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
    keras = _keras(path)
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


def _keras(path):
    try:
        import keras
    except ImportError:
        found = (
            "Keras is not installed" if twin.is_there(path) else f"no Keras, and {path} has no twin to run"
        )
        raise KitError(
            f"{found}. Run: pip install keras-kit, or save the model with keras-kit[onnx]."
        ) from None
    return keras


def _check_width(shape, task):
    """The task must be able to decide on as many outputs as the network has."""
    try:
        task.decided(np.zeros((1, *(size or 1 for size in shape[1:])), "float32"))
    except KitError as error:
        raise ArtifactError("width", "task.json", f"does not fit model.keras. {error} {_RESTORE}") from None


def _check_golden(found, manifest):
    stored = manifest.get("golden")
    if not isinstance(stored, list):
        raise ArtifactError("manifest", "manifest.json", f"holds no golden samples. {_RESTORE}")
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
