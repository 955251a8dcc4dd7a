"""The kind of task that was asked for."""

import pytest

import kit
from kit.data.readers.tasks import kind_of


@pytest.mark.parametrize(
    "task, kind",
    [
        (None, None),
        ("segmentation", "segmentation"),
        (kit.Segmentation(3), "segmentation"),
        (kit.Denoising(noise=25), "denoising"),
        (kit.Classification(3), "classification"),
    ],
)
def test_a_task_and_its_name_are_of_one_kind(task, kind):
    assert kind_of(task) == kind
