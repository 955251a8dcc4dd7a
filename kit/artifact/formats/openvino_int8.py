"""OpenVINO in 8 bits: on processors and graphics of Intel."""

import contextlib
import io

from kit.artifact.formats.base import FORMATS
from kit.artifact.formats.eight_bits import EightBits, rows
from kit.artifact.formats.openvino import OpenVino
from kit.quiet import quiet

_FLOAT = ["Add", "Divide", "Exp", "Multiply", "Power", "Sqrt", "SquaredDifference", "Subtract"]
_FLOAT += ["Equal", "Greater", "GreaterEqual", "Less", "LessEqual", "Maximum", "Minimum", "NotEqual"]
_FLOAT += ["ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum", "Select"]
_FLOAT += ["Concat", "Pad", "Reshape", "Slice", "Squeeze", "StridedSlice", "Transpose", "Unsqueeze"]


@FORMATS.register("openvino_int8")
class OpenVinoInt8(EightBits):
    """model_int8.xml, the graph, beside model_int8.bin, the weights, by NNCF's quantisation after training.

    As in `onnx_int8`, weights have 7 bits, and only what enters the layers with weights is rounded. Rounded
    before it is compared, cut or padded, too, a forecast was off by 0.42 of its spread, and so by 0.01. Two
    choices are not NNCF's own. Ranges go from the least to the greatest value of all samples, not of the
    mean sample. And biases are not corrected: on digits that made the largest difference 0.21 instead of
    0.06.
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
                ignored_scope=nncf.IgnoredScope(types=_FLOAT, validate=False),
                advanced_parameters=nncf.AdvancedQuantizationParameters(
                    overflow_fix=nncf.OverflowFix.ENABLE,
                    disable_bias_correction=True,
                    activations_range_estimator_params=RangeEstimatorParametersSet.MINMAX,
                ),
            )
            openvino.save_model(made, file, compress_to_fp16=False)

    def open(self, file):
        return OpenVino().open(file)
