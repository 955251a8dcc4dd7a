"""Every error kit raises on purpose, and the wording they share.

A message says what was given, what was expected, where, and how to fix it, in at most
four lines. The command line prints it without a traceback and exits with `exit_code`.
"""

import dataclasses
import difflib
import errno

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # what the system says when the disk is full
SHOWN = 100  # faults listed in one message; the rest are counted


class KitError(ValueError):
    """A mistake of the caller, told so that it can be mended. Exit status 2."""

    exit_code = 2


class MatchError(KitError):
    """Output, loss, labels, metrics or decision do not belong together."""


class DivergedError(KitError):
    """Training met a loss that is not finite."""


RESTORE = "Restore the artifact from a copy, or train it again."
CODES = {  # causes of an ArtifactError, in the order in which they are looked for
    "absent": "there is no such folder or file",
    "manifest": "manifest.json is not right",
    "version": "written by a newer kit",
    "pin": "not the artifact asked for",
    "signature": "not signed by the key asked for",
    "name": "a member's name is not plain",
    "link": "a member is a link, or no file",
    "missing": "a member is not there",
    "extra": "a file that is no member",
    "size": "a member's size has changed, or is too large",
    "checksum": "a member has changed",
    "format": "a file of another kind than Keras' .keras",
    "json": "a JSON file cannot be read",
    "zip": "model.keras is no archive of Keras",
    "config": "its configuration is damaged, or larger than any network's",
    "class": "its configuration names a class that is not known",
    "shape": "it declares more than it holds",
    "weights": "its weights are not plain numbers",
    "nan": "a weight is not finite",
    "onnx": "model.onnx is no graph of plain arithmetic, or cannot be run",
    "network": "Keras cannot build it",
    "input": "the input and the network differ in shape",
    "width": "the task and the outputs differ in number",
    "activation": "the outputs are not what the task decides on",
    "golden": "it predicts other numbers than when saved",
    "checkpoint": "a run's checkpoint is damaged, or of another network",
}


class ArtifactError(KitError):
    """A saved model is damaged, incomplete or not to be trusted. Exit status 3.

    Args:
        code: the cause in one word, a key of `CODES`; stable over versions.
        member: the file inside the artifact that is at fault.
        found: what is there.
        expected: what would be right. May be empty.
        cure: what the user can do.

    Example:
        >>> error = ArtifactError("size", "task.json", "has 3 bytes", "40")
        >>> print(error)
        task.json: has 3 bytes; expected 40. Restore the artifact from a copy, or train it again.
        >>> error.code, CODES[error.code]
        ('size', "a member's size has changed, or is too large")
    """

    exit_code = 3

    def __init__(self, code, member, found, expected="", cure=RESTORE):
        self.code, self.member = code, member
        self.found, self.expected, self.cure = found, expected, cure
        super().__init__(str(Fault(member, found, expected, cure)))

    def __reduce__(self):
        return type(self), (self.code, self.member, self.found, self.expected, self.cure)


class SearchStateError(KitError):
    """A search on disk cannot be continued as asked. Exit status 4."""

    exit_code = 4


class ResourceError(KitError):
    """Too little disk or memory. Exit status 5."""

    exit_code = 5


@dataclasses.dataclass(frozen=True)
class Fault:
    """One thing wrong with one place of the data.

    Args:
        where: file, "row 17", "column 'age'", or several of them joined by ", ".
        found: what is there.
        expected: what would be right. May be empty.
        cure: what the user can do. May be empty.
    """

    where: str
    found: str
    expected: str = ""
    cure: str = ""

    def __str__(self):
        expected = f"; expected {self.expected}" if self.expected else ""
        cure = f". {self.cure}" if self.cure else ""
        return f"{self.where}: {self.found}{expected}{cure}"


class DataError(KitError):
    """The data cannot be used as they are. `faults` lists every one of them.

    Example:
        >>> print(DataError([Fault("row 3", "label 'cta'", "cat or dog")]))
        1 fault in the data:
          row 3: label 'cta'; expected cat or dog
    """

    def __init__(self, faults):
        faults = [Fault("data", faults)] if isinstance(faults, str) else list(faults)
        self.faults = tuple(faults)
        super().__init__(_listed(self.faults))


class SchemaError(DataError):
    """Inputs at prediction differ from those the model was trained on."""


def unknown(kind, name, known):
    """The error for a name that is not in a list of names.

    Example:
        >>> print(unknown("backbone", "resent", ["cnn", "resnet"]))
        Unknown backbone 'resent'. Did you mean 'resnet'? Known: cnn, resnet.
    """
    known = sorted(map(str, known))
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    return KitError(f"Unknown {kind} '{name}'.{hint} Known: {', '.join(known)}.")


def counted(count, word):
    """A count with its noun.

    Example:
        >>> counted(1, "trial"), counted(3, "trial")
        ('1 trial', '3 trials')
    """
    return f"{count} {word}{'s' * (count != 1)}"


def missing_extra(package, extra):
    """The error for an optional package that is not installed."""
    return KitError(f"{package} is not installed. Run: pip install 'keras-kit[{extra}]'")


def as_kit_error(error):
    """An error whose cause lies outside of kit (memory, disk, files) as a `KitError`; else None.

    Example:
        >>> as_kit_error(MemoryError()).exit_code, as_kit_error(TypeError()) is None
        (5, True)
    """
    if isinstance(error, KitError):
        return error
    if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":  # TensorFlow's
        return ResourceError("Out of memory. Choose a smaller batch_size or smaller images.")
    if isinstance(error, OSError) and error.errno in FULL:
        return ResourceError(f"{error.filename or 'The disk'}: disk full. Free some space and repeat.")
    if isinstance(error, OSError) and error.filename is not None:
        return KitError(f"{error.filename}: {error.strerror}.")
    return None


def _listed(faults):
    count = f"{counted(len(faults), 'fault')} in the data:"
    more = [f"  ... and {len(faults) - SHOWN} more"] if len(faults) > SHOWN else []
    return "\n".join([count, *(f"  {fault}" for fault in faults[:SHOWN]), *more])
