"""What a format is."""

import dataclasses
import warnings
from pathlib import Path

from kit.quiet import quiet
from kit.registry import Registry

FORMATS = Registry("format", "kit.artifact.formats")
TOLERANCE = 1e-4  # of the largest output: what rounding in float32 leaves


@dataclasses.dataclass(frozen=True)
class Basis:
    """What a file with coarser numbers is made from.

    Args:
        file: the same network in float32, in the format that `Format.exact` names.
        samples: name -> array (N, ...) on which the ranges of all values are measured.
    """

    file: Path
    samples: dict


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
        exact: the format that holds the same network in float32, where this one holds coarser numbers, so
            that `write` needs a `Basis`; else None.
        tolerance: how far outputs may be from those of Keras, as a share of the largest one.
        limits: what else `fault` allows, for `parity.json`.
        use: lines of an example without kit: "imports", "open" (from HERE), "run" (of `samples`).
    """

    keras = ""
    file = ""
    runtime = ""
    needs = ("tensorflow",)
    distributions = {}
    lacks = {}
    attempts = 1
    exact = None
    tolerance = TOLERANCE
    limits = {}
    use = {}

    def write(self, network, file, basis=None):
        """Writes `network`, a built `keras.Model` on the TensorFlow backend, to `file`."""
        with quiet(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            network.export(str(file), format=self.keras, verbose=False, **self.options(basis))

    def options(self, basis=None):
        """Further arguments of `keras.Model.export`."""
        return {}

    def open(self, file):
        """The file in its own runtime: a function (dict name -> array (N, ...)) -> array (N, ...)."""
        raise NotImplementedError

    def fault(self, measured):
        """What is wrong with the outputs of the file; None where they are those of Keras.

        Args:
            measured: "difference", and what `kit.artifact.agreeing.compared` gives.
        """
        difference = measured["difference"]
        if difference <= self.tolerance:
            return None
        return f"predicts other numbers (difference {difference:.2g}; allowed {self.tolerance:g})"

    def version(self):
        """Name and version of the runtime."""
        import importlib.metadata

        name = self.distributions.get(self.needs[-1], self.needs[-1])
        return f"{name} {importlib.metadata.version(name)}"
