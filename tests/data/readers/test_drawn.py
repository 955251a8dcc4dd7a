"""Drawn data by name."""

import numpy as np
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.drawn import DRAWN, SAMPLES, read
from kit.data.shapes import CLASSES, shapes


@pytest.mark.parametrize("name", DRAWN)
def test_a_scene_is_pictures_with_masks_of_named_classes(name):
    raw = read(Request(name))
    assert raw.dense == "mask" and len(raw) == len(raw.labels) == len(raw.names) == SAMPLES
    assert raw.inputs.dtype == raw.labels.dtype == object
    assert raw.inputs[0].shape == (*DRAWN[name], 3) and raw.labels[0].shape == DRAWN[name]
    found = set(np.unique(np.stack(list(raw.labels))).tolist())
    assert found - {raw.void} == set(range(len(raw.classes))) and raw.classes == CLASSES[name]
    assert raw.void == {"shapes": None, "streets": 255}[name] and not (raw.findings or raw.faults)


@pytest.mark.parametrize("task", ["denoising", kit.Denoising(noise=25)])
def test_denoising_gets_the_clean_pictures_alone(task):
    raw = read(Request("shapes", task=task))
    assert raw.dense == "image" and raw.labels is raw.inputs
    assert (raw.inputs[5] == shapes("denoising", 6)[5]).all()


@pytest.mark.parametrize("name", DRAWN)
def test_detection_gets_the_pictures_with_the_boxes_of_their_objects(name):
    raw = read(Request(name, task="detection"))
    images, truths = shapes("detection", 6, DRAWN[name], scene=name)
    assert raw.dense == "boxes" and len(raw.labels) == SAMPLES and not (raw.findings or raw.faults)
    assert (raw.inputs[5] == images[5]).all() and (raw.labels[5][0] == truths[5][0]).all()
    assert raw.labels[5][1].tolist() == truths[5][1].tolist() and set(raw.classes) < set(CLASSES[name])


def test_the_seed_of_the_split_does_not_change_the_pictures():
    first, second = read(Request("shapes", seed=0)), read(Request("shapes", seed=1))
    assert (first.inputs[0] == second.inputs[0]).all()


def test_another_task_is_refused():
    with pytest.raises(
        kit.KitError, match="'segmentation', 'denoising', 'detection'. Received: 'regression'"
    ):
        read(Request("shapes", task="regression"))
