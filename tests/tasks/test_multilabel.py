"""Any number of labels for each input."""

import json

import numpy as np
import pytest

import kit
from kit import match, tasks
from kit.errors import DataError, KitError, MatchError

LABELS = ("cat", "dog", "fox")
LOSSES = [row.loss for row in match.table("multilabel")]


@pytest.mark.parametrize("loss", LOSSES)
def test_encoding_and_deciding_undo_each_other(loss):
    task = kit.MultilabelClassification(LABELS, loss=loss)
    carried = [["cat"], [], ["cat", "fox"], list(LABELS)]
    targets = task.encode(carried)
    assert targets.tolist() == [[1, 0, 0], [0, 0, 0], [1, 0, 1], [1, 1, 1]]
    assert [decision.labels for decision in task.decide(targets)] == carried


def test_each_label_may_have_a_threshold_of_its_own():
    task = kit.MultilabelClassification(LABELS, threshold=(0.9, 0.5, 0.1))
    assert task.decide(np.array([[0.8, 0.8, 0.2]]))[0].labels == ["dog", "fox"]


def test_the_stored_task_is_equal():
    task = kit.MultilabelClassification(LABELS).fitted([["cat"], ["dog", "fox"]])
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


def test_prior_is_the_share_of_samples_with_each_label():
    task = kit.MultilabelClassification(LABELS).fitted([["cat"], ["cat", "dog"], [], ["cat"]])
    assert task.prior == pytest.approx((0.75, 0.25, 0.125))  # half a sample where there is none


def test_unknown_labels_are_named_with_their_rows():
    with pytest.raises(DataError, match="row 1"):
        kit.MultilabelClassification(LABELS).encode([["cat"], ["cow"]])


def test_no_labels_and_losses_that_exclude_are_refused():
    with pytest.raises(KitError):
        kit.MultilabelClassification(())
    with pytest.raises(MatchError):
        _ = kit.MultilabelClassification(LABELS, loss="kl").match
