"""Which runtime predicts: named by the caller, the usual one, or the one measured fastest. No Keras."""

import importlib.util
import statistics
import sys
import time

from kit.artifact import golden, twin
from kit.artifact.sessions import SESSIONS
from kit.errors import KitError, missing_extra, unknown

_SECONDS, _FEWEST, _MOST = 0.2, 5, 200  # for which a runtime is timed, and calls


def names():
    """What `kit.load(path, runtime=...)` takes.

    Example:
        >>> names()
        ['auto', 'fastest', 'keras', 'onnx', 'openvino', 'openvino_bf16']
    """
    return sorted(("auto", "fastest", "keras", *SESSIONS.names()))


def chosen(path, runtime):
    """The name of the runtime for the artifact at `path`: "auto" becomes "onnx" or "keras".

    Raises:
        KitError: if it is unknown, is not installed, or the artifact has no twin for it.
    """
    if runtime not in names():
        raise unknown("runtime", runtime, names())
    if runtime == "auto":
        return "onnx" if twin.is_there(path) else "keras"
    if runtime in ("keras", "fastest"):
        return runtime
    kind = SESSIONS.get(runtime)
    if importlib.util.find_spec(kind.package) is None:
        raise missing_extra(kind.package, kind.extra)
    if path.is_dir() and not (path / twin.MEMBER).is_file():
        raise KitError(f"{path} has no {twin.MEMBER}. Save the model where keras-kit[onnx] is installed.")
    return runtime


def exact(path):
    """Names of the runtimes that are here and give the numbers of Keras; Keras itself where it is loaded
    anyway, or nothing else is there."""
    able = [
        name
        for name in SESSIONS.names()
        if SESSIONS.get(name).tolerance is None and importlib.util.find_spec(SESSIONS.get(name).package)
    ]
    found = able if (path / twin.MEMBER).is_file() else []
    return [*found, "keras"] if "keras" in sys.modules or not found else found


def tolerance(runtime):
    """How far outputs of a runtime may be from those that were stored, as a share of the largest one."""
    return SESSIONS.get(runtime).tolerance or golden.TOLERANCE


def milliseconds(run, x):
    """Median time of `run(x)`, after one call that is not counted."""
    run(x)
    taken, ends = [], time.perf_counter() + _SECONDS
    while len(taken) < _FEWEST or (time.perf_counter() < ends and len(taken) < _MOST):
        began = time.perf_counter()
        run(x)
        taken.append(1000 * (time.perf_counter() - began))
    return round(statistics.median(taken), 4)


def fastest(path, load):
    """The `Predictor` that is fastest for one sample, with the `milliseconds` of each runtime.

    Args:
        path: the artifact.
        load: function (name of a runtime) -> its `Predictor`.
    """
    found = {name: load(name) for name in exact(path)}
    times = {name: milliseconds(*each.one_sample()) for name, each in found.items()}
    best = found[min(times, key=times.get)]
    best.milliseconds = {found[name].runtime: taken for name, taken in times.items()}
    return best
