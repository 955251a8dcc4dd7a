"""The twin: the network of an artifact as an ONNX file, run by ONNX Runtime or OpenVINO. Needs no Keras.

It is taken wherever ONNX Runtime is installed and `kit.save` has proved it: one sample costs it a fraction of
what a compiled call of Keras costs, a batch about as much, and neither Keras nor TensorFlow is loaded.
"""

import functools
import hashlib
import importlib.util
import math

import numpy as np

from kit.artifact.graph import LARGEST, check_graph
from kit.artifact.sessions import SESSIONS
from kit.errors import ArtifactError

MEMBER = "model.onnx"
PARITY = "parity.json"


def is_there(path):
    """Has the artifact at `path` a twin, and is there something to run it?"""
    return (path / MEMBER).is_file() and can_run()


def can_run():
    """Is ONNX Runtime installed?"""
    return importlib.util.find_spec("onnxruntime") is not None


class Twin:
    """A network that ONNX Runtime or OpenVINO runs; any number of threads may use it at once.

    Args:
        content: the bytes of an ONNX file, checked by `read`.
        facts: what `parity.json` says of it: "reach", "stride", "batch".
        meaning: the pair (input, task), as `model.kit`.
        open: function () -> the same network as a `keras.Model`.
        runtime: which session runs it, a name in `kit.artifact.sessions.SESSIONS`.

    Attributes:
        runtime: name and version of what runs it.
        inputs: (name, shape with None where it is free, type of numbers) of each input.
        reach: pixels to each side that an output depends on; infinite where unknown.
        stride: pixels from one place of its coarsest map to the next; None where unknown.
    """

    def __init__(self, content, facts=None, meaning=None, open=None, runtime="onnx"):
        self._session = SESSIONS.get(runtime)(content)
        self.runtime, self.inputs = self._session.runtime, self._session.inputs
        self.kit, self._open = meaning, open
        reach, stride, batch = ((facts or {}).get(name) for name in ("reach", "stride", "batch"))
        self.stride = max(1, int(stride)) if stride else None
        self.reach = math.inf if reach is None else int(reach)
        self._batch = max(1, int(batch or 256))

    @functools.cached_property
    def network(self):
        """The `keras.Model`."""
        return self._open()

    def forward(self, x):
        """Outputs of encoded samples: an array (N, ...) or a dict of them -> float32 (N, ...)."""
        x = x if isinstance(x, dict) else {self.inputs[0][0]: x}
        feed = {name: np.asarray(x[name], kind) for name, _, kind in self.inputs}
        count = len(next(iter(feed.values())))
        if count <= self._batch:
            return self._session.run(feed)
        starts = range(0, count, self._batch)
        parts = [{name: a[at : at + self._batch] for name, a in feed.items()} for at in starts]
        return np.concatenate([self._session.run(part) for part in parts])


def read(file, said):
    """The bytes of a twin that are those the manifest names, and safe to hand to ONNX Runtime.

    Args:
        file: its path.
        said: its entry in the manifest: "bytes", "sha256".

    Raises:
        ArtifactError: code "size", "checksum" or "onnx".
    """
    if file.stat().st_size != said["bytes"] or said["bytes"] > LARGEST:
        raise ArtifactError("size", MEMBER, f"has {file.stat().st_size} bytes", str(said["bytes"])[:40])
    content = file.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != said["sha256"]:
        raise ArtifactError("checksum", MEMBER, f"has SHA-256 {found[:16]}...", f"{said['sha256'][:16]!r}...")
    check_graph(content, MEMBER)
    return content
