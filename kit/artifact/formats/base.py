"""What a format is."""

import warnings

from kit.quiet import quiet
from kit.registry import Registry

FORMATS = Registry("format", "kit.artifact.formats")


class Format:
    """A format of exported networks. Subclasses set the fields and implement `open`.

    Attributes:
        keras: the format's name in `keras.Model.export`.
        file: name of the file or folder that is written.
        runtime: what runs it, as text for people.
        needs: packages without which it can be neither written nor run here.
        distributions: package -> what pip calls it, where that is another name.
        lacks: task -> why it cannot be exported.
        attempts: times that it is written until the file predicts what Keras predicts.
        use: lines of an example without kit: "imports", "open" (from HERE), "run" (of `samples`).
    """

    keras = ""
    file = ""
    runtime = ""
    needs = ("tensorflow",)
    distributions = {}
    lacks = {}
    attempts = 1
    use = {}

    def write(self, network, file):
        """Writes `network`, a built `keras.Model` on the TensorFlow backend, to `file`."""
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.export(str(file), format=self.keras, verbose=False, **self.options())

    def options(self):
        """Further arguments of `keras.Model.export`."""
        return {}

    def open(self, file):
        """The file in its own runtime: a function (dict name -> array (N, ...)) -> array (N, ...)."""
        raise NotImplementedError

    def version(self):
        """Name and version of the runtime."""
        import importlib.metadata

        name = self.distributions.get(self.needs[-1], self.needs[-1])
        return f"{name} {importlib.metadata.version(name)}"
