"""LiteRT in 8 bits: for phones, and for small devices that multiply nothing but 8-bit numbers fast.

TensorFlow is imported because its converter writes this format.
"""

from kit.artifact.formats.base import FORMATS
from kit.artifact.formats.eight_bits import EightBits, rows
from kit.artifact.formats.litert import LiteRT


@FORMATS.register("litert_int8")
class LiteRTInt8(EightBits):
    """A .tflite file that computes in 8 bits wherever LiteRT can, by TensorFlow's converter.

    Inputs and outputs stay float32. The converter rounds between the layers, too: of networks on images and
    series that is kept, of tables with a step for missing values (31 % equal decisions on wine) and of
    detectors (76 % of the boxes) it is refused as a rule; `onnx_int8` holds these.
    """

    keras = "litert"
    file = "model_int8.tflite"
    runtime = "LiteRT in 8 bits"
    needs = LiteRT.needs
    distributions = LiteRT.distributions
    lacks = LiteRT.lacks
    exact = "litert"
    use = {**LiteRT.use, "open": LiteRT.use["open"].replace("model.tflite", file)}

    def options(self, basis=None):
        import tensorflow as tf

        return {
            **LiteRT().options(),
            "optimizations": [tf.lite.Optimize.DEFAULT],
            "representative_dataset": lambda: rows(basis.samples),
        }

    def open(self, file):
        return LiteRT().open(file)
