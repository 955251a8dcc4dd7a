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


def test_the_seed_of_the_split_does_not_change_the_pictures():
    first, second = read(Request("shapes", seed=0)), read(Request("shapes", seed=1))
    assert (first.inputs[0] == second.inputs[0]).all()


def test_another_task_is_refused():
    with pytest.raises(kit.KitError, match="'segmentation' or 'denoising'. Received: 'regression'"):
        read(Request("shapes", task="regression"))
