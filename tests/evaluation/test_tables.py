import numpy as np
import pytest
from sklearn import metrics

import kit
from kit.evaluation import tables
from kit.evaluation.outcome import outcome_of


def test_each_class_agrees_with_scikit_learn(make, outcome):
    task, labels, outputs = make("multiclass", absent=(1,))
    said = [decision.label for decision in task.decide(outputs)]
    expected = metrics.precision_recall_fscore_support(labels, said, labels=task.classes, zero_division=0)
    table = tables.per_class(outcome(task, labels, outputs))
    np.testing.assert_allclose(table.to_numpy().T, expected)
    assert tuple(table.index) == task.classes and table.loc["b", "support"] == 0


def test_the_confusion_matrix_is_scikit_learns_with_all_classes(make, outcome):
    task, labels, outputs = make("multiclass", absent=(1,))
    said = [decision.label for decision in task.decide(outputs)]
    table = tables.confusion(outcome(task, labels, outputs))
    assert (table.to_numpy() == metrics.confusion_matrix(labels, said, labels=task.classes)).all()
    assert (table.index.name, table.columns.name) == ("truth", "decision")


def test_labels_are_found_or_missed_each_by_itself(make, outcome):
    task, true, outputs = make("multilabel")
    (negative, wrong), (missed, found) = metrics.multilabel_confusion_matrix(true, outputs >= 0.5)[2]
    assert tables.confusion(outcome(task, true, outputs)).loc["sun"].tolist() == [
        found,
        missed,
        wrong,
        negative,
    ]


def test_numbers_have_no_confusion_and_a_row_for_each_target(make, outcome):
    task, true, outputs = make("several")
    found = outcome(task, true, outputs)
    table = tables.per_class(found)
    assert tables.confusion(found) is None
    assert table.loc["large", "mae"] == pytest.approx(metrics.mean_absolute_error(true[:, 1], outputs[:, 1]))
    assert table.loc["small", "r2"] == pytest.approx(metrics.r2_score(true[:, 0], outputs[:, 0]), abs=1e-5)


def test_mistakes_come_commonest_first_and_leave_out_what_is_right():
    labels = ["a", "b", "b", "c", "c", "c"]
    outputs = np.eye(3)[[0, 0, 0, 1, 2, 2]]
    table = tables.mistakes(outcome_of(kit.Classification(("a", "b", "c")), labels, outputs))
    assert table.to_numpy().tolist() == [["b", "a", 2], ["c", "b", 1]]


def test_the_worst_sample_comes_first_as_the_user_named_things(make, report):
    found = report(
        kit.Classification((3, 7)), [3, 7, 7], [[0.1], [0.2], [0.9]], names=["x.png", "y.png", "z.png"]
    )
    assert found.worst[["name", "truth", "decision"]].iloc[0].tolist() == ["y.png", 7, 3]
    assert found.worst["loss"].iloc[0] == pytest.approx(-np.log(0.2), rel=1e-5)
    assert found.worst["loss"].is_monotonic_decreasing


@pytest.mark.parametrize(
    ("name", "truth"), [("multilabel", str), ("several", str), ("numbers", float), ("shares", str)]
)
def test_truth_and_decision_read_as_labels_do(make, report, name, truth):
    row = report(*make(name)).worst.iloc[0]
    assert isinstance(row["truth"], truth) and isinstance(row["decision"], truth)


def test_without_losses_there_is_no_worst_sample(make, outcome):
    found = outcome(*make("binary"))
    assert len(tables.worst(found, ["-"] * len(found))) == 0
