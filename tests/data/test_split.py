"""kit.data.split: which sample goes to which part."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.data.split import split, split_in_time
from kit.errors import DataError


def part_of(parts, count):
    """Part of each sample; every sample is in exactly one."""
    where = np.full(count, "", object)
    for name, rows in parts.items():
        assert (where[rows] == "").all()
        where[rows] = name
    assert (where != "").all()
    return where


def test_shares_are_70_15_15():
    assert {name: len(rows) for name, rows in split(1000).items()} == {
        "train": 700,
        "validation": 150,
        "test": 150,
    }


def test_the_seed_decides():
    first, again, other = (split(100, seed=seed)["test"].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_rows_of_a_part_rise():
    assert all((np.diff(rows) > 0).all() for rows in split(50).values())


def test_each_class_has_the_shares():
    classes = np.repeat([0, 1, 2], [200, 40, 20])
    for rows, share in zip(split(260, classes=classes, seed=3).values(), (0.7, 0.15, 0.15), strict=True):
        assert np.bincount(classes[rows]) == pytest.approx(share * np.array([200, 40, 20]), abs=1)


def test_every_class_reaches_the_training_part():
    classes = np.repeat(np.arange(10), [1, 2, 3, 4, 5, 6, 7, 8, 9, 100])
    assert set(classes[split(145, classes=classes)["train"]]) == set(range(10))


def test_identical_samples_share_a_part():
    keys = np.random.default_rng(0).integers(0, 60, size=300)
    where = part_of(split(300, keys=keys), 300)
    assert all(len(set(where[keys == key])) == 1 for key in keys)


def test_groups_share_a_part_and_shares_are_near():
    groups = np.random.default_rng(0).integers(0, 100, size=2000)
    where = part_of(split(2000, groups=groups), 2000)
    assert all(len(set(where[groups == group])) == 1 for group in groups)
    assert (where == "train").mean() == pytest.approx(0.7, abs=0.02)


def test_names_of_groups_may_be_of_several_types():
    groups = np.array(["a", 1, None, "a", 1, 2.5], object)
    where = part_of(split(6, groups=groups), 6)
    assert where[0] == where[3] and where[1] == where[4]


def test_groups_linked_by_identical_samples_share_a_part():
    groups = np.array(["a", "a", "b", "b", "c", "c", "d", "e"])
    keys = np.array([0, 1, 1, 2, 2, 3, 4, 5])  # a - b - c hang together
    where = part_of(split(8, keys=keys, groups=groups), 8)
    assert len(set(where[:6])) == 1


def test_one_large_group_goes_to_training():
    groups = np.array([0] * 80 + list(range(1, 21)))
    assert {0}.issubset(groups[split(100, groups=groups)["train"]])


def test_no_part_is_empty_while_there_are_three_groups():
    assert all(len(rows) for rows in split(9, groups=np.repeat([0, 1, 2], 3)).values())


@pytest.mark.parametrize("arguments", [{"count": 2}, {"count": 5, "keys": np.zeros(5)}])
def test_too_few_different_samples_are_told(arguments):
    with pytest.raises(DataError, match="different samples cannot be split into 3 parts"):
        split(**arguments)


def test_too_few_groups_are_told():
    with pytest.raises(DataError, match="2 groups cannot be split"):
        split(6, groups=np.array([0, 0, 0, 1, 1, 1]))


def test_a_part_of_share_zero_is_absent():
    assert list(split(20, shares=(0.85, 0.15, 0))) == ["train", "validation"]


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 8), st.integers(0, 12)), min_size=20, max_size=60),
    st.integers(0, 5),
)
def test_whatever_the_samples_each_is_in_one_part_and_none_is_divided(samples, seed):
    classes, groups, keys = np.array(samples).T
    try:
        parts = split(len(samples), classes=classes, groups=groups, keys=keys, seed=seed)
    except DataError:
        return
    where = part_of(parts, len(samples))
    assert all(len(rows) for rows in parts.values())
    for values in (groups, keys):
        assert all(len(set(where[values == value])) == 1 for value in values)


def test_in_time_the_parts_follow_one_another():
    times = np.random.default_rng(0).permutation(100)
    parts = split_in_time(times)
    assert [len(rows) for rows in parts.values()] == [70, 15, 15]
    assert times[parts["train"]].max() < times[parts["validation"]].min()
    assert times[parts["validation"]].max() < times[parts["test"]].min()


def test_equal_times_share_a_part():
    times = np.repeat(np.arange(10), 10)
    where = part_of(split_in_time(times), 100)
    assert all(len(set(where[times == time])) == 1 for time in times)


def test_too_few_times_are_told():
    with pytest.raises(DataError, match="2 different times"):
        split_in_time(np.array([1, 1, 2, 2]))
