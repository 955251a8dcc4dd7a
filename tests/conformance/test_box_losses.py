"""What every loss of boxes owes, from the network that it asks for to the decision and a file."""

import dataclasses

import keras
import numpy as np
import pytest

import kit
from kit import match
from kit.artifact.runtime import served

ROWS = match.table("boxes")
FILLER = [-1.0] * 5
TARGETS = {
    "no box": [[FILLER, FILLER], [FILLER, FILLER]],
    "one image without a box": [[[4, 4, 20, 20, 1], FILLER], [FILLER, FILLER]],
    "no area": [[[4, 4, 4, 20, 1], FILLER], [[9, 9, 9, 9, 0], FILLER]],
    "outside": [[[-40, -40, -9, -9, 1], FILLER], [[50, 4, 60, 20, 0], FILLER]],
    "several": [[[4, 4, 20, 20, 1], [4, 4, 20, 20, 0]], [[1, 1, 30, 31, 0], [20, 20, 28, 29, 1]]],
}


@pytest.fixture(scope="module", params=ROWS, ids=str)
def made(request):
    """(row, task, network, images, what it says of them) of a small detector with this loss."""
    keras.utils.set_random_seed(0)
    task = kit.Detection(("cat", "dog"), loss=request.param.loss, score=0.0)
    model = kit.build_detector(task, (32, 32, 1), width=4, strides=(8,))
    network = served(model)
    images = np.random.default_rng(0).uniform(0, 255, (2, 32, 32, 1)).astype("float32")
    return request.param, model.kit.task, network, images, array(network(images, training=False))


def array(tensor):
    return np.asarray(keras.ops.convert_to_numpy(tensor))


def each_image(task):
    config = {**task.make_loss().get_config(), "reduction": None}
    return type(task.make_loss()).from_config(config)


def test_outputs_are_as_wide_as_the_row_says_and_float32(made):
    row, _, _, _, said = made
    assert said.ndim == 3 and said.shape[-1] == match.units(row, {"classes": 2})
    assert said.dtype == np.float32 and np.isfinite(said).all()
    assert (said[..., 4:6] >= 0).all() and (said[..., 4:6] <= 1).all()


@pytest.mark.parametrize("name", TARGETS)
def test_each_image_has_a_finite_loss_that_is_the_sum_of_its_parts(made, name):
    _, task, _, _, said = made
    loss, true = each_image(task), np.array(TARGETS[name], "float32")
    said = keras.ops.convert_to_tensor(said)
    found, parts = array(loss(true, said)), loss.shown(true, said)
    assert found.shape == (2,) and np.isfinite(found).all() and (found >= 0).all()
    np.testing.assert_allclose(found, sum(array(part) for part in parts.values()), rtol=1e-5)
    if name == "no box":  # that there is none is learnt, and of no box where it is
        assert (array(parts["class_loss"]) > 0).all() and not array(parts["box_loss"]).any()


def test_a_loss_is_equal_after_its_config(made):
    _, task, _, _, said = made
    true = np.array(TARGETS["several"], "float32")
    loss = task.make_loss()
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert float(again(true, said)) == float(loss(true, said)) > 0


def test_what_is_decided_are_the_best_boxes_of_known_classes(made):
    _, task, _, _, said = made
    for decision in dataclasses.replace(task, most=7).decide(said):
        assert len(decision.boxes_xyxy) == len(decision.labels) == len(decision.scores) == 7
        assert (np.diff(decision.scores) <= 0).all() and set(decision.labels) <= {"cat", "dog"}


def test_the_network_opens_from_a_file_and_says_the_same(made, tmp_path):
    _, _, network, images, said = made
    network.save(tmp_path / "m.keras")
    kit.register()
    again = keras.models.load_model(tmp_path / "m.keras", compile=False)
    np.testing.assert_array_equal(array(again(images, training=False)), said)
