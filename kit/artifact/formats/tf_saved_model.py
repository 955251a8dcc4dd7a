"""SavedModel: run by TensorFlow, TensorFlow Serving and TensorFlow.js.

TensorFlow is imported because it is the runtime of this format.
"""

from kit.artifact.formats.base import FORMATS, Format


@FORMATS.register("tf_saved_model")
class SavedModel(Format):
    """A folder that TensorFlow opens without Keras."""

    keras = "tf_saved_model"
    file = "saved_model"
    runtime = "TensorFlow"
    use = {
        "imports": "import numpy as np\nimport tensorflow as tf",
        "open": 'loaded = tf.saved_model.load(str(HERE / "saved_model"))\n'
        'network = loaded.signatures["serving_default"]',
        "run": "found = network(**{name: tf.constant(array) for name, array in samples.items()})\n"
        "    return next(iter(found.values())).numpy()",
    }

    def open(self, file):
        import tensorflow as tf

        loaded = tf.saved_model.load(str(file))
        network = loaded.signatures["serving_default"]

        def run(samples, loaded=loaded):  # the signature alone does not keep the weights
            found = network(**{name: tf.constant(array) for name, array in samples.items()})
            return next(iter(found.values())).numpy()

        return run
