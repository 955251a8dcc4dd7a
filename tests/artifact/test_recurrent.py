"""Recurrent layers as operators of ONNX say in both runtimes what Keras says, whatever the mask."""

import importlib.util

import keras
import numpy as np
import pytest
from keras import layers, ops

from kit.artifact import export, recurrent
from kit.artifact.graph import check_graph
from kit.artifact.twin import Twin

STEPS, CHANNELS = 7, 2
GRUS = [{}, {"reset_after": False}, {"use_bias": False}, {"activation": "relu"}]
exported = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow"
    or any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxruntime", "tf2onnx")),
    reason="the export itself is TensorFlow's",
)


def a_network(layer, masked=True, **options):
    """Three layers on one another, one of them backwards, and all that the first two say of each step."""
    series = keras.Input((STEPS, CHANNELS), name="series")
    mask = {"mask": series[:, :, 0] > 0} if masked else {}  # with gaps, at the start too
    onward = layer(3, return_sequences=True, **options)(series, **mask)
    backward = layer(4, return_sequences=True, go_backwards=True, **options)(onward, **mask)
    last = layer(3, go_backwards=True, **options)(backward, **mask)
    flat = [ops.reshape(onward, (-1, STEPS * 3)), ops.reshape(backward, (-1, STEPS * 4))]
    return changed(keras.Model(series, layers.Concatenate()([*flat, last])))


def changed(network):
    """The network with weights, of biases too, that are none of the first ones."""
    rng = np.random.default_rng(0)
    network.set_weights([rng.normal(0, 0.5, weight.shape) for weight in network.get_weights()])
    return network


def some_series():
    """The first counts at no step, the second at all, others here and there."""
    x = np.random.default_rng(1).normal(size=(6, STEPS, CHANNELS)).astype("float32")
    x[0, :, 0], x[1, :, 0], x[2, :, 0] = -1, 1, np.where(np.arange(STEPS) < 4, 1, -1)
    return x


def written(network, folder):
    export.by_keras(network, folder / "model.onnx")
    content = (folder / "model.onnx").read_bytes()
    check_graph(content)
    return content


@exported
@pytest.mark.parametrize("masked", [True, False], ids=["masked", "whole"])
@pytest.mark.parametrize("layer", [layers.GRU, layers.LSTM], ids=["gru", "lstm"])
def test_every_step_and_the_last_are_what_keras_says(layer, masked, tmp_path):
    network, x = a_network(layer, masked), some_series()
    content, want = written(network, tmp_path), ops.convert_to_numpy(network(x, training=False))
    for runtime in ("onnx", "openvino") if importlib.util.find_spec("openvino") else ("onnx",):
        np.testing.assert_allclose(Twin(content, runtime=runtime).forward(x), want, atol=1e-5)
    np.testing.assert_allclose(Twin(content).forward(x[2:3]), want[2:3], atol=1e-5)


@exported
@pytest.mark.parametrize("options", GRUS[1:], ids=str)
def test_variants_of_a_layer_are_told_apart(options, tmp_path):
    series = keras.Input((STEPS, CHANNELS), name="series")
    network, x = changed(keras.Model(series, layers.GRU(3, **options)(series))), some_series()
    want = ops.convert_to_numpy(network(x, training=False))
    np.testing.assert_allclose(Twin(written(network, tmp_path)).forward(x), want, atol=1e-5)


@exported
def test_a_layer_that_is_called_twice_is_put_in_twice_and_series_may_have_any_length(tmp_path):
    series = keras.Input((None, CHANNELS), name="series")
    shared = layers.LSTM(3)
    network = changed(keras.Model(series, layers.Concatenate()([shared(series), shared(2 * series)])))
    found = Twin(written(network, tmp_path))
    for x in (some_series(), some_series()[:, :3]):
        want = ops.convert_to_numpy(network(x, training=False))
        np.testing.assert_allclose(found.forward(x), want, atol=1e-5)


def test_a_network_without_recurrent_layers_is_not_cut():
    numbers = keras.Input((3,))
    network = keras.Model(numbers, layers.Dense(2)(numbers))
    assert recurrent.obstacle(network) is None
    assert recurrent.cut(network) == (network, ())


def test_cutting_leaves_the_network_as_it_was(tmp_path):
    network, x = a_network(layers.GRU), some_series()
    before = ops.convert_to_numpy(network(x))
    for _ in range(2):
        without, joints = recurrent.cut(network)
        assert len(joints) == 3 and not recurrent._calls(without)
    network.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    np.testing.assert_allclose(ops.convert_to_numpy(again(x)), before, atol=1e-6)


def from_a_state(series):
    return layers.GRU(3)(series, initial_state=layers.Dense(3)(series[:, 0]))


@pytest.mark.parametrize(
    ("build", "reason"),
    [
        (layers.GRU(3, activation="elu"), "has the activation 'elu'; ONNX's GRU takes relu, sigmoid or tanh"),
        (layers.LSTM(3, recurrent_activation="hard_sigmoid"), "activation 'hard_sigmoid'; ONNX's LSTM"),
        (layers.SimpleRNN(3), "is a SimpleRNN; take a GRU or an LSTM"),
        (layers.GRU(3, return_sequences=True, zero_output_for_mask=True), "has zero_output_for_mask"),
        (from_a_state, "starts from a state that is given to it"),
        (lambda series: layers.LSTM(3, return_state=True)(series)[1], "keeps its state or hands it on"),
        (lambda series: layers.GRU(3)(layers.Masking()(series)), "give recurrent layers theirs as mask"),
    ],
    ids=["elu", "hard", "simple", "zeros", "start", "state", "masking"],
)
def test_what_is_no_operator_of_onnx_is_named(build, reason):
    series = keras.Input((STEPS, CHANNELS))
    assert reason in recurrent.obstacle(keras.Model(series, build(series)))
