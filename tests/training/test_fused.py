"""Fused normalisation gives the numbers of Keras' own, and leaves the model as it was."""

import keras
import numpy as np
import pytest
from keras import layers

tf = pytest.importorskip("tensorflow")
if keras.backend.backend() != "tensorflow":
    pytest.skip("an operation of TensorFlow", allow_module_level=True)

from kit.training.engines.fused import fused  # noqa: E402

MAPS, SERIES, ROWS = (6, 5, 3), (9, 4), (7,)


def normalizing(shape, **options):
    """A model of one BatchNormalization whose weights are not those of the start."""
    model = keras.Sequential([keras.Input(shape), layers.BatchNormalization(momentum=0.7, **options)])
    rng = np.random.default_rng(1)
    model.set_weights([rng.uniform(0.5, 2, each.shape) for each in model.get_weights()])
    return model


def stepped(model, x, is_fused):
    """[outputs, gradients of a weighted sum by inputs and weights, all weights] after a step in training."""
    x, weights = tf.constant(x), np.random.default_rng(2).normal(size=x.shape).astype("float32")

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            outputs = model(x, training=True)
            loss = tf.reduce_sum(tf.cast(outputs, tf.float32) * weights)
        sources = [x, *(each.value for each in model.trainable_weights)]
        return outputs, tape.gradient(loss, sources)

    if is_fused:
        with fused(model):
            step.get_concrete_function()
    outputs, gradients = step()
    return [outputs.numpy(), *(each.numpy() for each in gradients), *model.get_weights()]


def operations(model, shape, **call):
    """The names of the operations that a call is traced to inside `fused`."""
    with fused(model):
        graph = tf.function(lambda x: model(x, **call)).get_concrete_function(tf.TensorSpec((4, *shape)))
    return {each.type for each in graph.graph.get_operations()}


@pytest.mark.parametrize("options", [{}, {"scale": False}, {"center": False}, {"epsilon": 0.1}], ids=str)
@pytest.mark.parametrize("shape", [MAPS, SERIES, ROWS], ids=str)
def test_a_step_gives_keras_outputs_gradients_and_moving_statistics(shape, options, rng):
    x = rng.normal(3, 2, (4, *shape)).astype("float32")
    plain, found = (stepped(normalizing(shape, **options), x, each) for each in (False, True))
    for expected, value in zip(plain, found, strict=True):
        np.testing.assert_allclose(value, expected, rtol=2e-4, atol=2e-5)


def test_one_place_alone_has_no_variance_and_finite_numbers():
    x = np.full((1, 1, 1, 3), 5.0, "float32")
    plain, found = (stepped(normalizing((1, 1, 3)), x, each) for each in (False, True))
    for expected, value in zip(plain, found, strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-5)


def test_maps_in_training_take_the_fused_operation_and_predictions_do_not():
    assert "FusedBatchNormV3" in operations(normalizing(MAPS), MAPS, training=True)
    assert "FusedBatchNormV3" not in operations(normalizing(MAPS), MAPS, training=False)


def test_channels_that_are_not_last_and_frozen_layers_are_left_to_keras():
    frozen = normalizing(MAPS)
    frozen.trainable = False
    for model in (normalizing(MAPS, axis=1), frozen):
        assert "FusedBatchNormV3" not in operations(model, MAPS, training=True)


def test_masked_steps_do_not_count(rng):
    x = rng.normal(size=(4, *SERIES)).astype("float32")
    x[:, 6:] = 0
    model = keras.Sequential([keras.Input(SERIES), layers.Masking(), layers.BatchNormalization()])
    with fused(model):
        found = tf.function(lambda x: model(x, training=True))(x).numpy()
    assert found[:, :6].mean() == pytest.approx(0, abs=1e-5)
    assert found[:, :6].std() == pytest.approx(1, abs=1e-2)


def test_the_model_is_as_before_when_the_block_ends():
    model = normalizing(MAPS)
    before = model.layers[0].call
    with fused(model):
        assert model.layers[0].call != before
    assert model.layers[0].call == before and model.to_json()
