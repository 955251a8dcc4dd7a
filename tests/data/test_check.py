"""kit.data.check: faults of labels, classes and parts."""

import csv

import numpy as np
import pytest

import kit
from kit.data import check
from kit.errors import Fault

CATS = kit.Classification(("cat", "dog"))
NAMES = [f"row {i}" for i in range(10)]


def objects(*items):
    return np.array([*items, None], object)[:-1]


def test_missing_labels_are_one_finding_with_their_rows():
    (finding,) = check.labels(objects("cat", None, "dog", np.nan), CATS, NAMES)
    assert finding.fault.where == "rows 1, 3" and finding.fault.found == "no label" and finding.rows == (1, 3)


def test_an_unknown_label_names_the_nearest_class():
    (finding,) = check.labels(objects("cat", "cta"), CATS, NAMES)
    assert str(finding.fault) == "row 1: label 'cta'; expected cat, dog. Did you mean 'cat'?"


@pytest.mark.parametrize("label", [-1, 3, 0.5])
def test_numbers_out_of_range_and_halves_are_no_classes(label):
    (finding,) = check.labels(np.array([0, label, 2]), kit.Classification(3), NAMES)
    assert f"row 1: label {label}" in str(finding.fault).replace(".0", "") and finding.rows == (1,)


def test_dates_are_no_numbers():
    (first, _) = check.labels(
        np.array(["2024-01-01", "2024-01-02"], "datetime64[D]"), kit.Regression(), NAMES
    )
    assert "2024-01-01" in first.fault.found


def test_a_sample_without_a_group_is_a_finding():
    (finding,) = check.groups(objects("a", None, "b"), NAMES)
    assert finding.rows == (1,) and check.groups(None, NAMES) == []


@pytest.mark.parametrize("target", [np.inf, "x", True, [1]])
def test_targets_of_a_regression_are_finite_numbers(target):
    values = np.empty(2, object)
    values[:] = [1.0, target]
    (finding,) = check.labels(values, kit.Regression(), NAMES)
    assert finding.rows == (1,) and "finite numbers" in finding.fault.expected


def test_targets_of_which_most_are_no_numbers_are_one_finding_that_names_some():
    values = objects(*["cat", "dog"] * 5, 1.0)
    (finding,) = check.labels(values, kit.Regression(), [f"{row}.png" for row in range(11)])
    assert finding.fault.found == "targets such as 'cat', 'dog'" and finding.rows == tuple(range(10))
    assert finding.fault.where == "0.png, 1.png, 2.png, 3.png, 4.png and 5 more"
    assert "task='classification'" in finding.fault.cure


def test_one_infinite_number_of_several_is_found():
    (finding,) = check.labels(np.array([[1, 2], [3, np.inf]]), kit.Regression(2), NAMES)
    assert finding.rows == (1,)


def test_lists_of_labels_are_left_to_the_task():
    assert check.labels([["a"], []], kit.MultilabelClassification(("a",)), NAMES) == []


def test_good_labels_have_no_findings():
    assert check.labels(objects("cat", "dog"), CATS, NAMES) == []
    assert check.labels(np.array([1.5, 2]), kit.Regression(), NAMES) == []


def test_one_class_is_no_classification():
    (fault,) = check.classes(objects("cat", "cat"), None, NAMES)
    assert fault.found == "1 class ('cat')" and "at least 2" in fault.expected


def test_a_class_of_one_sample_is_named_with_the_sample():
    (fault,) = check.classes(objects("cat", "cat", "dog"), CATS, NAMES)
    assert "row 2" in fault.found and fault.where == "class 'dog'"


def test_a_class_without_samples_is_absent():
    assert [fault.where for fault in check.absent(objects("cat", "cat"), CATS)] == ["class 'dog'"]
    assert check.absent(objects("cat", "dog"), CATS) == check.absent(np.array([1.0]), kit.Regression()) == []


def test_numbers_have_no_classes():
    assert check.classes(np.array([1.0, 2.0]), kit.Regression(), NAMES) == []


def test_identical_samples_in_two_parts_are_named_in_pairs():
    keys = np.array([5, 6, 5, 6, 6, 7])
    parts = {"train": np.array([0, 1, 3]), "test": np.array([2, 4, 5])}
    issues = check.across_parts(keys, parts, NAMES)
    assert [issue.where for issue in issues] == ["row 0 (train), row 2 (test)", "row 3 (train), row 4 (test)"]


def test_identical_samples_of_one_part_are_no_issue():
    assert (
        check.across_parts(np.array([5, 5, 6]), {"train": np.array([0, 1]), "test": np.array([2])}, NAMES)
        == []
    )


def test_very_many_pairs_are_counted():
    count = 300
    keys = np.repeat(np.arange(count), 2)
    parts = {"train": np.arange(0, 2 * count, 2), "test": np.arange(1, 2 * count, 2)}
    issues = check.across_parts(keys, parts, [str(i) for i in range(2 * count)])
    assert len(issues) == 101 and issues[-1].found == "200 more pairs of identical samples"


def test_a_part_without_a_class_is_an_issue():
    parts = {"train": np.array([0, 1]), "test": np.array([2])}
    (issue,) = check.classes_by_part(objects("cat", "dog", "cat"), CATS, parts)
    assert issue.where == "test part" and "dog" in issue.found


def test_issues_are_written_as_csv(tmp_path):
    issues = [Fault("cat/\u00e9, 1.jpg", 'not "an image"', "JPEG", "Remove it."), Fault("row 3", "no label")]
    check.write_issues(tmp_path / "data_issues.csv", issues)
    with open(tmp_path / "data_issues.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["where", "found", "expected", "cure"]
    assert rows[1:] == [
        ["cat/\u00e9, 1.jpg", 'not "an image"', "JPEG", "Remove it."],
        ["row 3", "no label", "", ""],
    ]
