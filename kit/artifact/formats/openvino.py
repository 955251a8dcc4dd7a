"""OpenVINO: run on processors and graphics of Intel."""

from kit.artifact.formats.base import FORMATS, Format

# by itself it computes in bfloat16 where the processor can, which is faster and gives other numbers
_EXACT = {"INFERENCE_PRECISION_HINT": "f32"}


@FORMATS.register("openvino")
class OpenVino(Format):
    """model.xml, the graph, beside model.bin, the weights."""

    keras = "openvino"
    file = "model.xml"
    runtime = "OpenVINO"
    needs = ("tensorflow", "openvino")
    use = {
        "imports": "import numpy as np\nimport openvino",
        "open": 'network = openvino.Core().compile_model(\n    HERE / "model.xml", "CPU", '
        '{"INFERENCE_PRECISION_HINT": "f32"}\n)  # without it bfloat16 where the processor has it',
        "run": "return network(samples)[0]",
    }

    def open(self, file):
        import openvino

        network = openvino.Core().compile_model(file, "CPU", _EXACT)
        return lambda samples: network(samples)[0]
