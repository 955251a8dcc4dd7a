"""Average precision: equal to COCO's own evaluation in every number, on any detections."""

import numpy as np
import pytest

from kit import boxes
from kit.evaluation.average_precision import average_precision
from kit.evaluation.box_intervals import by_weights, intervals

NAMES = ("map_50_95", "map_50", "map_75", "map_small", "map_medium", "map_large")
NAMES += ("ar_1", "ar_10", "ar_100", "ar_small", "ar_medium", "ar_large")


def by_coco(truths, detections, classes):
    """The twelve numbers of COCOeval."""
    coco = pytest.importorskip("faster_coco_eval", reason="needs faster-coco-eval")
    annotations, results = [], []
    for image, (truth, found) in enumerate(zip(truths, detections, strict=True)):
        crowds = truth.get("crowd", np.zeros(len(truth["labels"]), bool))
        for box, label, crowd in zip(truth["boxes"], truth["labels"], crowds, strict=True):
            sides = boxes.converted(box, "xyxy", "xywh").tolist()
            entry = {"id": len(annotations) + 1, "image_id": image, "category_id": int(label), "bbox": sides}
            annotations.append({**entry, "area": sides[2] * sides[3], "iscrowd": int(crowd)})
        for box, label, score in zip(found["boxes"], found["labels"], found["scores"], strict=True):
            sides = boxes.converted(box, "xyxy", "xywh").tolist()
            results.append(
                {"image_id": image, "category_id": int(label), "bbox": sides, "score": float(score)}
            )
    given = coco.COCO(
        {
            "images": [{"id": image, "width": 640, "height": 640} for image in range(len(truths))],
            "categories": [{"id": number, "name": str(number)} for number in range(classes)],
            "annotations": annotations,
        }
    )
    evaluated = coco.COCOeval_faster(given, given.loadRes(results), "bbox")
    evaluated.evaluate()
    evaluated.accumulate()
    evaluated.summarize()
    return np.asarray(evaluated.stats[:12], float)


def scenes(rng, images=12, classes=3, crowds=False, ties=False):
    """True boxes of all sizes, and detections: near them, twice, of the wrong class, and nowhere."""
    truths, detections = [], []
    for _ in range(images):
        count = int(rng.integers(0, 9))
        corners = rng.uniform(0, 400, (count, 2))
        sides = np.exp(rng.uniform(np.log(6), np.log(220), (count, 2)))
        truth = {"boxes": np.concatenate([corners, corners + sides], axis=1)}
        truth["labels"] = rng.integers(0, classes, count)
        if crowds:
            truth["crowd"] = rng.random(count) < 0.2
        near = np.repeat(truth["boxes"], 2, axis=0)
        near = near + rng.normal(0, 0.12, near.shape) * np.tile(np.repeat(sides, 2, axis=0), 2)
        far = rng.uniform(0, 300, (5, 2))
        found = np.concatenate([near, np.concatenate([far, far + rng.uniform(5, 200, (5, 2))], axis=1)])
        found[:, 2:] = np.maximum(found[:, 2:], found[:, :2] + 1)
        labels = np.concatenate([np.repeat(truth["labels"], 2), rng.integers(0, classes, 5)])
        labels = np.where(rng.random(len(labels)) < 0.1, rng.integers(0, classes, len(labels)), labels)
        scores = rng.random(len(found))
        scores = scores.round(1) if ties else scores
        truths.append(truth)
        detections.append({"boxes": found, "labels": labels, "scores": scores})
    return truths, detections


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", [{}, {"crowds": True}, {"ties": True}], ids=["plain", "crowds", "ties"])
def test_all_twelve_numbers_are_those_of_coco(seed, kind):
    truths, detections = scenes(np.random.default_rng(seed), **kind)
    found = average_precision(truths, detections, 3).metrics()
    expected = by_coco(truths, detections, 3)
    np.testing.assert_allclose([np.nan_to_num(found[name], nan=-1.0) for name in NAMES], expected, atol=1e-6)


def by_voc(truths, detections):
    """(right, wrong) of each detection of one class from the best on, as VOC's devkit marks them at 0.5."""
    ranked = [
        (score, row, box)
        for row, each in enumerate(detections)
        for box, score in zip(each["boxes"], each["scores"], strict=True)
    ]
    taken, marks = [set() for _ in truths], []
    for _, row, box in sorted(ranked, key=lambda each: -each[0]):
        overlaps = boxes.iou(box[None], truths[row]["boxes"])[0]
        best = int(overlaps.argmax()) if len(overlaps) else -1
        if best < 0 or overlaps[best] < 0.5:
            marks.append((False, True))
        elif truths[row]["difficult"][best]:
            marks.append((False, False))
        else:
            marks.append((best not in taken[row], best in taken[row]))
            taken[row].add(best)
    return np.array(marks).T


