"""Metrics of boxes in a log: what is found, and the parts of the loss."""

import keras
import numpy as np
import pytest

from kit.losses.boxes import TaskAligned
from kit.metrics.boxes import BoxRecall, LossPart

TRUE = np.array([[[0, 0, 4, 4, 0], [-1] * 5], [[4, 0, 8, 4, 0], [0, 4, 4, 8, 0]]], "float32")


@pytest.fixture
def said(rng):
    corners = rng.uniform(0, 4, (2, 4, 2))
    rows = [corners, corners + rng.uniform(1, 4, (2, 4, 2)), rng.uniform(0.1, 0.9, (2, 4, 1))]
    return np.concatenate(rows, axis=-1).astype("float32")


def test_recall_is_the_share_of_objects_found(said):
    said = said.copy()
    said[0, 0], said[1, 0] = (0, 0, 4, 4, 0.9), (4, 0, 8, 5, 0.9)
    said[1, 1:, :4] = (0, 0, 1, 1)
    metric = BoxRecall()
    metric.update_state(TRUE, said)
    assert float(metric.result()) == pytest.approx(2 / 3)


def test_the_parts_of_a_loss_are_the_loss(said):
    loss = TaskAligned((8, 8), (4,))
    parts = [LossPart(loss, name) for name in ("class_loss", "box_loss")]
    for part in parts:
        part.update_state(TRUE[:1], said[:1])
        part.update_state(TRUE[1:], said[1:])
    alone = np.mean([float(loss(TRUE[row : row + 1], said[row : row + 1])) for row in range(2)])
    assert sum(float(part.result()) for part in parts) == pytest.approx(alone, rel=1e-6)


def test_a_part_comes_back_from_its_config():
    part = LossPart(TaskAligned((8, 8), (4,)), "box_loss")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(part))
    assert (again.name, again.loss.size) == ("box_loss", (8, 8))
