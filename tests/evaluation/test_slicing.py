"""Slices: a group that is worse is found, and chance is not reported."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import kit
from kit.errors import KitError
from kit.evaluation import misses, slicing
from kit.evaluation.outcome import outcome_of


def numbers(errors):
    """An outcome of one number with these errors."""
    truth = 100 * np.cos(np.arange(len(errors)))  # what is predicted says nothing of its error
    return outcome_of(kit.Regression(), truth, (truth + errors)[:, None])


def classes(wrong):
    """An outcome of two classes, wrong where it is asked for; half of the truths are of each."""
    true = np.arange(len(wrong)) % 2
    return outcome_of(kit.Classification(2), true.tolist(), (true ^ np.asarray(wrong)).astype(float)[:, None])


def test_a_group_that_is_worse_is_the_first_row_and_the_only_finding(rng):
    frame = pd.DataFrame({"town": rng.choice(["a", "b", "c"], 400), "age": rng.normal(size=400)})
    errors = rng.normal(size=400) * np.where(frame["town"] == "b", 3, 1)
    found = slicing.table(numbers(errors), frame)
    assert found.iloc[0]["group"] == "town: b" and found["is_finding"].sum() == 1
    inside = np.abs(errors[frame["town"] == "b"])
    assert found.iloc[0]["error"] == pytest.approx(inside.mean())
    assert found.iloc[0]["low"] < inside.mean() < found.iloc[0]["high"]
    assert found.iloc[0]["rest"] == pytest.approx(np.abs(errors[frame["town"] != "b"]).mean())
    assert slicing.told(found, "absolute error")[0].startswith("town: b: absolute error ")


def test_of_data_sets_without_a_worse_group_few_report_any(rng):
    reported = 0
    for _ in range(40):
        frame = pd.DataFrame({name: rng.choice(list("abcd"), 200) for name in ("x", "y")})
        reported += slicing.table(classes(rng.random(200) < 0.2), frame)["is_finding"].any()
    assert reported <= stats.binom.ppf(0.999, 40, 0.05)


def test_chances_are_those_of_scipy_times_the_groups_that_are_looked_at(rng):
    wrong, frame = rng.random(100) < 0.3, pd.DataFrame({"x": ["a"] * 50 + ["b"] * 50})
    wrong[:50] |= rng.random(50) < 0.3
    found = slicing.table(classes(wrong), frame).set_index("group")
    cells = [[wrong[:50].sum(), (~wrong[:50]).sum()], [wrong[50:].sum(), (~wrong[50:]).sum()]]
    alone = stats.fisher_exact(cells, alternative="greater").pvalue
    assert len(found) == 4  # a, b, and the two true classes
    assert found.loc["x: a", "p"] == pytest.approx(min(1, 4 * alone))


def test_numbers_are_cut_at_quantiles_and_what_is_missing_is_a_group():
    values = pd.Series([*range(40), *[np.nan] * 12])
    groups = slicing._groups("age", values)
    assert [int(mask.sum()) for mask in groups.values()] == [12, 10, 10, 10, 10]
    assert list(groups)[:2] == ["age: missing", "age: 0 to 9.75"]


def test_groups_that_are_too_small_are_left_out():
    frame = pd.DataFrame({"x": ["a"] * 95 + ["b"] * 5})
    assert "x: b" not in set(slicing.table(classes(np.arange(100) < 9), frame)["group"])


def test_groups_of_the_users_own_count_too(rng):
    camera = np.repeat(["old", "new"], 100)
    wrong = np.where(camera == "old", rng.random(200) < 0.6, rng.random(200) < 0.1)
    found = slicing.table(classes(wrong), by={"camera": camera})
    assert found.iloc[0]["group"] == "camera: old" and found.iloc[0]["is_finding"]
    with pytest.raises(KitError, match="3 values for 200 samples"):
        slicing.table(classes(wrong), by={"camera": [1, 2, 3]})


def test_errors_are_shares_or_distances():
    assert misses.by_sample(classes(np.array([0, 1, 1, 0]))).tolist() == [0, 1, 1, 0]
    assert misses.by_sample(numbers([1.0, -2.0])).tolist() == pytest.approx([1, 2])
    task, outputs = kit.MultilabelClassification(2), np.array([[0.9, 0.1], [0.9, 0.9]])
    assert misses.by_sample(outcome_of(task, np.array([[1, 1], [1, 1]]), outputs)).tolist() == [0.5, 0]
    both = outcome_of(kit.Regression(2), [[0, 0], [2, 200]], np.array([[1.0, 0], [2, 300]]))
    assert misses.by_sample(both).tolist() == [0.5, 0.5]  # in standard deviations of 1 and 100


def test_the_interval_of_a_share_is_that_of_wilson():
    found = misses.share_interval(np.array([1.0] * 3 + [0.0] * 17), 0.95)
    known = stats.binomtest(3, 20).proportion_ci(0.95, method="wilson")
    assert found == pytest.approx((known.low, known.high))


def test_the_interval_of_a_mean_is_that_of_student(rng):
    values = rng.normal(size=12)
    known = stats.t.interval(0.95, 11, values.mean(), stats.sem(values))
    assert misses.mean_interval(values, 0.95) == pytest.approx(known)
