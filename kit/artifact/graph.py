"""What is checked of model.onnx before ONNX Runtime sees it: a walk through its bytes, no library.

An ONNX file is one message of Protocol Buffers. ONNX Runtime opens files that a tensor names and looks
for operators that a node names elsewhere; here both are refused, and so is all that is not arithmetic.
Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (numbers of the fields)
"""

import math

from kit.artifact import allowed
from kit.errors import ArtifactError

LARGEST = 2**31 - 1  # bytes: the limit of Protocol Buffers
LARGEST_SHAPE = 2**28  # numbers in one tensor that a shape in the file asks for: 1 GB
OPERATORS = allowed.names(
    """
    Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant
    ConstantOfShape Conv ConvTranspose Cos CumSum DepthToSpace Div Dropout Einsum Elu Equal Erf Exp
    Expand Flatten Floor GRU Gather GatherElements GatherND Gelu Gemm GlobalAveragePool GlobalMaxPool
    Greater GreaterOrEqual GroupNormalization HardSigmoid HardSwish Identity InstanceNormalization
    IsInf IsNaN LSTM LayerNormalization LeakyRelu Less LessOrEqual Log LogSoftmax MatMul Max MaxPool Mean
    Min Mod Mul Neg Not OneHot Or PRelu Pad Pow Range Reciprocal ReduceL2 ReduceMax ReduceMean
    ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize Round ScatterND Selu Shape
    Sigmoid Sign Sin Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tan
    Tanh Tile TopK Transpose Unsqueeze Upsample Where Xor
    """
)
_INT64, _LONGEST_SHAPE = 7, 8  # type of the numbers that are shapes, and how many one has
_NO_END = 2**31 - 1  # and above it: how a slice says "to the end"
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL = {1, 2, 3, 4, 5, 6, 7, 8, 14}  # all but training and functions
_GRAPH = {1, 2, 5, 10, 11, 12, 13, 16}  # all but sparse tensors and quantisation
_NODE = {1, 2, 3, 4, 5, 6, 9}  # all but domain and overload
_ATTRIBUTE = {1, 2, 3, 4, 5, 7, 8, 9, 13, 20}  # all but graphs, types, references and lists of tensors
_TENSOR = {1, 2, 4, 5, 7, 8, 9, 10, 11, 12}  # all but text, segments and data that lie elsewhere


def check_graph(content, member="model.onnx"):
    """Refuses an ONNX file that does anything but arithmetic on what it holds.

    Args:
        content: the file's bytes.
        member: name of the file in messages.

    Raises:
        ArtifactError: code "onnx".

    Example:
        >>> try:
        ...     check_graph(b"no model")
        ... except kit.ArtifactError as error:
        ...     print(error.code)
        onnx
    """
    try:
        graphs = [value for number, value in _checked(memoryview(content), _MODEL, "model") if number == 7]
        if len(graphs) != 1:
            raise _Refused(f"holds {len(graphs)} graphs; expected 1")
        _check_graph(graphs[0])
    except _Refused as refused:
        raise _fault(member, str(refused)) from None
    except (ValueError, IndexError, TypeError):  # TypeError: a number where bytes are expected, or so
        raise _fault(member, "is no ONNX file, or damaged") from None


class _Refused(Exception):
    pass


def _check_graph(graph):
    for number, value in _checked(graph, _GRAPH, "graph"):
        if number == 1:
            _check_node(value)
        elif number == 5:
            _check_tensor(value)


def _check_node(node):
    kinds, attributes = [], []
    for number, value in _fields(node):
        if number == 7 and bytes(value) not in (b"", b"ai.onnx"):
            raise _Refused(f"uses an operator of {_text(value)}; expected ONNX's own")
        if number not in _NODE | {7}:
            raise _Refused(f"has a node with field {number}, which kit does not write")
        if number == 4:
            kinds.append(_text(value))
        elif number == 5:
            attributes.append(value)
    if len(kinds) != 1 or kinds[0] not in OPERATORS:
        raise _Refused(f"uses the operator {' '.join(kinds) or 'without a name'}, which is not on the list")
    for attribute in attributes:
        _check_attribute(attribute)


def _check_attribute(attribute):
    for number, value in _checked(attribute, _ATTRIBUTE, "attribute"):
        if number == 5:
            _check_tensor(value)


def _check_tensor(tensor):
    kind, whole = None, []
    for number, value in _fields(tensor):
        if number == 2:
            kind = value
        elif number in (7, 9):
            whole = _whole_numbers(number, value)
        if number == 13 or (number == 14 and value != 0):
            raise _Refused("has numbers in another file; expected all of them in this one")
        if number not in _TENSOR | {14}:
            raise _Refused(f"has a tensor with field {number}, which kit does not write")
    size = math.prod(number for number in whole if 0 < number < _NO_END) if kind == _INT64 else 1
    if size > LARGEST_SHAPE:
        raise _Refused(f"has the shape {str(whole)[:80]}, which is larger than any that kit writes")


def _whole_numbers(number, value):
    """The numbers of a tensor that is short enough to be a shape, if they are 64-bit: else nothing."""
    if len(value) > 8 * _LONGEST_SHAPE:
        return []
    if number == 9:
        return [int.from_bytes(value[at : at + 8], "little", signed=True) for at in range(0, len(value), 8)]
    found, at = [], 0
    while at < len(value):
        each, at = _varint(value, at)
        found.append(each)
    return found if len(found) <= _LONGEST_SHAPE else []


def _checked(message, known, what):
    for number, value in _fields(message):
        if number not in known:
            raise _Refused(f"has a {what} with field {number}, which kit does not write")
        yield number, value


def _fields(message):
    """(number, value) of each field of a message: an int, or a view of bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
        else:
            size, at = _size(kind, message, at)
            value, at = message[at : at + size], at + size
        if at > len(message) or not key >> 3:
            raise ValueError
        yield key >> 3, value


def _size(kind, message, at):
    if kind == _BYTES:
        return _varint(message, at)
    return {_FIXED64: 8, _FIXED32: 4}.get(kind) or _bad(), at


def _bad():
    raise ValueError


def _varint(message, at):
    value = 0
    for shift in range(0, 70, 7):
        byte = message[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    raise ValueError


def _text(value):
    return bytes(value[:60]).decode("utf-8")


def _fault(member, found):
    return ArtifactError("onnx", member, found)
