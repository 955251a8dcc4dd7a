"""Samples for a proof: as the network takes them, not too many, and each on one side only."""

import types

import numpy as np
import pytest

import kit
from kit.artifact import proving
from kit.errors import DataError, KitError


def network(input, *tensors):
    """What `given` reads of a network: its meaning, and name, shape and type of its inputs."""
    inputs = [types.SimpleNamespace(name=name, shape=shape, dtype=kind) for name, shape, kind in tensors]
    return types.SimpleNamespace(kit=types.SimpleNamespace(input=input), inputs=inputs)


PICTURES = network(kit.Images((4, 4), channels=1), ("image", (None, 4, 4, 1), "float32"))


def test_of_many_samples_some_are_drawn_the_same_ones_every_time():
    raw = np.arange(300, dtype="float32")[:, None, None, None] / 300 * np.ones((1, 4, 4, 1), "float32") + 1
    found = proving.given(PICTURES, raw)["image"]
    assert found.shape == (256, 4, 4, 1) and found.dtype == np.float32
    assert len(np.unique(found[:, 0, 0, 0])) == 256
    assert not np.array_equal(np.sort(found[:, 0, 0, 0]), found[:, 0, 0, 0])
    assert np.array_equal(proving.given(PICTURES, raw)["image"], found)


def test_both_halves_hold_other_samples():
    measured, judged = proving.halves({"x": np.arange(7), "y": np.arange(7) * 10})
    assert sorted([*measured["x"], *judged["x"]]) == list(range(7))
    assert (measured["y"] == 10 * measured["x"]).all() and proving.count(judged) == 3


def test_samples_at_fault_are_named_by_their_place_among_those_given():
    raw = np.zeros((5, 4, 4, 1))
    raw[3] = -1
    for given in (raw, list(raw)):
        with pytest.raises(DataError, match="sample 3: pixels from"):
            proving.given(PICTURES, given)


def test_one_sample_or_none_is_refused():
    with pytest.raises(KitError, match="takes many samples"):
        proving.given(PICTURES, np.zeros((4, 4)))
    with pytest.raises(KitError, match="holds no sample"):
        proving.given(PICTURES, [])


def test_pictures_of_any_size_are_cut_in_the_middle_to_one():
    free = network(kit.Images((None, None), channels=1), ("image", (None, None, None, 1), "float32"))
    small, usual, large = (np.arange(side * side).reshape(side, side, 1) % 251 for side in (2, 4, 8))
    found = proving.given(free, [each.astype("uint8") for each in (small, usual, usual, large)])["image"]
    assert found.shape == (4, 4, 4, 1)
    expected = {
        tuple(each.ravel())
        for each in (usual, large[2:6, 2:6], np.pad(small, [(0, 2)] * 2 + [(0, 0)], "edge"))
    }
    assert {tuple(each.ravel().astype(int)) for each in found} == expected


def test_every_window_of_a_series_that_is_read_at_its_end_is_a_sample():
    series = network(kit.Series(length=3, tail=True, channels=1), ("series", (None, 3, 1), "float32"))
    found = proving.given(series, [np.arange(5.0), np.arange(10.0, 13.0)])["series"]
    assert sorted(found[..., 0].tolist()) == [[0, 1, 2], [1, 2, 3], [2, 3, 4], [10, 11, 12]]


def test_what_goes_along_with_a_file_is_small():
    assert proving.kept({"x": np.zeros((100, 3), "float32")}) == 16
    assert proving.kept({"x": np.zeros((5, 3), "float32")}) == 5
    assert proving.kept({"x": np.zeros((20, 2**18), "float32")}) == 4  # 1 MB each
    assert proving.kept({"x": np.zeros((2, 2**21), "float32")}) == 1


def test_outputs_are_those_of_all_samples_however_few_are_run_at_a_time():
    sizes = []

    def run(samples):
        sizes.append(len(samples["x"]))
        return 2 * samples["x"]

    x = np.arange(40.0)[:, None]
    assert np.array_equal(proving.outputs(run, {"x": x}), 2 * x)
    assert max(sizes) < 40
