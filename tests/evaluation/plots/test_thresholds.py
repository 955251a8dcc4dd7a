import dataclasses

import numpy as np
import pytest
from sklearn import metrics

import kit
from kit.calibration import Calibration


def test_the_lines_are_those_of_scikit_learn(make, report):
    task, labels, outputs = make("binary")
    figure = report(dataclasses.replace(task, threshold=0.3, aim="f1"), labels, outputs, resamples=0).figure(
        "threshold"
    )
    precision, recall, at = metrics.precision_recall_curve(np.array(labels) == "yes", outputs[:, 0])
    lines = {line.get_label(): line.get_xydata()[::-1] for line in figure.axes[0].get_lines()[:3]}
    np.testing.assert_allclose(lines["precision"], np.stack([at, precision[:-1]], axis=1), atol=1e-6)
    np.testing.assert_allclose(lines["recall"], np.stack([at, recall[:-1]], axis=1), atol=1e-6)
    assert figure.get_suptitle() == "'yes' is said from probability 0.300 on, chosen for f1"


def test_label_sets_are_counted_by_size(report):
    task = kit.Classification(3, calibration=Calibration(50, coverage=0.9, rule="lac", margins=(0.75,)))
    outputs = [[0.9, 0.05, 0.05], [0.5, 0.3, 0.2], [0.4, 0.35, 0.25], [0.9, 0.05, 0.05]]
    found = report(task, [0, 1, 2, 1], outputs, resamples=0)
    held, missed = found.figure("label_sets").axes[0].containers
    assert [bar.get_height() for bar in held] == [1, 1, 1]
    assert [bar.get_height() for bar in missed] == [1, 0, 0]
    assert found.metrics["coverage"] == 0.75 and found.metrics["set_size"] == pytest.approx(7 / 4)


def test_what_a_mistake_costs_is_a_score(report):
    task = kit.Classification(2, aim="cost=1:5")
    found = report(task, [0, 0, 1, 1], [[0.9], [0.1], [0.2], [0.8]], resamples=0)
    assert found.metrics["cost"] == pytest.approx((1 + 5) / 4)
    several = report(
        kit.MultilabelClassification(2, aim="cost=1:5"), np.array([[0, 1]]), [[0.9, 0.1]], resamples=0
    )
    assert several.metrics["cost"] == pytest.approx((1 + 5) / 2)
