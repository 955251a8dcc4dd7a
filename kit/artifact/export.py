"""Writes a network as an ONNX file, runs that file, and keeps it only where it says what the network says.

On the TensorFlow backend Keras exports in this process; on any other, a process of its own opens the saved
network on TensorFlow and exports it there.
"""

import importlib.util
import math
import os
import subprocess
import sys
import warnings

import numpy as np

from kit import storage
from kit.artifact import golden, recurrent, twin
from kit.artifact.onnx_graph import OnnxGraph
from kit.artifact.reach import reach, stride
from kit.artifact.runtime import affordable
from kit.errors import ArtifactError, KitError
from kit.quiet import quiet

SWITCH = "KIT_ONNX"  # environment variable; 0: no twin unless it is asked for
TOLERANCE = 1e-4  # of the largest output
_SIZES = (32, 64)  # tried for axes of any length
_NEEDED = ("onnxruntime", "onnx", "tf2onnx", "tensorflow")
_ATTEMPTS = 3
_LONGEST = 900  # seconds for another process


def add_twin(network, input, folder, wanted=None):
    """Writes model.onnx and parity.json beside model.keras.

    Args:
        network: the `keras.Model` that was saved, uncompiled.
        input: what it takes.
        folder: of the artifact, which holds model.keras.
        wanted: True to insist, False for none, None for one where all that it needs is installed.

    Raises:
        KitError: if a twin is insisted on and cannot be had; says why.
    """
    absent = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if wanted is False or (wanted is None and (absent or os.environ.get(SWITCH) == "0")):
        return
    if absent:
        raise KitError(f"An ONNX twin needs {', '.join(absent)}. Run: pip install 'keras-kit[onnx]'")
    try:
        facts = _written(network, input, folder)
    except Failed as failed:
        if wanted:
            raise KitError(
                f"Model '{network.name}' has no ONNX twin: {failed}. Save it with onnx=None."
            ) from None
        facts = {"reason": str(failed)}
    storage.write_json(folder / twin.PARITY, {"onnx": facts})


class Failed(Exception):
    """The network cannot be written, or what was written is not what it should be."""


class _Unequal(Exception):
    """This twin is not what it should be."""


def _written(network, input, folder):
    """Exports, proves, and says what was found; leaves no file where it fails.

    tf2onnx leaves out a last Squeeze in about one of ten exports of the same small network, so what fails the
    proof is exported again.
    """
    file = folder / twin.MEMBER
    for left in reversed(range(_ATTEMPTS)):
        try:
            _export(network, folder / "model.keras", file)
            return {"file": twin.MEMBER, **_proved(network, input, file), **_limits(network)}
        except (_Unequal, ArtifactError) as error:
            file.unlink(missing_ok=True)
            if not left:
                raise Failed(str(error)) from None
    return None


def _export(network, saved, file):
    import keras

    with storage.atomic_path(file) as temporary:
        if keras.backend.backend() == "tensorflow":
            by_keras(network, temporary)
        else:
            _elsewhere(saved, temporary)
        if not temporary.stat().st_size:
            raise Failed("the export wrote nothing")


def by_keras(network, file):
    """Writes a network on the TensorFlow backend as an ONNX file.

    Raises:
        Failed: where Keras cannot export it.
    """
    found = recurrent.obstacle(network)
    if found:
        raise Failed(found)
    network, joints = recurrent.cut(network)
    inputs = {
        tensor.name: np.zeros((1, *(s or _SIZES[0] for s in tensor.shape[1:])), tensor.dtype)
        for tensor in network.inputs
    }
    try:
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network(
                inputs if isinstance(network.input, dict) else list(inputs.values())
            )  # or Keras will not export
            network.export(file, format="onnx", verbose=False)
        _mend(file, joints)
    except MemoryError:
        raise
    except Exception as error:  # Keras, TensorFlow and tf2onnx raise many kinds
        raise Failed(f"Keras cannot export it ({type(error).__name__}: {str(error).strip()[:200]})") from None


