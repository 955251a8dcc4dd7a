"""Codes: labels come back as they were, and every wrong one is named with its row."""

import numpy as np
import pandas as pd
import pytest

from kit import codecs
from kit.errors import DataError, KitError

CLASSES = ("low", "mid", "high")
BY_HAND = [
    ("indicator", ("cat", "dog"), ["dog", "cat"], [[1], [0]]),
    ("sign", ("cat", "dog"), ["dog", "cat"], [[1], [-1]]),
    ("integer", CLASSES, ["high", "low"], [2, 0]),
    ("one_hot", CLASSES, ["high", "low"], [[0, 0, 1], [1, 0, 0]]),
    ("distribution", CLASSES, ["high", "low"], [[0, 0, 1], [1, 0, 0]]),
    ("cumulative", CLASSES, ["low", "mid", "high"], [[0, 0], [1, 0], [1, 1]]),
    ("multi_hot", CLASSES, [["mid", "high"], [], ["low"]], [[0, 1, 1], [0, 0, 0], [1, 0, 0]]),
    ("values", ("y",), [1.5, -2.0], [[1.5], [-2.0]]),
    ("values", ("a", "b"), [(1.0, 2.0), (3.0, 4.0)], [[1, 2], [3, 4]]),
    ("counts", ("n",), [0.0, 7.0], [[0], [7]]),
    ("positive", ("price",), [0.5, 10.0], [[0.5], [10]]),
]
by_hand = pytest.mark.parametrize("code, names, labels, targets", BY_HAND, ids=lambda value: str(value)[:20])


@by_hand
def test_targets_are_those_by_hand(code, names, labels, targets):
    codec = codecs.get(code)
    encoded = codec.encode(labels, names)
    assert encoded.dtype == codec.dtype and encoded.shape == (len(labels), *codec.shape(names))
    np.testing.assert_array_equal(encoded, np.array(targets, codec.dtype))


@by_hand
def test_decoding_gives_the_labels_back(code, names, labels, targets):
    codec = codecs.get(code)
    assert codec.decode(codec.encode(labels, names), names) == labels


def test_only_class_numbers_are_integers():
    assert {
        name: codecs.get(name).dtype for name in codecs.names() if codecs.get(name).dtype != "float32"
    } == {"integer": "int32", "index_map": "uint8", "masks": "uint8"}


@pytest.mark.parametrize("wrap", [list, np.array, pd.Series, lambda labels: np.array(labels)[:, None]])
@pytest.mark.parametrize("names, labels", [((0, 1, 2), [2, 0]), (("a", "b", "c"), ["c", "a"])])
def test_labels_may_be_lists_arrays_or_series(wrap, names, labels):
    assert codecs.get("integer").encode(wrap(labels), names).tolist() == [2, 0]


def test_booleans_are_classes_too():
    assert codecs.get("indicator").encode(np.array([True, False]), (False, True)).tolist() == [[1], [0]]


def test_every_unknown_label_is_named_with_its_row_and_the_nearest_class():
    with pytest.raises(DataError) as error:
        codecs.get("integer").encode(["cat", "dgo", "dog", "bird"], ("cat", "dog"))
    first, second = error.value.faults
    assert (first.where, second.where) == ("row 1", "row 3")
    assert "'dgo'" in first.found and "cat, dog" in first.expected and "dog" in first.cure
    assert "'bird'" in second.found


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_label_is_a_fault(missing):
    with pytest.raises(DataError, match="row 1: no label"):
        codecs.get("integer").encode(["cat", missing], ("cat", "dog"))


def test_samples_may_have_names_for_messages():
    with pytest.raises(DataError, match=r"b\.png: label 'x'"):
        codecs.get("integer").encode(["cat", "x"], ("cat", "dog"), where=["a.png", "b.png"])


@pytest.mark.parametrize("code", ["indicator", "sign"])
def test_three_classes_do_not_fit_one_unit(code):
    with pytest.raises(DataError, match="two"):
        codecs.get(code).encode(["low"], CLASSES)


@pytest.mark.parametrize("labels", [[1, 2], [-1, 1], [0, 255]])
def test_numbers_that_are_not_the_classes_never_become_targets(labels):
    with pytest.raises(DataError, match="row"):
        codecs.get("indicator").encode(labels, (0, 1))


def test_soft_labels_stay_soft():
    rows = [[0.2, 0.3, 0.5], [1, 0, 0]]
    np.testing.assert_allclose(codecs.get("distribution").encode(rows, CLASSES), rows, rtol=1e-6)


def test_columns_of_a_frame_are_taken_by_name():
    frame = pd.DataFrame({"high": [0.7], "low": [0.1], "mid": [0.2]})
    np.testing.assert_allclose(
        codecs.get("distribution").encode(frame, CLASSES), [[0.1, 0.2, 0.7]], rtol=1e-6
    )


@pytest.mark.parametrize("row, word", [([0.5, 0.5, 0.5], "sum to 1"), ([1.5, -0.5, 0], "at least 0")])
def test_rows_that_are_no_distribution_are_faults(row, word):
    with pytest.raises(DataError, match=f"row 1.*{word}"):
        codecs.get("distribution").encode([[1, 0, 0], row], CLASSES)


def test_several_labels_come_as_lists_sets_or_a_matrix():
    codec, right = codecs.get("multi_hot"), [[0, 1, 1], [0, 0, 0]]
    assert codec.encode([{"mid", "high"}, set()], CLASSES).tolist() == right
    assert codec.encode([["mid", "high"], []], CLASSES).tolist() == right
    assert codec.encode(np.array(right), CLASSES).tolist() == right
    assert codec.encode(pd.DataFrame(right, columns=CLASSES), CLASSES).tolist() == right


def test_a_matrix_of_labels_holds_only_0_and_1():
    with pytest.raises(DataError, match="row 0, target 'mid'.*0 or 1"):
        codecs.get("multi_hot").encode(np.array([[0, 255, 1]]), CLASSES)


def test_every_bad_number_is_named_with_row_and_target():
    with pytest.raises(DataError) as error:
        codecs.get("values").encode([(1.0, float("nan")), ("x", 2.0), (1e300, 0.0)], ("a", "b"))
    assert [fault.where for fault in error.value.faults] == [
        "row 0, target 'b'",
        "row 1, target 'a'",
        "row 2, target 'a'",
    ]


@pytest.mark.parametrize("code, bad", [("counts", -1.0), ("counts", 2.5), ("positive", -0.1)])
def test_numbers_outside_the_domain_are_faults(code, bad):
    with pytest.raises(DataError, match="row 1"):
        codecs.get(code).encode([1.0, bad], ("y",))


def test_bounded_targets_lie_within_their_bounds():
    codec = codecs.get("bounded")
    assert codec.encode([0.0, 100.0], ("y",), bounds=(0, 100)).tolist() == [[0], [100]]
    with pytest.raises(DataError, match="row 1.*0 to 100"):
        codec.encode([50.0, 100.5], ("y",), bounds=(0, 100))
    with pytest.raises(DataError, match="bounds"):
        codec.encode([50.0], ("y",))


def test_targets_of_another_width_are_refused():
    with pytest.raises(DataError, match=r"shape \(2, 3\)"):
        codecs.get("values").encode(np.zeros((2, 3)), ("y",))


def test_an_unknown_code_is_named():
    with pytest.raises(KitError, match="one_hto"):
        codecs.get("one_hto")
