"""TwoStageModel: a Keras model with a loss of its own and nothing else, for any batch."""

import inspect

import keras
import numpy as np
import pytest

import kit
from kit.artifact.runtime import served
from kit.losses.stages import TwoStageModel

FILLER = [-1, -1, -1, -1, -1]


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    task = kit.Detection(2, anchors=((8, 8), (16, 16)))
    return kit.build_detector(task, (32, 32, 1), architecture="faster_rcnn", width=4, strides=(8,))


def batch(count, objects=2):
    rng = np.random.default_rng(count)
    corner = rng.uniform(0, 16, (count, objects, 2))
    boxes = [corner, corner + rng.uniform(4, 16, corner.shape), rng.integers(0, 2, (count, objects, 1))]
    return rng.uniform(0, 255, (count, 32, 32, 1)).astype("float32"), np.concatenate(boxes, -1).astype(
        "float32"
    )


def test_only_the_loss_is_its_own():
    own = {name for name, value in vars(TwoStageModel).items() if inspect.isfunction(value)}
    assert own == {"compute_loss", "parts", "judged"}
    assert not {"parts", "judged"} & set(dir(keras.Model))


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("objects", [0, 1, 40])
def test_any_batch_and_any_number_of_objects_has_a_loss(model, count, objects):
    x, y = batch(count, objects)
    said = model(x, training=True)
    assert np.isfinite(float(model.compute_loss(x, y, said, training=True)))
    assert np.isfinite(float(model.compute_loss(x, y, said, training=False)))


def test_images_without_boxes_teach_that_there_are_none(model):
    x, _ = batch(2)
    parts = model.parts(np.array([[FILLER]] * 2, "float32"), model(x, training=True))
    crossentropy, apart, again, moved = (float(part) for part in parts)
    assert crossentropy > 0 and again > 0 and apart == moved == 0


def test_validation_says_the_loss_of_the_detections_and_draws_nothing(model):
    x, y = batch(2)
    said = model(x, training=False)
    before = np.asarray(model.draws.state.value).copy()
    first, again = (float(model.compute_loss(x, y, said, training=False)) for _ in range(2))
    assert first == again == pytest.approx(float(model.loss(y, said["detections"])), rel=1e-6)
    np.testing.assert_array_equal(before, np.asarray(model.draws.state.value))
    model.compute_loss(x, y, said, training=True)
    assert (before != np.asarray(model.draws.state.value)).any()


def test_what_is_served_is_plain_and_says_the_same(model):
    x, _ = batch(2)
    network = served(model)
    assert type(network) is not TwoStageModel and network.output_shape == (None, 100, 6)
    np.testing.assert_allclose(
        np.asarray(network(x, training=False)), np.asarray(model(x, training=False)["detections"]), atol=1e-5
    )
    assert served(network) is network


def test_weights_of_samples_are_refused(model):
    x, y = batch(1)
    with pytest.raises(ValueError, match="sample_weight"):
        model.compute_loss(x, y, model(x), np.ones(1, "float32"))