def _mend(file, joints):
    """Puts recurrent layers where they were cut out, and plain arithmetic where ONNX has no operator."""
    graph = OnnxGraph(file)
    graph.write_out()
    recurrent.join(graph, joints)
    graph.save()


def _elsewhere(saved, file):
    """The export of a saved network in a process of its own, on TensorFlow."""
    command = [sys.executable, "-m", "kit.artifact.export", str(saved), str(file)]
    surroundings = {
        **os.environ,
        "KERAS_BACKEND": "tensorflow",
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        raise Failed(f"its export takes longer than {_LONGEST} seconds") from None
    if done.returncode:
        raise Failed(f"TensorFlow cannot export it ({' '.join(done.stderr.split())[-200:]})")


def _proved(network, input, file):
    """The largest difference between twin and network on made-up samples, relative to the largest output."""
    import keras

    content = file.read_bytes()
    twin.check_graph(content)
    found, worst = twin.Twin(content), 0.0
    taken, expected = ({name for name, *_ in found.inputs}, {tensor.name for tensor in network.inputs})
    if taken != expected:
        raise _Unequal(
            f"the export takes {', '.join(sorted(taken))[:200]}; expected {', '.join(sorted(expected))}"
        )
    for free in _sizes(network, input):
        arrays = golden.arrays_for(found.inputs, input, free)
        x = arrays if isinstance(network.input, dict) else next(iter(arrays.values()))
        want = keras.ops.convert_to_numpy(network(x, training=False)).astype("float32")
        worst = max(worst, difference(_outputs(found, arrays), want))
    if not worst <= TOLERANCE:
        raise _Unequal(f"ONNX Runtime predicts other numbers (difference {worst:.2g}; allowed {TOLERANCE})")
    return {"runtime": found.runtime, "difference": worst, "tolerance": TOLERANCE}


def _sizes(network, input):
    """Lengths of the free axes at which twin and network are compared."""
    if not any(None in tensor.shape[1:] for tensor in network.inputs):
        return _SIZES[:1]
    return (*_SIZES, golden.UNEVEN) if getattr(input, "is_ragged", False) else _SIZES


def _outputs(found, arrays):
    """What the twin says of all samples, which must be what it says of the first one alone."""
    try:
        every, first = found.forward(arrays), found.forward({name: a[:1] for name, a in arrays.items()})
    except Exception as error:  # ONNX Runtime raises a kind for each of its states
        raise _Unequal(f"ONNX Runtime cannot run it ({str(error).strip()[-200:]})") from None
    alone = difference(first, every[:1])
    if not alone <= TOLERANCE:
        raise _Unequal(
            f"ONNX Runtime predicts otherwise for a sample alone than among others (difference {alone:.2g})"
        )
    return every


def difference(found, want):
    """The largest difference of two arrays as a share of the largest number; infinite where shapes differ.

    Example:
        >>> difference(np.array([1.0, 2.0]), np.array([1.0, 4.0]))
        0.5
    """
    if found.shape != want.shape or not np.isfinite(want).all():
        return math.inf
    return float(np.abs(found - want).max(initial=0) / max(1e-6, np.abs(want).max(initial=0)))


def _limits(network):
    """What predicting has to know of a network and no ONNX file holds."""
    is_map = len(network.output_shape) == 4
    far, coarsest = (reach(network), stride(network)) if is_map else (math.inf, None)
    return {"reach": None if math.isinf(far) else far, "stride": coarsest, "batch": affordable(network)}


def _main(saved, file):
    import keras

    from kit.registration import register_layers

    register_layers()
    by_keras(keras.models.load_model(saved, compile=False, safe_mode=True), file)


if __name__ == "__main__":
    try:
        _main(*sys.argv[1:])
    except Failed as failed:
        sys.exit(str(failed))
