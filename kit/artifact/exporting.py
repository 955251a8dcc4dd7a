"""kit.export: the network of an artifact -> a file for another runtime, kept where both predict the same."""

import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from kit import storage
from kit.artifact import agreeing, example, formats, proving, twin
from kit.artifact.export import Failed, difference
from kit.artifact.formats.base import Basis
from kit.artifact.load import opened
from kit.artifact.verify import fingerprint
from kit.errors import KitError

SAMPLES = "samples.npz"
_LONGEST = 900  # seconds for another process
_SECONDS = 0.3  # for which a runtime is timed
_ALONE = 0.01  # in 8 bits: the difference of a sample alone from the same among others


def export(artifact, format="onnx", *, out=None, samples=None):
    """Writes the network of an artifact in another format, runs it there and compares it with Keras.

    The folder holds the file, `input.json` and `task.json` (how inputs are coded and what outputs mean),
    `parity.json` (what was measured), `samples.npz` (samples and what Keras says of them) and `use.py`,
    an example that needs neither kit nor Keras.

    Formats in 8 bits need samples: on one half the ranges of all values are measured, on the other half it
    is measured whether the file still decides as Keras does.

    Args:
        artifact: folder that `kit.save` wrote.
        format: a name in `kit list formats`.
        out: folder to write; None for `exports/<artifact>-<format>`. An earlier export there is replaced.
        samples: raw samples, as a `Predictor` takes many, on which both sides are compared, such as those
            of the test part; at most 256 are taken, of more by chance. None for made-up ones.

    Returns:
        What `parity.json` holds, a dict, and "path": "difference" (the largest, as a share of the largest
        output), "agreement" (share of equal decisions, 0 to 1) and "kappa" (the same beyond chance), or
        "error" (where decisions are numbers, as a share of their standard deviation), "tolerance" (the
        largest difference that is allowed), "samples" (how many), "source" ("given" or "made up"),
        "milliseconds" (of one sample, by runtime), "bytes", "runtime", "artifact" (its SHA-256). In 8 bits
        "tolerance" is None, and there are "limits" (of kappa, boxes and error), "calibrated" (samples that
        ranges were measured on) and "exact" (format, milliseconds and bytes of the file in float32).

    Raises:
        KitError: if the format is unknown, a package or samples are missing, the format cannot hold this
            network, its runtime predicts other numbers than Keras, or `out` holds something else.
        SchemaError, DataError: if samples are not as the model was trained on; names each.
        ArtifactError: if the artifact is damaged.

    Example:
        >>> try:
        ...     kit.export("saved_models/cars", "onx")
        ... except kit.KitError as error:
        ...     print(str(error).split(" Known")[0])
        Unknown format 'onx'. Did you mean 'onnx'?
    """
    artifact, chosen = Path(artifact), formats.check(format)
    target = Path(out) if out is not None else Path("exports") / f"{artifact.name}-{format}"
    _check_target(target)
    _check_samples(chosen, format, samples)
    network = opened(artifact)
    _check_task(network.kit.task, chosen, format)
    source = "made up" if samples is None else "given"
    x = proving.made_up(network) if samples is None else proving.given(network, samples)
    measuring, x = _divided(x, format) if chosen.exact else (None, x)
    with storage.atomic_folder(target) as folder:
        side = _Side(network, artifact / "model.keras", x)
        found = (
            _in_eight_bits(side, format, folder, measuring) if chosen.exact else _made(side, format, folder)
        )
        facts = {
            "format": format,
            "file": chosen.file,
            "artifact": fingerprint(artifact),
            **found,
            "samples": len(side.want),
            "source": source,
        }
        _describe(folder, chosen, side, facts)
    return {"path": str(target), **facts}


class _Side:
    """What Keras says of the samples.

    Args:
        network: a `keras.Model` with its meaning as `kit`.
        saved: its file.
        samples: name -> array (N, ...).
    """

    def __init__(self, network, saved, samples):
        import keras

        from kit.artifact.runtime import compiled

        forward = compiled(network)
        takes_dict = isinstance(network.input, dict)
        self.network, self.saved, self.samples = network, saved, samples
        self.run = forward if takes_dict else lambda samples: forward(next(iter(samples.values())))
        self.name = f"keras on {keras.backend.backend()}"
        self.want = proving.outputs(self.run, samples)
        self.milliseconds = _milliseconds(self.run, samples)

    def measured(self, found):
        """How far other outputs are from these."""
        far = difference(found, self.want)
        if not np.isfinite(far):
            raise Failed("gives outputs of another shape, or such as are no numbers")
        return {"difference": far, **agreeing.compared(self.network.kit.task, found, self.want)}


def _made(side, format, folder, basis=None):
    """Writes a file into a folder, runs it, and says what was measured."""
    chosen = formats.get(format)
    run, measured = _written(side, format, folder / chosen.file, basis)
    return {
        "runtime": chosen.version(),
        **measured,
        "tolerance": chosen.tolerance,
        **({"limits": chosen.limits} if chosen.limits else {}),
        "milliseconds": {side.name: side.milliseconds, chosen.runtime: _milliseconds(run, side.samples)},
        "bytes": storage.size(folder),
    }


