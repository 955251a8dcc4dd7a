"""What an ONNX file may hold: files are made by the onnx library, the check reads their bytes by itself."""

import numpy as np
import pytest

from kit.artifact.graph import check_graph
from kit.errors import ArtifactError

onnx = pytest.importorskip("onnx")
FLOAT = onnx.TensorProto.FLOAT


def a_model(*, change=None, op="Mul", domain="", **attributes):
    """A model y = x * w, or with another operator, as bytes; `change` may alter it before."""
    helper = onnx.helper
    weights = onnx.numpy_helper.from_array(np.arange(3, dtype="float32"), "w")
    ends = [helper.make_tensor_value_info(name, FLOAT, [None, 3]) for name in "xy"]
    node = helper.make_node(op, ["x", "w"], ["y"], domain=domain, **attributes)
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)])
    if change:
        change(model)
    return model.SerializeToString()


def refusal(content):
    with pytest.raises(ArtifactError) as caught:
        check_graph(content)
    assert (caught.value.code, caught.value.member) == ("onnx", "model.onnx")
    return str(caught.value)


def test_arithmetic_on_numbers_that_the_file_holds_is_taken():
    check_graph(a_model())
    check_graph(a_model(op="Gemm", alpha=0.5, transB=1))


def test_an_operator_of_another_library_is_refused():
    assert "com.evil" in refusal(a_model(op="Mul", domain="com.evil"))


@pytest.mark.parametrize("op", ["Loop", "If", "Scan", "StringNormalizer", "RandomNormal", "NoSuch"])
def test_an_operator_that_is_not_on_the_list_is_refused(op):
    assert op in refusal(a_model(op=op))


def test_numbers_in_another_file_are_refused():
    def outside(model):
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value="/etc/passwd")

    assert "another file" in refusal(a_model(change=outside))


def test_numbers_in_another_file_are_refused_in_a_constant_too():
    tensor = onnx.numpy_helper.from_array(np.zeros(3, "float32"), "c")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    assert "another file" in refusal(a_model(op="Constant", value=tensor))


@pytest.mark.parametrize(
    ("numbers", "refused"),
    [
        ([-1, 7, 7, 1280], False),
        ([2**63 - 1, 2**31 - 1, 0], False),  # the ends of slices
        ([10**5, 10**5], True),
        ([2**30], True),
        (list(range(1, 40)), False),  # too many for a shape
    ],
    ids=str,
)
@pytest.mark.parametrize("raw", [True, False], ids=["as bytes", "as numbers"])
def test_a_shape_that_fills_the_memory_is_refused(numbers, refused, raw):
    array = np.array(numbers, "int64")
    tensor = onnx.numpy_helper.from_array(array, "s")
    if not raw:
        tensor = onnx.helper.make_tensor("s", onnx.TensorProto.INT64, array.shape, numbers)
    content = a_model(change=lambda model: model.graph.initializer.append(tensor))
    if refused:
        assert "larger than any" in refusal(content)
    else:
        check_graph(content)


def test_a_graph_inside_a_node_is_refused():
    inner = onnx.helper.make_graph([], "inner", [], [])
    assert "attribute" in refusal(a_model(op="Mul", body=inner))
    assert "operator Loop" in refusal(a_model(op="Loop", body=inner))


@pytest.mark.parametrize("op", ["GRU", "LSTM"])
def test_a_recurrence_over_the_steps_of_a_tensor_is_taken(op):
    check_graph(a_model(op=op, hidden_size=3, activations=["Sigmoid", "Tanh"]))


def test_functions_and_training_are_refused():
    opset = [onnx.helper.make_opsetid("", 15)]
    function = onnx.helper.make_function("own", "f", ["x"], ["y"], [], opset)
    assert "field 25" in refusal(a_model(change=lambda model: model.functions.append(function)))
    assert "field 20" in refusal(a_model(change=lambda model: model.training_info.add()))


def test_every_truncation_is_refused_or_leaves_a_sound_message():
    content = a_model()
    for length in range(len(content)):
        try:
            check_graph(content[:length])
        except ArtifactError as error:
            assert error.code == "onnx"
        else:
            onnx.load_from_string(content[:length])


def test_any_byte_changed_gives_an_artifact_error_or_nothing(rng):
    content = a_model()
    for at in range(len(content)):
        changed = bytearray(content)
        changed[at] = rng.integers(256)
        try:
            check_graph(bytes(changed))
        except ArtifactError as error:
            assert error.code == "onnx"
