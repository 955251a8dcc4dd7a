"""What is changed in an ONNX file: it is made by the onnx library, and ONNX Runtime says what it computes."""

import math

import keras
import numpy as np
import pytest

from kit.artifact.graph import check_graph
from kit.artifact.onnx_graph import OnnxGraph
from kit.errors import ArtifactError

onnx = pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")


@pytest.fixture
def file(tmp_path):
    """y = erfc(x) + x, with the operator that TensorFlow's exporter leaves in."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    ends = [helper.make_tensor_value_info(name, kind, [None]) for name in ("x", "y", "e")]
    nodes = [helper.make_node("Erfc", ["x"], ["e"]), helper.make_node("Add", ["e", "x"], ["y"])]
    graph = helper.make_graph(nodes, "g", ends[:1], ends[1:])
    opset = [helper.make_opsetid("", 15)]
    (tmp_path / "model.onnx").write_bytes(
        helper.make_model(graph, opset_imports=opset, ir_version=8).SerializeToString()
    )
    return tmp_path / "model.onnx"


def outputs(file, **feed):
    session = onnxruntime.InferenceSession(file.read_bytes(), providers=["CPUExecutionProvider"])
    return session.run(None, feed)


def test_an_operator_that_onnx_lacks_is_written_out(file):
    with pytest.raises(ArtifactError, match="Erfc"):
        check_graph(file.read_bytes())
    graph = OnnxGraph(file)
    graph.write_out()
    graph.save()
    check_graph(file.read_bytes())
    x = np.array([-3.0, -0.5, 0.0, 0.5, 3.0], "float32")
    want = [math.erfc(each) + each for each in x.tolist()]
    np.testing.assert_allclose(outputs(file, x=x)[0], want, atol=1e-6)


def test_nodes_may_be_added_before_those_whose_results_they_take(file):
    graph = OnnxGraph(file)
    graph.write_out()
    graph.add("Mul", "twice", "sum", gives="squared")
    graph.add("Add", "x", "x", gives="twice")
    graph.add("Identity", "twice", gives="sum")
    graph.narrow((), ["e"])
    graph.save()
    onnx.checker.check_model(onnx.load(file), full_check=True)  # which asks for their order
    assert [each.name for each in onnx.load(file).graph.output] == ["y"]


def test_a_circle_of_nodes_is_an_error_and_the_file_stays_as_it_was(file):
    before, graph = file.read_bytes(), OnnxGraph(file)
    graph.add("Identity", "b", gives="a")
    graph.add("Identity", "a", gives="b")
    with pytest.raises(ValueError, match="takes what no other gives"):
        graph.save()
    assert file.read_bytes() == before


def test_a_file_to_which_nothing_was_added_is_not_written_anew(file):
    before = file.stat().st_mtime_ns
    OnnxGraph(file).save()
    assert file.stat().st_mtime_ns == before


@pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="the export itself is TensorFlow's")
def test_an_exact_gelu_is_exported_as_plain_arithmetic(tmp_path):
    pytest.importorskip("tf2onnx")
    from kit.artifact import export

    numbers = keras.Input((1,), name="numbers")
    network = keras.Model(numbers, keras.layers.Activation("gelu")(numbers))
    export.by_keras(network, tmp_path / "gelu.onnx")
    check_graph((tmp_path / "gelu.onnx").read_bytes())
    x = np.linspace(-6, 6, 25, dtype="float32")[:, None]
    want = [each * (1 + math.erf(each / math.sqrt(2))) / 2 for each in x[:, 0].tolist()]
    np.testing.assert_allclose(outputs(tmp_path / "gelu.onnx", numbers=x)[0][:, 0], want, atol=1e-6)
