"""The number format of a run follows from the network and the processor, never from a clock."""

import keras
import pytest
from keras import layers

import kit
from kit.training import precision


def network(*hidden, shape=(32, 32, 3)):
    return keras.Sequential([keras.Input(shape), *hidden])


@pytest.fixture
def computes(monkeypatch):
    """Says whether the processor has instructions for bfloat16."""
    return lambda answer: monkeypatch.setattr(precision, "computes_bfloat16", lambda: answer)


def test_the_work_of_a_dense_layer_is_two_operations_a_weight_and_sample():
    assert precision.work(network(layers.Dense(8), shape=(5,)), 10) == 2 * 5 * 8 * 10


def test_the_work_of_a_convolution_counts_its_kernel_at_each_place_of_its_output():
    model = network(layers.Conv2D(16, 3, strides=2, padding="same"))
    assert precision.work(model, 4) == 2 * (3 * 3 * 3 * 16) * (16 * 16) * 4


def test_depthwise_convolutions_stay_in_float32_however_large(computes):
    computes(True)
    model = network(layers.Conv2D(512, 3), layers.DepthwiseConv2D(3))
    assert precision.chosen("auto", model, 1024)[0] == "float32"


@pytest.mark.parametrize(("batch_size", "expected"), [(1, "float32"), (1000, "bfloat16")])
def test_much_work_a_step_is_done_in_bfloat16_where_the_processor_computes_with_it(
    computes, batch_size, expected
):
    computes(True)
    assert precision.chosen("auto", network(layers.Conv2D(16, 3)), batch_size)[0] == expected


def test_a_processor_without_bfloat16_stays_in_float32(computes):
    computes(False)
    assert precision.chosen("auto", network(layers.Conv2D(512, 3)), 1024)[0] == "float32"


def test_what_is_asked_for_is_taken(computes):
    computes(False)
    assert precision.chosen("bfloat16", network(layers.Dense(1), shape=(2,)), 1)[0] == "bfloat16"


def test_an_unknown_format_is_refused_with_the_nearest():
    with pytest.raises(kit.errors.KitError, match="bfloat16"):
        precision.chosen("bfloat", network(layers.Dense(1), shape=(2,)), 1)


def test_jax_on_a_processor_stays_in_float32(monkeypatch):
    monkeypatch.setattr(precision, "has_accelerator", lambda: False)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    assert not precision.computes_bfloat16()
    monkeypatch.setattr(precision, "has_accelerator", lambda: True)
    assert precision.computes_bfloat16()


@pytest.mark.parametrize("accelerator", [True, False])
def test_only_products_are_lowered_on_processors_and_all_is_as_before_at_the_end(monkeypatch, accelerator):
    monkeypatch.setattr(precision, "has_accelerator", lambda: accelerator)
    kinds = layers.Conv2D(4, 3), layers.BatchNormalization(), layers.Activation("relu"), layers.Flatten()
    model = network(*kinds, layers.Dense(1, name="logits"))
    low, passing = "bfloat16", "bfloat16" if accelerator else "float32"
    with precision.lowered(model, "bfloat16"):
        found = [layer.compute_dtype for layer in model.layers]
    assert found == [low, passing, passing, "float32", "float32"]
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
