"""Tensors as the Open Inference Protocol writes them in JSON: checked, and made flat."""

import math

from kit.serving.refusals import Refused

_WHOLE = (f"{sign}INT{bits}" for sign in ("", "U") for bits in (8, 16, 32, 64))
DATATYPES = ("BOOL", "BYTES", "FP32", "FP64", *_WHOLE)
_FIELDS = {"name", "shape", "datatype", "data", "parameters"}


def read(given, wanted):
    """The tensors of a request by name, each (datatype, shape, flat list of values).

    Args:
        given: list of tensors, as JSON holds them.
        wanted: names; each must be there once, and no other.

    Raises:
        Refused: 400; says which tensor and what is wrong with it.

    Example:
        >>> read([{"name": "age", "shape": [2, 1], "datatype": "FP32", "data": [[1], [2]]}], ["age"])
        {'age': ('FP32', [2, 1], [1, 2])}
    """
    if not isinstance(given, list):
        raise Refused(400, '"inputs" is a list of tensors.')
    found = dict(_one(each) for each in given)
    if set(found) != set(wanted) or len(found) < len(given):
        raise Refused(400, f"Expected one tensor for each of {', '.join(map(repr, wanted))[:500]}.")
    return found


def _one(tensor):
    if not isinstance(tensor, dict) or not set(tensor) <= _FIELDS or not isinstance(tensor.get("name"), str):
        raise Refused(400, "A tensor is an object of name, shape, datatype and data.")
    name, shape, datatype, data = (tensor.get(key) for key in ("name", "shape", "datatype", "data"))
    where = f"Tensor {name[:64]!r}"
    if datatype not in DATATYPES:
        raise Refused(400, f"{where}: datatype is one of {', '.join(DATATYPES)}.")
    if not isinstance(shape, list) or not shape or not all(map(_is_size, shape)):
        raise Refused(400, f"{where}: shape is a list of whole numbers.")
    if not isinstance(data, list):
        raise Refused(400, f"{where}: data is a list.")
    values, count = _flat(data), math.prod(shape)
    if len(values) != count:
        raise Refused(400, f"{where} has {len(values)} values; its shape says {count}.")
    return name, (datatype, shape, values)


def _is_size(value):
    return type(value) is int and 0 <= value < 2**31


def _flat(data):
    """All values of lists inside lists, in order."""
    if not any(isinstance(each, list) for each in data):
        return data
    return [value for each in data for value in (_flat(each) if isinstance(each, list) else [each])]
