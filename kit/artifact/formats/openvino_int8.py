"""OpenVINO in 8 bits: on processors and graphics of Intel."""

import contextlib
import io

from kit.artifact.formats.base import FORMATS
from kit.artifact.formats.eight_bits import EightBits, rows
from kit.artifact.formats.openvino import OpenVino
from kit.quiet import quiet

_FLOAT = ("Add", "Divide", "Multiply", "ReduceMean", "ReduceSum", "Subtract")  # stay in float32


@FORMATS.register("openvino_int8")
class OpenVinoInt8(EightBits):
    """model_int8.xml, the graph, beside model_int8.bin, the weights, by NNCF's quantisation after training.

    Weights have 7 bits, and arithmetic between the layers stays in float32, both as in `onnx_int8`. Two
    choices are not NNCF's own. Ranges go from the least to the greatest value of all samples, not of the mean
    sample. And biases are not corrected: on digits that made the largest difference 0.21 instead of 0.06.
    """

    file = "model_int8.xml"
    runtime = "OpenVINO in 8 bits"
    needs = ("tensorflow", "nncf", "openvino")
    lacks = OpenVino.lacks
    exact = "openvino"
    use = {**OpenVino.use, "open": OpenVino.use["open"].replace("model.xml", file)}

    def write(self, network, file, basis):
        with quiet(), contextlib.redirect_stdout(io.StringIO()):  # it draws bars of its progress
            import nncf
            import openvino
            from nncf.quantization.range_estimator import RangeEstimatorParametersSet

            samples = list(rows(basis.samples))
            made = nncf.quantize(
                openvino.Core().read_model(basis.file),
                nncf.Dataset(samples),
                preset=nncf.QuantizationPreset.MIXED,
                subset_size=len(samples),
                ignored_scope=nncf.IgnoredScope(types=list(_FLOAT), validate=False),
                advanced_parameters=nncf.AdvancedQuantizationParameters(
                    overflow_fix=nncf.OverflowFix.ENABLE,
                    disable_bias_correction=True,
                    activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
                ),
            )
            openvino.save_model(made, file, compress_to_fp16=False)

    def open(self, file):
        return OpenVino().open(file)
