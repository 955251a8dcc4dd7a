"""What runs an ONNX file: one small class each, which opens its bytes and runs them. Needs no Keras.

A session has `runtime` (its name and version), `inputs` ((name, shape with None where it is free, type of
numbers) of each input) and `run` (dict of arrays -> the first output, an array), which any number of
threads may call at once.
"""

import importlib.metadata
import threading

from kit.errors import ArtifactError
from kit.registry import Registry

SESSIONS = Registry("runtime")
_MEMBER = "model.onnx"
_KINDS = {
    f"tensor({name})": kind for name, kind in (("float", "float32"), ("int32", "int32"), ("bool", "bool"))
}
_OPENVINO_KINDS = {"f32": "float32", "i32": "int32", "boolean": "bool"}


@SESSIONS.register("onnx")
class OnnxRuntime:
    """ONNX Runtime: float32, on every processor."""

    package, extra, tolerance = "onnxruntime", "onnx", None

    def __init__(self, content):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4  # what fails is raised
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # ONNX Runtime raises a kind for each of its states
            raise _fault(f"ONNX Runtime cannot open it ({str(error).strip()[-200:]})") from None
        self.runtime = f"onnxruntime {importlib.metadata.version('onnxruntime')}"
        self.inputs = [_spec(item.name, item.shape, item.type, _KINDS) for item in self._session.get_inputs()]

    def run(self, feed):
        """Outputs of a dict of arrays."""
        return self._session.run(None, feed)[0]


@SESSIONS.register("openvino")
class OpenVino:
    """OpenVINO in float32: faster than ONNX Runtime for many networks on processors of Intel."""

    package, extra, tolerance = "openvino", "export", None
    precision = "f32"  # by itself it computes in bfloat16 where the processor can

    def __init__(self, content):
        import openvino

        hints = {"INFERENCE_PRECISION_HINT": self.precision, "PERFORMANCE_HINT": "LATENCY"}
        try:
            core = openvino.Core()
            self._network = core.compile_model(core.read_model(content), "CPU", hints)
        except Exception as error:  # OpenVINO raises RuntimeError and others
            raise _fault(f"OpenVINO cannot open it ({str(error).strip()[-200:]})") from None
        self.runtime = f"openvino {importlib.metadata.version('openvino')} in {self.precision}"
        self.inputs = [
            _spec(port.any_name, _sizes(port), port.element_type.get_type_name(), _OPENVINO_KINDS)
            for port in self._network.inputs
        ]
        self._own = threading.local()  # a request holds the arrays of one call

    def run(self, feed):
        """Outputs of a dict of arrays."""
        if not hasattr(self._own, "request"):
            self._own.request = self._network.create_infer_request()
        arrays = [feed[name] for name, *_ in self.inputs]
        return self._own.request.infer(arrays, share_inputs=True)[0]  # outputs are copies


@SESSIONS.register("openvino_bf16")
class OpenVinoBfloat16(OpenVino):
    """OpenVINO in bfloat16: a fraction of the time on processors that have it, and other digits.

    It is taken only where it is asked for by name: an output differs by about 1 % of the largest one.
    """

    precision, tolerance = "bf16", 0.05


def _sizes(port):
    return [None if size.is_dynamic else size.get_length() for size in port.partial_shape]


def _spec(name, shape, kind, kinds):
    if kind not in kinds:
        raise _fault(f"takes {kind[:60]} for '{name[:60]}'")
    return name, tuple(size if isinstance(size, int) else None for size in shape), kinds[kind]


def _fault(found):
    cure = "Load it with kit.load(path, runtime='keras'), or save the model again."
    return ArtifactError("onnx", _MEMBER, found, cure=cure)