def test_difficult_objects_count_neither_way_however_often_they_are_found(rng):
    truths, detections = [], []
    for _ in range(10):  # objects lie apart, so that it is clear which one a box is about
        corners = 100.0 * np.argwhere(rng.random((4, 4)) < 0.6) + rng.uniform(0, 30, 2)
        truth = {"boxes": np.concatenate([corners, corners + rng.uniform(30, 60, corners.shape)], axis=1)}
        count = len(corners)
        truths.append({**truth, "labels": np.zeros(count, int), "difficult": rng.random(count) < 0.4})
        near = np.repeat(truth["boxes"], 3, axis=0)
        near = near + rng.normal(0, 5, near.shape)
        found = {"boxes": near, "labels": np.zeros(len(near), int), "scores": rng.random(len(near))}
        detections.append(found)
    (evidence,) = average_precision(truths, detections, 1).evidence
    right, wrong = by_voc(truths, detections)
    assert right.any() and wrong.any() and not (right | wrong).all()
    np.testing.assert_array_equal(evidence.right[0], right)
    np.testing.assert_array_equal(evidence.counts[0], right | wrong)
    assert evidence.objects.sum() == sum((~truth["difficult"]).sum() for truth in truths)


def test_the_truth_itself_scores_one(rng):
    truths, _ = scenes(rng)
    copies = [{**truth, "scores": np.ones(len(truth["labels"]))} for truth in truths]
    assert average_precision(truths, copies, 3).metrics()["map_50_95"] == pytest.approx(1)


def test_what_was_found_in_other_images_is_worth_next_to_nothing(rng):
    truths, _ = scenes(rng, images=30)
    found = [{**truth, "scores": np.ones(len(truth["labels"]))} for truth in truths]
    assert average_precision(truths, found, 3).metrics()["map_50"] == pytest.approx(1)
    assert average_precision(truths, [*found[1:], found[0]], 3).metrics()["map_50"] < 0.1


def test_more_than_a_hundred_detections_an_image_do_not_count(rng):
    truth = {"boxes": np.array([[0.0, 0.0, 50.0, 50.0]]), "labels": np.array([0])}
    far = np.tile([[300.0, 300.0, 350.0, 350.0]], (100, 1))
    found = {"boxes": np.concatenate([far, truth["boxes"]]), "labels": np.zeros(101, int)}
    found["scores"] = np.linspace(1, 0.1, 101)
    assert average_precision([truth], [found], 1).metrics()["map_50"] == 0


def test_classes_without_true_boxes_have_no_value_and_do_not_count():
    truth = {"boxes": np.array([[0.0, 0.0, 50.0, 50.0]]), "labels": np.array([1])}
    found = {**truth, "scores": np.array([0.5])}
    result = average_precision([truth], [found], 3)
    assert np.isnan(result.by_class()[[0, 2]]).all() and result.by_class()[1] == pytest.approx([1, 1])
    assert result.metrics()["map_50_95"] == pytest.approx(1) and np.isnan(result.metrics()["map_small"])


def test_nothing_found_is_zero_and_nothing_there_is_undefined():
    nothing = {"boxes": np.zeros((0, 4)), "labels": np.zeros(0, int), "scores": np.zeros(0)}
    truth = {"boxes": np.array([[0.0, 0.0, 50.0, 50.0]]), "labels": np.array([0])}
    assert average_precision([truth], [nothing], 1).metrics()["map_50_95"] == 0
    assert np.isnan(average_precision([nothing], [nothing], 1).metrics()["map_50_95"])


def test_drawing_images_anew_is_as_measuring_them_so_often(rng):
    truths, detections = scenes(rng)
    found = average_precision(truths, detections, 3)
    weights = rng.integers(0, 3, (len(truths), 4)).astype(float)
    values = by_weights(found.evidence, weights)
    for column, counts in enumerate(weights.T.astype(int)):
        again = [np.repeat(np.array(each, object), counts).tolist() for each in (truths, detections)]
        expected = average_precision(*again, 3).precision[..., 0].mean(axis=1)
        np.testing.assert_allclose(values[:, column], expected.T, atol=1e-9)


def test_the_interval_holds_the_average_precision(rng):
    truths, detections = scenes(rng, images=40)
    found = average_precision(truths, detections, 3)
    for name, (low, high) in intervals(found, 40, seed=0, resamples=50).items():
        assert low < found.metrics()[name] < high


def test_the_best_score_is_that_of_a_search_over_all_scores(rng):
    truths, detections = scenes(rng)
    best = average_precision(truths, detections, 1).best_scores()[0]
    own = [
        {key: values[each["labels"] == 0] for key, values in each.items()} for each in (*truths, *detections)
    ]
    truths, detections = own[: len(truths)], own[len(truths) :]
    objects = sum(len(truth["labels"]) for truth in truths)

    def f1(score):
        kept = [{key: values[each["scores"] >= score] for key, values in each.items()} for each in detections]
        found = average_precision(truths, kept, 1).evidence[0].right[0].sum()
        return 2 * found / (objects + sum(len(each["labels"]) for each in kept))

    scores = np.concatenate([each["scores"] for each in detections])
    assert f1(best) >= 0.98 * max(map(f1, scores))  # precision is read at 101 recalls
