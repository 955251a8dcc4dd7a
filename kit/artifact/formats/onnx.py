"""ONNX: run by ONNX Runtime, and by most others."""

from kit.artifact import export, twin
from kit.artifact.formats.base import FORMATS, Format


@FORMATS.register("onnx")
class Onnx(Format):
    """An ONNX file with nothing but plain arithmetic, as the twin of an artifact is."""

    keras = "onnx"
    file = "model.onnx"
    runtime = "ONNX Runtime"
    needs = ("tensorflow", "onnx", "tf2onnx", "onnxruntime")
    attempts = 3  # tf2onnx leaves out a last Squeeze in about one of ten exports of the same small network
    use = {
        "imports": "import numpy as np\nimport onnxruntime",
        "open": 'CPU = ["CPUExecutionProvider"]\n'
        'network = onnxruntime.InferenceSession(HERE / "model.onnx", providers=CPU)',
        "run": "return network.run(None, samples)[0]",
    }

    def write(self, network, file, basis=None):
        export.by_keras(network, file)

    def open(self, file):
        content = file.read_bytes()
        twin.check_graph(content, file.name)
        return twin.Twin(content).forward
