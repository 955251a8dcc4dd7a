"""Arrays with their labels."""

import numpy as np
import pandas as pd
import pytest

import kit
from kit.data.readers import Request
from kit.data.readers.arrays import read
from kit.errors import DataError, KitError


def of(*source):
    return read(Request(tuple(source)))


@pytest.mark.parametrize(
    "x, table, shape",
    [
        (np.zeros((4, 3)), True, (4, 3)),
        ([[1, 2], [3, 4], [5, 6], [7, 8]], True, (4, 2)),
        (pd.DataFrame({"a": range(4)}), True, (4, 1)),
        (np.zeros((4, 5, 6), "uint8"), False, (4, 5, 6, 1)),
        (np.zeros((4, 5, 6, 3)), False, (4, 5, 6, 3)),
    ],
)
def test_the_rank_says_what_it_is(x, table, shape):
    raw = of(x, [0, 1, 0, 1])
    assert raw.is_table is table and raw.inputs.shape == shape and raw.parts is None


def test_floats_of_rank_three_and_lists_of_arrays_are_series():
    raw = of(np.zeros((4, 5, 2)), [0, 1, 0, 1])
    assert raw.series and raw.inputs.shape == (4, 5, 2)
    ragged = of([np.zeros(3), np.ones((4, 1)), np.ones(2)], [0, 1, 0])
    assert ragged.series and [one.shape for one in ragged.inputs] == [(3, 1), (4, 1), (2, 1)]


def test_lists_of_rows_stay_tables_and_lists_of_gray_bytes_images():
    assert of([np.zeros(3), np.ones(3), np.ones(3)], [0, 1, 0]).is_table
    assert of([np.zeros((4, 5), "uint8")] * 3, [0, 1, 0]).inputs.shape == (3, 4, 5, 1)


def test_columns_of_a_plain_array_are_x0_x1_and_so_on():
    assert list(of(np.zeros((2, 3)), [0, 1]).inputs.columns) == ["x0", "x1", "x2"]


def test_pairs_are_parts_in_the_order_training_validation_test():
    x, y = np.zeros((2, 3)), [0, 1]
    assert list(of((x, y), (x, y)).parts) == ["train", "validation"]
    parts = of((x, y), (x, y), (x, y)).parts
    assert {name: rows.tolist() for name, rows in parts.items()} == {
        "train": [0, 1],
        "validation": [2, 3],
        "test": [4, 5],
    }


@pytest.mark.parametrize("y", [["a", "b"], np.array(["a", "b"]), pd.Series(["a", "b"])])
def test_text_labels_become_objects(y):
    assert of(np.zeros((2, 1)), y).labels.dtype == object


def test_a_column_of_labels_becomes_a_vector_and_a_matrix_stays():
    assert of(np.zeros((2, 1)), np.zeros((2, 1))).labels.shape == (2,)
    assert of(np.zeros((2, 1)), np.zeros((2, 3))).labels.shape == (2, 3)


def test_names_of_labels_are_kept():
    assert of(np.zeros((2, 1)), pd.Series([1, 2], name="price")).target == ("price",)
    assert of(np.zeros((2, 1)), pd.DataFrame({"a": [1, 2], "b": [3, 4]})).target == ("a", "b")


@pytest.mark.parametrize("y", [[["a"], ["b", "a"]], [{"a"}, set()], [["a"], ["b"]]])
def test_lists_of_labels_stay_lists(y):
    assert of(np.zeros((2, 1)), y).labels is y


def test_lists_of_numbers_are_a_matrix():
    assert of(np.zeros((2, 1)), [[1, 2], [3, 4]]).labels.tolist() == [[1, 2], [3, 4]]


def test_every_part_of_another_length_is_named():
    x = np.zeros((3, 2))
    with pytest.raises(kit.DataError) as error:
        of((x, [1, 2]), (x, [1, 2, 3]), (x, [1]))
    assert [fault.where for fault in error.value.faults] == ["train", "test"]
    assert "3 samples and 2 labels" in str(error.value)


def test_parts_of_different_shapes_are_refused():
    with pytest.raises(kit.KitError, match=r"different shapes: \(1, 4, 4, 1\), \(1, 5, 4, 1\)"):
        of((np.zeros((1, 4, 4, 1)), [0]), (np.zeros((1, 5, 4, 1)), [0]))


@pytest.mark.parametrize(
    "source, message",
    [
        ((np.zeros((3, 4, 5), "int64"), [1, 2, 3]), "no input for a int64 array of shape"),
        ((np.zeros(3), [1, 2, 3]), r"no input for an array of shape \(3,\)"),
        ((np.zeros((3, 2)), np.zeros((3, 2, 2, 2, 2))), "Labels of shape"),
        ((np.zeros((3, 2)),), "tuple of 1 is not data"),
        ((1, 2, 3), "tuple of 3 is not data"),
    ],
)
def test_what_is_no_data_says_what_is(source, message):
    with pytest.raises(kit.KitError, match=message):
        of(*source)


BOXES = np.array([[1, 1, 5, 5], [2, 2, 7, 7]])