def _in_eight_bits(side, format, folder, measuring):
    """The same for a format in 8 bits, by way of the exact one, which is measured beside it."""
    exact = formats.get(formats.get(format).exact)
    with tempfile.TemporaryDirectory() as scratch:
        facts = _made(side, formats.get(format).exact, Path(scratch))
        found = _made(side, format, folder, Basis(Path(scratch) / exact.file, measuring))
    return {
        **found,
        "calibrated": proving.count(measuring),
        "exact": {
            "format": formats.get(format).exact,
            "milliseconds": facts["milliseconds"][exact.runtime],
            "bytes": facts["bytes"],
        },
    }


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
        able = [each for each in _others(format) if name not in formats.get(each).lacks]
        raise KitError(f"{format} cannot hold a {name}: {chosen.lacks[name]}. Try: {', '.join(able)}.")


def _check_samples(chosen, format, samples):
    if chosen.exact and samples is None:
        raise KitError(
            f"{format} measures on samples how large the values in the network become. Give samples=, or\n"
            "--samples: files such as the model was trained on, at least "
            f"{proving.FEWEST}, better some hundred, of all classes."
        )


def _divided(samples, format):
    count = proving.count(samples)
    if count < proving.FEWEST:
        raise KitError(f"{format} needs at least {proving.FEWEST} samples. Received: {count}.")
    return proving.halves(samples)


def _written(side, format, file, basis):
    """Writes the file, runs it, and gives its function and what was measured."""
    chosen = formats.get(format)
    for left in reversed(range(chosen.attempts)):
        try:
            _write(side, format, file, basis)
            return _run(chosen, file, side)
        except Failed as failed:
            if not left:
                raise KitError(
                    f"'{side.network.name}' cannot be exported for {chosen.runtime}: {failed}.\n"
                    f"Try: {', '.join(_others(format))}."
                ) from None
    return None


def _others(format):
    """Formats to try instead: those in 8 bits for one in 8 bits only."""
    small = formats.get(format).exact
    return [name for name in formats.names() if name != format and (small or not formats.get(name).exact)]


def _write(side, format, file, basis):
    import keras

    chosen = formats.get(format)
    if keras.backend.backend() == "tensorflow":
        given = () if basis is None else (basis,)
        return _tried(f"{chosen.runtime}'s export", lambda: chosen.write(side.network, file, *given))
    with _stored(basis) as named:
        _elsewhere([format, side.saved, file, *named])
    return None


@contextlib.contextmanager
def _stored(basis):
    """The basis as words for another process."""
    if basis is None:
        yield ()
        return
    with tempfile.TemporaryDirectory() as temporary:
        np.savez(f"{temporary}/{SAMPLES}", **basis.samples)
        yield basis.file, f"{temporary}/{SAMPLES}"


def _elsewhere(words):
    """Writes the file in a process of its own, on TensorFlow."""
    command = [sys.executable, "-m", __name__, *map(str, words)]
    path = os.pathsep.join(filter(None, sys.path))
    surroundings = {**os.environ, "KERAS_BACKEND": "tensorflow", "PYTHONPATH": path}
    try:
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=_LONGEST)
    except subprocess.TimeoutExpired:
        raise Failed(f"its export takes longer than {_LONGEST} seconds") from None
    if done.returncode:
        raise Failed(f"TensorFlow cannot export it ({' '.join(done.stderr.split())[-200:]})")


def _run(chosen, file, side):
    """(function, what was measured) of what was written, if it says what Keras says, of one alone, too."""
    run = _tried(f"{chosen.runtime} opening it", lambda: chosen.open(file))
    found = _tried(f"{chosen.runtime} running it", lambda: proving.outputs(run, side.samples))
    first = np.array(_tried(f"{chosen.runtime} running one sample", lambda: run(_first(side.samples))))
    measured = _tried(chosen.runtime, lambda: side.measured(found))
    if reason := chosen.fault(measured):
        raise Failed(f"{chosen.runtime} {reason}")
    if not (alone := difference(first, found[:1])) <= (chosen.tolerance or _ALONE):
        raise Failed(f"{chosen.runtime} predicts otherwise for a sample alone (difference {alone:.2g})")
    return run, measured


def _tried(what, action):
    try:
        return action()
    except (MemoryError, Failed):
        raise
    except Exception as error:  # each library raises kinds of its own
        text = " ".join(str(error).split())[:200]
        raise Failed(f"{what} fails ({type(error).__name__}: {text})") from None


def _first(samples):
    return proving.part(samples, slice(1))


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


def _describe(folder, chosen, side, facts):
    """Writes what goes along with the file."""
    meaning, count = side.network.kit, proving.kept(side.samples)
    storage.write_json(folder / "input.json", meaning.input.to_json())
    storage.write_json(folder / "task.json", meaning.task.to_json())
    storage.write_json(folder / twin.PARITY, facts)
    storage.write_text(folder / "use.py", example.code(chosen))
    with storage.atomic_path(folder / SAMPLES) as temporary, open(temporary, "r+b") as file:
        np.savez(file, **proving.part(side.samples, slice(count)), outputs=side.want[:count])


def _main(name, saved, file, exact=None, samples=None):
    import keras

    from kit.registration import register_layers

    register_layers()
    network = keras.models.load_model(saved, compile=False, safe_mode=True)
    given = ()
    if exact:
        with np.load(samples) as stored:
            given = (Basis(Path(exact), dict(stored)),)
    formats.get(name).write(network, Path(file), *given)


if __name__ == "__main__":
    _main(*sys.argv[1:])
