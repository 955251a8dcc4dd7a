import numpy as np
import pytest
from sklearn import metrics

from kit.evaluation.plots import ranking


@pytest.mark.parametrize("digits", [1, 9], ids=["many ties", "no ties"])
def test_the_curve_is_scikit_learns(rng, digits):
    positive = (rng.random(80) < 0.3).astype(float)
    scores = (rng.random(80) + 0.4 * positive).round(digits)
    wrong, found, _ = metrics.roc_curve(positive, scores, drop_intermediate=False)
    np.testing.assert_allclose(ranking._roc_points(positive, scores), (wrong, found))
    x, y = ranking._roc_points(positive, scores)
    assert np.trapezoid(y, x) == pytest.approx(metrics.roc_auc_score(positive, scores))


def test_the_steps_of_precision_hold_the_average_precision(rng):
    positive = (rng.random(80) < 0.3).astype(float)
    scores = rng.random(80) + 0.4 * positive
    found, precision = ranking._precision_recall_points(positive, scores)
    area = (np.diff(found) * precision[1:]).sum()
    assert area == pytest.approx(metrics.average_precision_score(positive, scores))


def test_the_point_of_the_decision_lies_on_the_curve(make, report):
    found = report(*make("binary"))
    line = found.figure("precision_recall").axes[0].lines[-1]
    assert line.get_label() == "as decided"
    assert (line.get_xdata()[0], line.get_ydata()[0]) == pytest.approx(
        (found.metrics["recall"], found.metrics["precision"])
    )


def test_of_many_classes_the_worst_are_named(make, report):
    found = report(*make("multiclass", classes=tuple("abcdefgh")))
    labels = [text.get_text() for text in found.figure("roc").axes[0].get_legend().get_texts()]
    assert labels[:5] == list(found.per_class["f1"].sort_values(kind="stable").index[:5])
    assert labels[5:] == ["3 more classes"]
