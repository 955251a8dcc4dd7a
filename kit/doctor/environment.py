"""The environment: versions, processor, disk, and one small model from training to a file and back."""

import os
import re
import shutil
import tempfile
from importlib import metadata
from pathlib import Path

from kit.doctor.finding import Finding, Findings

_LITTLE = 2**30  # bytes of disk below which a run may not end


def environment(folder="."):
    """Examines what training stands on: a list of `Finding`, facts among them as notes.

    Args:
        folder: where runs and models are to be written; a folder of its own is made in it and removed.

    Returns:
        `Findings`: errors where training, saving or loading cannot work, warnings where it is slower than
        it could be or disk is short, and notes of what there is.

    Example:
        >>> found = environment(folder)
        >>> len(found.errors), {"versions", "backend", "whole_way"} <= {each.rule for each in found}
        (0, True)
    """
    import keras

    from kit.training import precision

    backend = keras.backend.backend()
    devices = ", ".join(keras.distribution.list_devices()) or "none"
    threads = f"{os.cpu_count()} threads"
    low = "computes with" if precision.computes_bfloat16() else "has no instructions for"
    return Findings(
        [
            *_versions(),
            Finding("backend", "note", backend, f"{devices}; {threads}", ""),
            Finding("processor", "note", "this machine", f"{low} bfloat16", ""),
            *_onednn(backend),
            *_disk(folder),
            *_whole_way(folder),
        ]
    )


def _versions():
    """A note with the versions of what kit stands on; errors for those that are too old or missing."""
    from kit.artifact.card import versions

    found = ", ".join(f"{name} {version}" for name, version in versions().items())
    yield Finding("versions", "note", "packages", found, "")
    needed = [each for each in metadata.requires("keras-kit") or [] if "extra ==" not in each]
    for requirement in needed:
        name, least = re.match(r"([\w.-]+)>=([\d.]+)", requirement).groups()
        if name == "tensorflow" and _is_missing(name):
            continue  # kit works on JAX without TensorFlow
        if _is_missing(name):
            yield Finding("versions", "error", name, "is not installed", f"pip install '{name}>={least}'")
        elif _numbers(metadata.version(name)) < _numbers(least):
            evidence = f"has version {metadata.version(name)}; kit needs {least}"
            yield Finding("versions", "error", name, evidence, f"pip install --upgrade '{name}>={least}'")


def _is_missing(name):
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return True
    return False


def _numbers(version):
    """The leading numbers of a version: 2.10.0rc1 -> (2, 10, 0)."""
    return tuple(int(part) for part in re.match(r"\d+(\.\d+)*", version).group().split("."))


def _onednn(backend):
    if backend == "tensorflow" and os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        evidence = "TF_ENABLE_ONEDNN_OPTS is 0: convolutions go without oneDNN"
        yield Finding("onednn", "warning", "TensorFlow", evidence, "Unset it, unless numbers must repeat.")


def _disk(folder):
    free = shutil.disk_usage(folder).free
    if free < _LITTLE:
        evidence = f"{free / 2**20:.0f} MB are free"
        yield Finding("disk", "warning", str(folder), evidence, "Make room, or choose another --out.")


def _whole_way(folder):
    """Builds, trains, saves, loads and asks a network of a few weights."""
    import numpy as np

    import kit
    from kit.artifact import Predictor

    x, y = np.array([[0.0], [1.0]] * 8, "float32"), np.array([0.0, 1.0] * 8, "float32")
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".kit-doctor-") as place:
            model = kit.build_regressor(kit.Regression(("y",)), (1,), backbone="mlp", width=2, depth=1)
            model.fit({"numeric": x}, y[:, None], epochs=1, verbose=0)
            path = kit.save(model, Path(place) / "model", onnx=False)
            here = Predictor(model)([{"x0": 1.0}])[0]
            there = kit.load(path, runtime="keras")([{"x0": 1.0}])[0]
    except Exception as error:  # whatever the environment does
        evidence = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        yield Finding(
            "whole_way", "error", str(folder), evidence, "Mend what it names; kit cannot train here."
        )
        return
    if not np.isclose(here.value, there.value, rtol=1e-4, atol=1e-5):
        evidence = f"a loaded model says {there.value:.6g}, the one that was saved {here.value:.6g}"
        yield Finding(
            "whole_way", "error", "saving and loading", evidence, "Reinstall Keras and its backend."
        )
    else:
        yield Finding("whole_way", "note", str(folder), "a small model was trained, saved and loaded", "")
