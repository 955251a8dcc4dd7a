"""Folds: each sample is held out once, classes are spread, and nothing is known of what is held out."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.data.folds import check, folded
from kit.errors import DataError


@pytest.fixture(scope="module")
def table():
    rows = np.random.default_rng(0).normal(size=(60, 2)) * [1, 50]
    frame = pd.DataFrame(rows, columns=["a", "b"])
    frame["y"] = np.where(np.arange(60) % 5 == 0, "rare", "often")
    return kit.load_data(frame, target="y")


def held_out(data, folds):
    return [folded(data, fold, folds).validation for fold in range(folds)]


def test_every_sample_is_held_out_once_and_none_of_the_test_part(table):
    parts = held_out(table, 4)
    values = np.concatenate([part.inputs["a"] for part in parts])
    known = np.concatenate([table.train.inputs["a"], table.validation.inputs["a"]])
    assert sorted(values) == sorted(known)
    assert not set(values) & set(table.test.inputs["a"])


def test_every_fold_has_its_share_of_the_rare_class(table):
    counts = [int(np.sum(np.asarray(part.labels) == "rare")) for part in held_out(table, 5)]
    assert max(counts) - min(counts) <= 1


def test_the_statistics_are_those_of_the_folds_training_part(table):
    data = folded(table, 1, 3)
    column = next(each for each in data.input.columns if each.name == "b")
    assert column.center == pytest.approx(data.train.inputs["b"].median(), rel=1e-5)
    assert data.input != table.input
    assert data.train.input == data.validation.input == data.test.input == data.input


def test_identical_samples_stay_together():
    images = np.repeat(np.random.default_rng(0).integers(0, 255, (20, 4, 4, 1), dtype="uint8"), 3, axis=0)
    data = kit.load_data((images, np.arange(60) % 2))
    for fold in range(3):
        part = folded(data, fold, 3)
        seen, held = ({each.tobytes() for each in half.encoded} for half in (part.train, part.validation))
        assert not seen & held


def test_what_cannot_be_cut_is_refused(table):
    with pytest.raises(DataError, match="cannot be cut into 99 folds"):
        check(table, 99)
    with pytest.raises(DataError, match="not for maps"):
        check(kit.load_data("shapes"), 2)
