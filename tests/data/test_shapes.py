"""kit.data.shapes: drawn pictures and their truth."""

import numpy as np
import pytest

import kit
from kit.data.noise import estimated_sigma
from kit.data.shapes import CLASSES, _drawn, shapes
from kit.maps import VOID

scenes = pytest.mark.parametrize("scene", CLASSES)


@scenes
def test_pictures_depend_on_seed_and_index_alone(scene):
    images, masks = shapes(samples=6, size=(32, 48), scene=scene)
    few_images, few_masks = shapes(samples=2, size=(32, 48), scene=scene)
    assert (images[:2] == few_images).all() and (masks[:2] == few_masks).all()
    others, _ = shapes(samples=2, size=(32, 48), seed=1, scene=scene)
    assert not (others == few_images).all() and not (images[0] == images[1]).all()


@scenes
def test_every_class_is_drawn_and_void_only_in_streets(scene):
    _, masks = shapes(samples=40, scene=scene)
    expected = set(range(len(CLASSES[scene]))) | ({VOID} if scene == "streets" else set())
    assert masks.dtype == np.uint8 and set(np.unique(masks).tolist()) == expected


def test_no_class_of_shapes_is_told_by_its_colour():
    images, masks = shapes(samples=60)
    means = [images[masks == label].mean(axis=0) for label in range(1, 4)]
    spreads = [images[masks == label].std(axis=0).min() for label in range(1, 4)]
    assert np.ptp(means, axis=0).max() < min(spreads)  # the classes' colours overlap widely


def test_the_truth_lies_where_the_picture_changes():
    images, masks = shapes(samples=30, size=(96, 96))
    steps = np.abs(np.diff(images.astype("float32"), axis=2)).mean(axis=-1)
    edges = masks[:, :, 1:] != masks[:, :, :-1]
    assert steps[edges].mean() > 2 * steps[~edges].mean()


def test_denoising_gets_the_same_scenes_without_grain():
    clean, (grainy, _) = shapes("denoising", samples=8), shapes(samples=8)
    difference = grainy.astype("float32") - clean
    assert 5 < difference.std() < 7 and abs(difference.mean()) < 0.5
    assert np.mean([estimated_sigma(image) for image in grainy]) > 4 + np.mean(
        [estimated_sigma(image) for image in clean]
    )


@scenes
def test_boxes_lie_around_what_is_seen_of_each_object(scene):
    for index in range(20):
        canvas = _drawn(scene, (64, 64), 0, index, "detection")
        (boxes_xyxy, labels), mask = canvas.objects(CLASSES[scene]), canvas.mask
        assert boxes_xyxy.shape == (len(labels), 4) and boxes_xyxy.dtype == np.float32
        assert (boxes_xyxy[:, 2:] > boxes_xyxy[:, :2]).all() and boxes_xyxy.max(initial=0) <= 64
        for (left, top, right, bottom), label in zip(boxes_xyxy.astype(int), labels, strict=True):
            inside = mask[top:bottom, left:right] == CLASSES[scene].index(label)
            for side in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert side.any()  # tight: the object reaches every side


def test_detection_names_objects_and_no_ground():
    _, truths = shapes("detection", samples=30, scene="streets")
    assert {label for _, labels in truths for label in labels} == {"car", "tree", "pole"}


def test_a_tree_is_one_object():
    for (boxes, labels), mask in zip(
        shapes("detection", 30, (96, 96), scene="streets")[1],
        shapes("segmentation", 30, (96, 96), scene="streets")[1],
        strict=True,
    ):
        assert (labels == "tree").sum() <= 4 and len(boxes) <= 4 + 3  # as many as are planted and parked
        assert ("tree" in labels) or (mask == CLASSES["streets"].index("tree")).sum() < 20


@pytest.mark.parametrize(
    "options, message",
    [
        ({"task": "segmentaton"}, "Did you mean 'segmentation'"),
        ({"scene": "street"}, "Did you mean 'streets'"),
        ({"size": (8, 64)}, r"at least 16 x 16 pixels. Received: 200 of \(8, 64\)"),
        ({"samples": 0}, "Received: 0 of"),
    ],
)
def test_what_cannot_be_drawn_is_told(options, message):
    with pytest.raises(kit.KitError, match=message):
        shapes(**options)