@pytest.mark.parametrize(
    "pair, found",
    [
        ((BOXES, ["cat"]), "2 boxes and 1 names"),
        ((BOXES[:1], ["cat", "dog"]), "1 boxes and 2 names"),
        ((BOXES[:, :3], ["cat", "dog"]), "a box without four numbers"),
    ],
)
def test_a_label_that_is_no_pair_of_boxes_and_names_is_named_wherever_it_stands(pair, found):
    x, good = np.zeros((3, 8, 8, 3), "uint8"), (BOXES, ["cat", "dog"])
    for place in (0, 2):
        labels = [good] * 3
        labels[place] = pair
        findings = of(x, labels).findings
        assert findings[0].fault.found == found and f"row {place}" in findings[0].fault.where


@pytest.mark.parametrize("other", [None, 5, (BOXES,), (BOXES, None), {"boxes": BOXES, "labels": [0, 1]}])
def test_what_is_no_pair_among_pairs_is_named(other):
    raw = of(np.zeros((2, 8, 8, 3), "uint8"), [(BOXES, ["cat", "dog"]), other])
    assert [finding.fault.where for finding in raw.findings][:1] == ["row 1"] and raw.findings[0].rows == (1,)


@pytest.mark.parametrize(
    "label, message",
    [
        ((BOXES.ravel(), ["cat", "dog"]), "Labels of several shapes. Labels of boxes are pairs"),
        ({"boxes": BOXES, "labels": [0, 1]}, "Labels that are dicts. Labels of boxes are pairs"),
    ],
    ids=["a flat array", "a dict"],
)
def test_boxes_in_another_form_say_what_form_is_read(label, message):
    with pytest.raises(kit.KitError, match=message):
        of(np.zeros((2, 8, 8, 3), "uint8"), [label, label])


def masks_of(labels, task):
    x = np.zeros((*np.shape(labels)[:3], 1), "uint8")
    return read(Request((x, labels), task))


@pytest.mark.parametrize("labels", [[[[0, 255]]], [[[0.0, 1.0]]]])
def test_masks_of_0_and_255_and_of_whole_floats_are_masks(labels):
    labels = np.repeat(np.array(labels), 4, axis=0)
    raw = masks_of(labels.astype("uint8") if labels.max() == 255 else labels, "segmentation")
    assert raw.dense == "mask" and raw.classes == (0, 1) and raw.labels[0].tolist() == [[0, 1]]


def test_255_stays_void_where_the_task_says_so():
    task = kit.Segmentation(2, void=255)
    assert masks_of(np.array([[[0, 255]]] * 4, "uint8"), task).labels[0].tolist() == [[0, 255]]


def test_labels_that_overlap_may_be_void():
    labels = np.array([[[[0, 1], [255, 255]]]] * 4, "uint8")
    task = kit.Segmentation(("a", "b"), overlapping=True, void=255)
    assert masks_of(labels, task).dense == "mask"
    assert task.fitted(list(labels)).prior == (1e-4, 1 - 1e-4)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_one_hot_masks_are_classes_unless_labels_are_said_to_overlap(rng, dtype):
    y = rng.integers(0, 3, (4, 12, 10))
    x, hot = rng.integers(0, 256, (4, 12, 10, 3)).astype("uint8"), np.eye(3, dtype=dtype)[y]
    data = kit.load_data((x, hot))
    assert data.task.form == "multiclass mask" and "one-hot masks became class numbers" in repr(data)
    pairs = zip(data.train.labels, data.train.inputs, strict=True)
    assert all((y[(x == image).all(axis=(1, 2, 3))][0] == mask).all() for mask, image in pairs)
    overlapping = kit.load_data((x, hot), kit.Segmentation((0, 1, 2), overlapping=True))
    assert overlapping.task.form == "multilabel mask" and "may overlap" in overlapping.task.describe()


def test_images_take_lists_of_labels_of_several_lengths(rng):
    x = rng.integers(0, 256, (6, 4, 4, 1)).astype("uint8")
    data = kit.load_data((x, [["a", "b"], [], ["a"], ["b"], [], ["a", "b"]]), "multilabel")
    assert data.task.labels == ("a", "b")


def test_masks_of_0_and_255_that_were_read_as_rgb_are_masks(rng):
    mask = 255 * rng.integers(0, 2, (4, 12, 10, 1)).astype("uint8").repeat(3, axis=-1)
    data = kit.load_data((rng.integers(0, 256, (4, 12, 10, 3)).astype("uint8"), mask))
    assert data.task.form == "binary mask" and "equal channels" in repr(data)


def test_maps_of_many_values_are_asked_about_and_fractions_are_no_masks(rng):
    x = rng.integers(0, 256, (4, 16, 16, 1)).astype("uint8")
    with pytest.raises(KitError, match="masks or clean images. Say task="):
        kit.load_data((x, rng.integers(0, 256, (4, 16, 16)).astype("uint8")))
    with pytest.raises(DataError, match="masks: fractions such as 0.5; expected whole numbers"):
        kit.load_data((x, np.full((4, 16, 16), 0.5)), "segmentation")


@pytest.mark.parametrize("copied", [False, True])
def test_noise_is_laid_on_clean_arrays_in_parts_and_copies(rng, copied):
    clean = rng.integers(0, 256, (8, 16, 16, 1)).astype("uint8")
    pair = (clean, clean.copy() if copied else clean)
    for source in (pair, (pair, pair)):
        x, y = kit.load_data(source, kit.Denoising(noise=25)).train.arrays()
        assert 20 < np.std(np.stack(x) - np.stack(y)) < 30
