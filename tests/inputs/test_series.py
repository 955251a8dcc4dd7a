"""Series: NaN after the end, faults by series, standardised from the training part alone."""

import keras
import numpy as np
import pandas as pd
import pytest

import kit
from kit.errors import DataError, KitError, SchemaError

SHORT, LONG = np.array([[1.0], [2.0]]), np.array([[3.0], [4.0], [5.0]])


def values(input, raw):
    tensors, features = input.layers()
    return keras.ops.convert_to_numpy(keras.Model(tensors, features)(input.encode(raw)))


def seen(input, raw):
    tensors, _ = input.layers()
    return keras.ops.convert_to_numpy(keras.Model(tensors, input.mask(tensors))(input.encode(raw)))


@pytest.mark.parametrize(
    ("raw", "channels", "count"),
    [
        (np.zeros((4, 3, 2)), 2, 4),
        (np.zeros((4, 3)), 1, 4),
        ([np.zeros((3, 2))] * 5, 2, 5),
        ([[1.0, 2.0, 3.0]], 1, 1),
        ([pd.DataFrame({"a": [1, 2, 3], "b": [1, 2, 3]})], 2, 1),
    ],
)
def test_arrays_lists_and_frames_are_batches(raw, channels, count):
    series = kit.Series(3, channels)
    assert not series.is_one(raw)
    assert series.encode(raw).shape == (count, 3, channels)


@pytest.mark.parametrize(
    ("one", "channels"),
    [
        (np.zeros(3), 1),
        ([1.0, 2.0, 3.0], 1),
        (np.zeros((3, 1)), 1),
        (np.zeros((3, 2)), 2),
        (pd.DataFrame({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}), 2),
        ({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}, 2),
    ],
)
def test_one_series_is_known_as_one(one, channels):
    series = kit.Series(3, channels)
    assert series.is_one(one)
    assert series.encode(one).shape == (1, 3, channels)


def test_columns_are_found_by_name_in_any_order():
    frame = pd.DataFrame({"other": [9.0, 9.0], "b": [3.0, 4.0], "a": [1.0, 2.0]})
    assert kit.Series(2, columns=("a", "b")).encode([frame])[0].tolist() == [[1.0, 3.0], [2.0, 4.0]]
    with pytest.raises(SchemaError, match=r"column 'c': missing.*other, b, a"):
        kit.Series(2, columns=("a", "c")).encode([frame])


def test_the_statistics_are_those_of_all_steps_that_are_there():
    fitted = kit.Series().fitted([SHORT, LONG])
    assert (fitted.length, fitted.channels, fitted.variable, fitted.missing) == (3, 1, True, False)
    assert fitted.mean == (3.0,) and fitted.std[0] == pytest.approx(np.std([1, 2, 3, 4, 5]))


def test_equal_lengths_need_no_mask():
    fitted = kit.Series().fitted(np.zeros((4, 5, 2)))
    tensors, features = fitted.layers()
    assert not fitted.variable and fitted.mask(tensors) is None and features.shape == (None, 5, 2)


def test_the_mask_ends_where_the_series_does():
    fitted = kit.Series().fitted([SHORT, LONG])
    assert seen(fitted, [SHORT, LONG]).tolist() == [[True, True, False], [True, True, True]]


def test_values_are_standardised_and_zero_after_the_end():
    fitted = kit.Series().fitted([SHORT, LONG])
    standard = (np.arange(1.0, 6.0) - 3) / np.std(np.arange(1.0, 6.0))
    expected = [[*standard[:2], 0.0], standard[2:]]
    np.testing.assert_allclose(values(fitted, [SHORT, LONG])[..., 0], expected, rtol=1e-6)


def test_a_missing_value_is_the_mean_of_its_channel_and_a_channel_says_so():
    gap = np.array([[1.0, 5.0], [np.nan, 7.0], [3.0, 9.0]])
    fitted = kit.Series(variable=True).fitted([gap])
    assert fitted.missing and fitted.mean == (2.0, 7.0)
    found = values(fitted, [gap, gap[:2]])
    assert found.shape == (2, 3, 4)
    assert found[0, 1].tolist() == [0, 0, 1, 0]  # the mean of channel 0; 7 is the mean of channel 1
    assert found[1, 2].tolist() == [0, 0, 0, 0]  # after its end nothing is missing
    assert seen(fitted, [gap, gap[:2]]).tolist() == [[True] * 3, [True, True, False]]


def test_none_stands_for_a_missing_value():
    assert np.isnan(kit.Series(3).encode([[1, None, 2.0]])[0, 1, 0])


def test_of_longer_windows_the_last_steps_are_read():
    window = kit.Series(2, tail=True).encode([[1.0, 2.0, 3.0]])
    assert window[0, :, 0].tolist() == [2.0, 3.0]


@pytest.mark.parametrize(
    ("series", "raw", "error", "words"),
    [
        (kit.Series(3), [np.zeros((0, 1))], DataError, "row 0: 0 steps; expected at least 1"),
        (kit.Series(3), [[1.0, np.inf, 2.0]], DataError, "row 0: infinite values"),
        (kit.Series(3), [[np.nan] * 3], DataError, "no value at any step"),
        (kit.Series(3), [[1.0] * 2] * 2, DataError, "rows 0, 1: 2 steps; expected 3.*differ in length"),
        (kit.Series(3), [[1.0] * 4], DataError, "4 steps; expected 3. Cut it"),
        (kit.Series(3, variable=True), [[1.0] * 4], DataError, "expected at most 3"),
        (kit.Series(3, tail=True), [[1.0] * 2], DataError, "expected at least 3"),
        (kit.Series(3, 2), [np.zeros((3, 4))], SchemaError, r"shape \(3, 4\); expected \(steps, 2\)"),
        (kit.Series(9, 2), [np.zeros((2, 9))], SchemaError, "axes are turned round"),
        (kit.Series(2), [["a", "b"]], SchemaError, "text"),
        (kit.Series(2), [["1", "2"]], SchemaError, "text"),
    ],
)
def test_faults_are_told_by_series(series, raw, error, words):
    with pytest.raises(error, match=words):
        series.encode(raw)


def test_a_fault_of_one_series_leaves_the_others_alone():
    encoded, findings = kit.Series(2).encoded([[1.0, 2.0], [1.0], [3.0, 4.0]], names=["a", "b", "c"])
    assert encoded[[0, 2], :, 0].tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert [finding.rows for finding in findings] == [(1,)] and findings[0].fault.where == "b"


@pytest.mark.parametrize("wrong", [{"length": 0}, {"channels": 0}, {"length": 2.5}])
def test_sizes_are_whole_and_positive(wrong):
    with pytest.raises(KitError, match="whole number, at least 1"):
        kit.Series(**wrong)


def test_a_shape_of_two_stands_for_series():
    from kit.inputs import as_input

    assert as_input((150, 3)) == kit.Series(150, 3)
    assert as_input((None, 3)).ends and as_input((None, 3)).shape == (None, 3)
    with pytest.raises(KitError, match="no input for shape"):
        as_input((0, 3))


def test_a_channel_without_spread_is_left_in_its_unit():
    fitted = kit.Series().fitted(np.full((2, 3, 1), 7.0))
    assert fitted.mean == (7.0,) and fitted.std == (1.0,)
