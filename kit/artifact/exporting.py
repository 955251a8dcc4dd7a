"""kit.export: the network of an artifact -> a file for another runtime, kept where both predict the same."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from kit import storage
from kit.artifact import example, formats, golden, twin
from kit.artifact.export import TOLERANCE, Failed, difference
from kit.artifact.load import opened
from kit.artifact.verify import fingerprint
from kit.errors import KitError

SAMPLES = "samples.npz"
_COUNT = 16  # samples, of inputs that are not large
_LARGE = 2**18  # numbers in one sample
_FREE = 64  # length taken for an axis of any length: networks on maps halve it up to five times
_LONGEST = 900  # seconds for another process
_SECONDS = 0.3  # for which a runtime is timed


def export(artifact, format="onnx", *, out=None):
    """Writes the network of an artifact in another format, runs it there and compares it with Keras.

    The folder holds the file, `input.json` and `task.json` (how inputs are coded and what outputs mean),
    `parity.json` (what was measured), `samples.npz` (samples and what Keras says of them) and `use.py`,
    an example that needs neither kit nor Keras.

    Args:
        artifact: folder that `kit.save` wrote.
        format: a name in `kit list formats`.
        out: folder to write; None for `exports/<artifact>-<format>`. An earlier export there is replaced.

    Returns:
        What `parity.json` holds, a dict, and "path": "difference" (the largest, as a share of the largest
        output), "tolerance", "agreement" (share of equal decisions, 0 to 1; None where the decision is a
        number), "milliseconds" (of one sample, by runtime), "bytes", "samples", "runtime", "artifact" (its
        SHA-256).

    Raises:
        KitError: if the format is unknown, a package is missing, the format cannot hold this network, its
            runtime predicts other numbers than Keras, or `out` holds something else.
        ArtifactError: if the artifact is damaged.

    Example:
        >>> try:
        ...     kit.export("saved_models/cars", "onx")
        ... except kit.KitError as error:
        ...     print(error)
        Unknown format 'onx'. Did you mean 'onnx'? Known: litert, onnx, openvino, tf_saved_model.
    """
    artifact, chosen = Path(artifact), formats.check(format)
    target = Path(out) if out is not None else Path("exports") / f"{artifact.name}-{format}"
    _check_target(target)
    network = opened(artifact)
    _check_task(network.kit.task, chosen, format)
    samples = _samples(network)
    with storage.atomic_folder(target) as folder:
        keras, by_keras = _reference(network)
        want = keras(samples)
        run, found = _written(chosen, network, artifact / "model.keras", folder / chosen.file, samples, want)
        facts = {
            "format": format,
            "file": chosen.file,
            "artifact": fingerprint(artifact),
            "runtime": chosen.version(),
            "difference": difference(found, want),
            "tolerance": TOLERANCE,
            "agreement": agreement(network.kit.task, found, want),
            "samples": len(want),
            "milliseconds": {
                by_keras: _milliseconds(keras, samples),
                chosen.runtime: _milliseconds(run, samples),
            },
            "bytes": storage.size(folder),
        }
        _describe(folder, network, chosen, samples, want, facts)
    return {"path": str(target), **facts}


def agreement(task, found, want):
    """The share of equal decisions, 0 to 1: of samples, pixels or boxes; None where decisions are numbers.

    Args:
        task: what decides.
        found, want: outputs (N, ...) of two runtimes.

    Example:
        >>> agreement(kit.Classification(("no", "yes")), np.array([[0.2], [0.4]]), np.array([[0.2], [0.6]]))
        0.5
    """
    ours, theirs = task.decided(found), task.decided(want)
    for name in ("indices", "masks", "boxes"):
        one, other = getattr(ours, name), getattr(theirs, name)
        if other is None:
            continue
        if name == "boxes":  # the class of each; -1 where there is none
            one, other = _alike(one[..., 4], other[..., 4])
        return float(np.mean(one == other)) if other.size else 1.0
    return None


def _alike(one, other):
    """Two arrays (N, boxes) of one width, filled up with -1."""
    width = max(one.shape[1], other.shape[1])
    return [np.pad(each, ((0, 0), (0, width - each.shape[1])), constant_values=-1) for each in (one, other)]


def _check_target(target):
    if (
        target.exists()
        and not (target / twin.PARITY).is_file()
        and (not target.is_dir() or any(target.iterdir()))
    ):
        raise KitError(f"{target} exists and is no export. Choose another --out, or remove it yourself.")
    if (target / "manifest.json").is_file():
        raise KitError(f"{target} is an artifact. Choose another --out.")


def _check_task(task, chosen, format):
    from kit import tasks

    name = next(name for name in tasks.names() if tasks.TASKS.get(name) is type(task))
    if name in chosen.lacks:
        able = [each for each in formats.names() if name not in formats.get(each).lacks]
        raise KitError(f"{format} cannot hold a {name}: {chosen.lacks[name]}. Try: {', '.join(able)}.")


def _samples(network):
    """Made-up samples, name -> array (N, ...); the first are those whose outputs the artifact holds."""
    specs = [(tensor.name, tensor.shape, tensor.dtype) for tensor in network.inputs]
    largest = max(np.prod([size or _FREE for size in shape[1:]]) for _, shape, _ in specs)
    count = golden.COUNT if largest > _LARGE else _COUNT
    return golden.arrays_for(specs, network.kit.input, _FREE, count)


def _reference(network):
    """What Keras says: (function of a dict of arrays, its name)."""
    import keras

    from kit.artifact.runtime import compiled

    forward = compiled(network)
    takes_dict = isinstance(network.input, dict)
    run = forward if takes_dict else lambda samples: forward(next(iter(samples.values())))
    return run, f"keras on {keras.backend.backend()}"


def _written(chosen, network, saved, file, samples, want):
    """Writes the file, runs it, and gives its function and what it says of the samples."""
    for left in reversed(range(chosen.attempts)):
        try:
            _write(chosen, network, saved, file)
            return _run(chosen, file, samples, want)
        except Failed as failed:
            if not left:
                others = ", ".join(name for name in formats.names() if formats.get(name).file != chosen.file)
                raise KitError(
                    f"'{network.name}' cannot be exported for {chosen.runtime}: {failed}.\nTry: {others}."
                ) from None
    return None


def _write(chosen, network, saved, file):
    import keras

    if keras.backend.backend() == "tensorflow":
        return _tried(f"{chosen.runtime}'s export", lambda: chosen.write(network, file))
    command = [sys.executable, "-m", __name__, chosen.keras, str(saved), str(file)]
    path = os.pathsep.join(filter(None, sys.path))
    surroundings = {**os.environ, "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        raise Failed(f"its export takes longer than {_LONGEST} seconds") from None
    if done.returncode:
        raise Failed(f"TensorFlow cannot export it ({' '.join(done.stderr.split())[-200:]})")
    return None


def _run(chosen, file, samples, want):
    """(function, outputs) of what was written, if it says of all samples and of one alone what Keras says."""
    run = _tried(f"{chosen.runtime} opening it", lambda: chosen.open(file))
    found = np.array(_tried(f"{chosen.runtime} running it", lambda: run(samples)))
    first = np.array(_tried(f"{chosen.runtime} running one sample", lambda: run(_first(samples))))
    worst = max(difference(found, want), difference(first, want[:1]))
    if not worst <= TOLERANCE:
        raise Failed(f"{chosen.runtime} predicts other numbers (difference {worst:.2g}; allowed {TOLERANCE})")
    return run, found


def _tried(what, action):
    try:
        return action()
    except (MemoryError, Failed):
        raise
    except Exception as error:  # each library raises kinds of its own
        text = " ".join(str(error).split())[:200]
        raise Failed(f"{what} fails ({type(error).__name__}: {text})") from None


def _first(samples):
    return {name: array[:1] for name, array in samples.items()}


def _milliseconds(run, samples):
    """Median time of one sample."""
    first, taken = _first(samples), []
    run(first)
    ends = time.perf_counter() + _SECONDS
    while len(taken) < 5 or (time.perf_counter() < ends and len(taken) < 200):
        began = time.perf_counter()
        run(first)
        taken.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(taken), 3)


def _describe(folder, network, chosen, samples, want, facts):
    """Writes what goes along with the file."""
    storage.write_json(folder / "input.json", network.kit.input.to_json())
    storage.write_json(folder / "task.json", network.kit.task.to_json())
    storage.write_json(folder / twin.PARITY, facts)
    storage.write_text(folder / "use.py", example.code(chosen))
    with storage.atomic_path(folder / SAMPLES) as temporary, open(temporary, "r+b") as file:
        np.savez(file, **samples, outputs=want)


def _main(name, saved, file):
    import keras

    from kit.registration import register_layers

    register_layers()
    network = keras.models.load_model(saved, compile=False, safe_mode=True)
    formats.get(name).write(network, Path(file))


if __name__ == "__main__":
    _main(*sys.argv[1:])
