"""Detection: from boxes to targets to boxes, places that follow the sizes of objects, and one whole round."""

import dataclasses
import json

import keras
import numpy as np
import pytest
from PIL import Image

import kit
from kit import tasks
from kit.errors import KitError, MatchError

CLASSES = ("disc", "rectangle", "triangle")


def pair(*boxes):
    """A label: boxes (x1, y1, x2, y2) of discs."""
    return np.array(boxes, "float32").reshape(-1, 4), np.array(["disc"] * len(boxes), object)


def test_a_fitted_task_knows_shares_sizes_and_how_many_boxes_an_image_has():
    task = kit.Detection(CLASSES).fitted([pair((0, 0, 10, 40), (0, 0, 20, 20)), pair()])
    assert task.padding == 8 and task.encode([pair()]).shape == (1, 8, 5)
    assert task.sides == (20.0, 20.0) and task.prior[0] == max(task.prior)


@pytest.mark.parametrize(("side", "strides"), [(9, (4,)), (30, (8,)), (60, (8, 16)), (150, (8, 16, 32))])
def test_places_are_as_near_as_the_objects_are_small(side, strides):
    task = kit.Detection(CLASSES).fitted([pair((0, 0, side, side))])
    assert task.suited(kit.Images((256, 256), 3)).strides == strides


def test_decode_is_the_inverse_of_encode():
    labels = [pair((1, 2, 8, 9)), pair()]
    task = kit.Detection(CLASSES).fitted(labels)
    for (boxes, names), (again, said) in zip(labels, task.decode(task.encode(labels)), strict=True):
        np.testing.assert_array_equal(boxes, again)
        assert list(names) == list(said)


def test_a_decision_holds_the_best_boxes_of_each_class_that_reach_the_score():
    task = kit.Detection(("cat", "dog"), score=0.3)
    outputs = np.array(
        [
            [0, 0, 10, 10, 0.9, 0.35],  # a cat, and hardly less sure a dog
            [1, 0, 11, 10, 0.8, 0.1],  # the same cat
            [20, 0, 30, 10, 0.25, 0.2],  # below the score
            [0, 20, 10, 30, 0.4, 0.0],
        ],
        "float32",
    )
    decision = task.decide(outputs[None])[0]
    assert decision.labels == ["cat", "cat", "dog"]
    assert decision.scores.tolist() == pytest.approx([0.9, 0.4, 0.35])
    assert decision.boxes_xyxy[1].tolist() == [0, 20, 10, 30]
    assert set(decision.to_json()) == {"labels", "scores", "boxes_xyxy"}


@pytest.mark.parametrize("settings", [{"score": 2}, {"iou": -1}, {"most": 0}], ids=str)
def test_numbers_out_of_range_are_refused(settings):
    with pytest.raises(KitError, match=next(iter(settings))):
        kit.Detection(CLASSES, **settings)


def test_images_of_open_size_and_maps_that_are_not_there_are_refused():
    with pytest.raises(KitError, match="image_size"):
        kit.build_detector(kit.Detection(CLASSES), (None, None, 3))
    with pytest.raises(MatchError, match="strides"):
        kit.build_detector(kit.Detection(CLASSES), (64, 64, 3), backbone="cnn", depth=1, strides=(8, 16))


def test_json_brings_back_an_equal_task():
    task = kit.Detection(CLASSES, score=0.4).fitted([pair((0, 0, 9, 9))]).suited(kit.Images((32, 64), 3))
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_any_backbone_with_maps_can_detect():
    model = kit.build_detector(kit.Detection(2), (32, 48, 1), backbone="resnet", width=4, strides=(4, 8))
    assert model.output_shape == (None, 8 * 12 + 4 * 6, 6)


@pytest.mark.large
def test_from_drawn_images_to_boxes_in_pixels_of_a_file(tmp_path):
    images, truths = kit.shapes("detection", 10, (32, 32))
    data = kit.load_data((images, truths), task="detection")
    keras.utils.set_random_seed(0)
    task = dataclasses.replace(data.task, score=0.0)  # those of an untrained network are low
    model = kit.build(task, data.input, width=4, strides=(8,))
    kit.fit(model, data, epochs=2, verbose=0)
    report = kit.evaluate(model, data.test, path=tmp_path / "report")
    assert {"loss", "map_50", "map_50_95", "ar_100"} <= report.metrics.keys()
    assert report.confusion.to_numpy()[:-1].sum() == sum(len(names) for _, names in data.test.labels)
    assert {"boxes.png", "average_precision.png"} <= {path.name for path in (tmp_path / "report").iterdir()}

    predictor = kit.load(kit.save(model, tmp_path / "model", report=report))
    Image.fromarray(images[0]).resize((96, 64), Image.Resampling.BOX).save(tmp_path / "wide.png")
    small, wide = predictor(images[0]), predictor(tmp_path / "wide.png")
    assert len(small.labels) == len(small.scores) == len(small.boxes_xyxy) > 0
    assert (wide.boxes_xyxy[:, [0, 2]] <= 96).all() and (wide.boxes_xyxy[:, [1, 3]] <= 64).all()
    assert wide.boxes_xyxy[:, 2].max() > 40


def test_eight_images_are_learnt_by_heart():
    data = kit.load_data(kit.shapes("detection", 12, (48, 48)), task="detection")
    keras.utils.set_random_seed(0)
    model = kit.build(data.task, data.input, width=16, average=False)
    kit.fit(model, data, epochs=35, batch_size=4, augment=None, verbose=0)
    assert len(data.train) == 8
    assert kit.evaluate(model, data.train, resamples=0).metrics["map_50"] > 0.95


def test_crowded_images_may_be_answered_with_more_boxes():
    crowded = [(np.tile([[0.0, 0.0, 4.0, 4.0]], (150, 1)), ["cell"] * 150)]
    assert kit.Detection(("cell",)).fitted(crowded).most == 232
    assert kit.Detection(("cell",), most=50).fitted(crowded).most == 50
    assert kit.Detection(("cell",)).fitted([(np.ones((1, 4)), ["cell"])]).most == 100
