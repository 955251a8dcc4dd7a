"""LiteRT, formerly TensorFlow Lite: run on phones and small devices.

TensorFlow is imported because its converter writes this format.
"""

from kit.artifact.formats.base import FORMATS, Format


@FORMATS.register("litert")
class LiteRT(Format):
    """A .tflite file that needs LiteRT's own operators only: none of TensorFlow's ("Flex")."""

    keras = "litert"
    file = "model.tflite"
    runtime = "LiteRT"
    needs = ("tensorflow", "ai_edge_litert")
    distributions = {"ai_edge_litert": "ai-edge-litert"}
    use = {
        "imports": "import numpy as np\nfrom ai_edge_litert.interpreter import Interpreter",
        "open": 'network = Interpreter(str(HERE / "model.tflite")).get_signature_runner()',
        "run": "return next(iter(network(**samples).values()))",
    }

    def options(self, basis=None):
        import tensorflow as tf

        return {"target_spec": {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}}

    def open(self, file):
        from ai_edge_litert.interpreter import Interpreter

        network = Interpreter(str(file)).get_signature_runner()
        return lambda samples: next(iter(network(**samples).values()))
