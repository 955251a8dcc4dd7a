"""What a kind of input is to a server."""

from kit.registry import Registry
from kit.serving.refusals import Refused

KINDS = Registry("kind of input", "kit.serving.kinds")


class Kind:
    """How requests bring raw inputs. Subclasses implement all but `of_files` and `check`.

    Args:
        input: the model's input.
        limits: `kit.serving.limits.Limits`.

    Attributes:
        name: of the kind.
        takes_files: whether files can be uploaded.
    """

    name = ""
    takes_files = False

    def __init__(self, input, limits):
        self.input, self.limits = input, limits

    def schema(self):
        """JSON Schema of one instance."""
        raise NotImplementedError

    def example(self):
        """One instance that the model takes, as JSON."""
        raise NotImplementedError

    def facts(self):
        """What a page must know to ask for an instance, as JSON."""
        return {"kind": self.name, "files": self.takes_files}

    def read(self, instances):
        """Instances of JSON -> list of raw inputs.

        Raises:
            Refused, DataError: names each that is none.
        """
        raise NotImplementedError

    def of_files(self, contents):
        """Contents of uploaded files -> list of raw inputs."""
        raise Refused(415, f"This model takes {self.input.describe()}; expected JSON, not files.")

    def tensors(self):
        """The tensors of the Open Inference Protocol: list of {"name", "datatype", "shape"}, -1 for free."""
        raise NotImplementedError

    def of_tensors(self, tensors):
        """Tensors by name, each (datatype, shape, flat list of values) -> list of raw inputs."""
        raise NotImplementedError


def reshaped(name, tensor):
    """The values of a tensor (datatype, shape, flat list) as a NumPy array of its shape.

    Raises:
        Refused: 400 if they are no numbers or do not fill the shape.

    Example:
        >>> reshaped("x", ("FP32", [2, 1], [1.5, None])).tolist()
        [[1.5], [nan]]
    """
    import numpy as np

    datatype, shape, values = tensor
    types = {type(value) for value in values}
    if not types <= ({int, bool} if "INT" in datatype else {int, float, bool, type(None)}):
        expected = "whole numbers" if "INT" in datatype else "numbers"
        raise Refused(400, f"Tensor {name!r} is {datatype} and holds other values than {expected}.")
    try:
        return np.array(values, "int64" if types <= {int, bool} else "float64").reshape(shape)
    except (ValueError, OverflowError, TypeError):
        raise Refused(400, f"Tensor {name!r} has {len(values)} values; expected shape {shape}.") from None


def array(instance, where):
    """Lists of numbers inside each other -> float64 or int64 array; null is NaN.

    Raises:
        Refused: 400 if lists differ in length or hold something else.

    Example:
        >>> array([[1, 2], [3, None]], "instance 0").tolist()
        [[1.0, 2.0], [3.0, nan]]
    """
    import numpy as np

    try:
        found = np.array(instance)
        if found.dtype == object and {type(value) for value in found.flat} <= {int, float, type(None)}:
            found = found.astype("float64")
    except (ValueError, TypeError, OverflowError):
        found = np.array(None)
    if found.dtype.kind not in "uif" or not isinstance(instance, list):
        raise Refused(400, f"{where} is no array of numbers: lists of equal lengths are expected.")
    return found
