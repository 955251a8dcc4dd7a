"""kit.data.samples: what load_data gives."""

import numpy as np
import pytest

import kit


@pytest.fixture
def data():
    x = np.arange(40, dtype="uint8").reshape(10, 2, 2, 1)
    return kit.load_data((x, np.array(["a", "b"] * 5)))


def test_arrays_are_encoded_once_and_kept(data):
    assert data.train.arrays()[0] is data.train.arrays()[0]
    assert data.train.arrays()[1] is data.train.arrays()[1]


def test_table_arrays_are_dicts():
    data = kit.load_data("diabetes")
    x, y = data.validation.arrays()
    assert x["numeric"].shape == (len(data.validation), 10) and y.shape == (len(data.validation), 1)


@pytest.mark.parametrize("source", ["digits", "wine"])
def test_a_subset_has_the_same_arrays_in_its_order(source):
    train = kit.load_data(source).train
    part = train.subset([3, 1])
    x, y = train.arrays()
    picked, labels = part.arrays()
    for whole, some in zip(*([v.values() if isinstance(v, dict) else [v] for v in (x, picked)]), strict=True):
        assert (whole[[3, 1]] == some).all()
    assert (y[[3, 1]] == labels).all() and part.names == [train.names[3], train.names[1]] and len(part) == 2
    assert (train.subset([3, 1]).arrays()[1] == labels).all()  # and after the arrays were kept


def test_parts_that_there_are_are_listed(data):
    assert list(data.parts()) == ["train", "validation", "test"]
    x = np.arange(40, dtype="uint8").reshape(10, 2, 2, 1)
    y = np.array([0, 1] * 5)
    kept = kit.load_data(((x[:6], y[:6]), (x[6:], y[6:])))
    assert list(kept.parts()) == ["train", "validation"] and kept.test is None


def test_data_prints_what_was_found(data):
    text = repr(data)
    assert "arrays: gray images of 2 x 2" in text
    assert "samples: train 6, validation 2, test 2" in text
    assert "because the target holds text" in text


def test_issues_are_counted_and_the_first_shown():
    x = np.tile(np.arange(8.0)[:, None], (1, 2))
    data = kit.load_data(((x, x[:, 0] / 3), (x, x[:, 0] / 3)))
    assert "worth a look" in repr(data) and "identical samples" in repr(data)


def test_samples_print_shortly(data):
    assert repr(data.train) == "Samples(6 of gray images of 2 x 2 pixels in 0 to 255)"
