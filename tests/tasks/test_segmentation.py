"""Segmentation: values of masks, void, shares, and what an untrained head says."""

import json

import keras
import numpy as np
import pytest

import kit
from kit import tasks
from kit.errors import DataError, KitError, MatchError
from kit.maps import VOID

CELLS = kit.Segmentation(("background", "cell"))
STREETS = kit.Segmentation(("sky", "road", "car", "void"), void=3)
MARKS = kit.Segmentation(("text", "stamp"), overlapping=True)


def head_on_zeros(task):
    inputs = keras.Input((4, 4, 8))
    outputs = keras.Model(inputs, task.head(inputs))(np.zeros((1, 4, 4, 8), "float32"))
    return keras.ops.convert_to_numpy(outputs)


def test_two_classes_are_one_sigmoid_more_a_softmax_and_overlapping_ones_a_sigmoid_each():
    assert [(task.match.activation, head_on_zeros(task).shape[-1]) for task in (CELLS, STREETS, MARKS)] == [
        ("sigmoid", 1),
        ("softmax", 3),
        ("sigmoid", 2),
    ]


def test_the_class_at_void_is_none_and_its_pixels_are_coded_as_such():
    assert STREETS.classes == ("sky", "road", "car")
    mask = np.array([[0, 1], [2, 3]], "uint8")
    assert STREETS.encode([mask])[0].tolist() == [[0, 1], [2, VOID]]


def test_void_in_the_middle_closes_the_gap_and_comes_back():
    task = kit.Segmentation(("a", "nothing", "b"), void=1)
    mask = np.array([[0, 1, 2]], "uint8")
    coded = task.encode([mask])
    assert coded[0].tolist() == [[0, VOID, 1]]
    np.testing.assert_array_equal(task.decode(coded)[0], mask)


def test_masks_of_several_sizes_stay_apart():
    coded = CELLS.encode([np.zeros((2, 3), "uint8"), np.ones((4, 1), "uint8")])
    assert coded.dtype == object and [each.shape for each in coded] == [(2, 3), (4, 1)]


def test_every_mask_with_an_unknown_value_is_named_at_once():
    masks = [np.full((2, 2), value, "uint8") for value in (0, 7, 1, 9)]
    with pytest.raises(DataError) as told:
        CELLS.encode(masks)
    assert len(told.value.faults) == 2
    assert "mask 1" in str(told.value) and "7" in str(told.value) and "void=7" in str(told.value)


def test_an_untrained_head_says_the_shares_of_the_classes():
    mask = np.repeat(np.array([0, 0, 0, 0, 0, 1, 1, 2, 2, 3], "uint8"), 10).reshape(10, 10)
    task = STREETS.fitted([mask])
    np.testing.assert_allclose(task.prior, [5 / 9, 2 / 9, 2 / 9])
    np.testing.assert_allclose(head_on_zeros(task)[0, 0, 0], task.prior, rtol=1e-5)


def test_shares_of_overlapping_labels_are_counted_one_by_one():
    mask = np.zeros((2, 2, 2), "uint8")
    mask[..., 0] = 1
    mask[0, 0, 1] = 1
    task = MARKS.fitted([mask])
    np.testing.assert_allclose(task.prior, [1, 0.25], atol=2e-4)
    np.testing.assert_allclose(head_on_zeros(task)[0, 0, 0], task.prior, rtol=1e-3)


def test_a_class_that_is_nowhere_has_a_finite_start():
    task = STREETS.fitted([np.zeros((5, 5), "uint8")])
    assert np.isfinite(head_on_zeros(task)).all()


def test_the_first_class_is_what_is_left_over_only_if_its_name_says_so():
    assert CELLS.has_background and kit.Segmentation(3).has_background
    assert not STREETS.has_background
    assert kit.Segmentation(("membrane", "cell"), background=True).has_background


@pytest.mark.parametrize("task", [CELLS, STREETS, MARKS, CELLS.fitted([np.eye(3, dtype="uint8")])], ids=str)
def test_json_brings_back_an_equal_task(task):
    assert tasks.from_json(json.loads(json.dumps(task.to_json()))) == task


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"classes": 1}, "At least 2"),
        ({"classes": ("a", "a")}, "a"),
        ({"classes": 2, "void": 1}, "1 classes"),
        ({"classes": 3, "void": 256}, "0 to 255"),
        ({"classes": 300}, "255"),
    ],
    ids=str,
)
def test_classes_that_no_mask_can_hold_are_refused(wrong, told):
    with pytest.raises(KitError, match=told):
        kit.Segmentation(**wrong)


@pytest.mark.parametrize("loss", ["mse", "hinge", "crossentropy+mse", "dise"])
def test_a_loss_that_is_none_for_masks_is_refused_with_those_that_are(loss):
    with pytest.raises((MatchError, KitError), match="crossentropy|dice"):
        _ = kit.Segmentation(("a", "b"), loss=loss).match


def test_the_threshold_decides_what_is_of_the_class():
    outputs = np.full((1, 1, 1, 1), 0.4, "float32")
    assert CELLS.decided(outputs).masks.item() == 0
    assert kit.Segmentation(2, threshold=0.3).decided(outputs).masks.item() == 1


@pytest.mark.parametrize(
    ("prior", "balance", "weighs"),
    [
        ((0.6, 0.35, 0.05), None, True),  # the last has less than a tenth of the first
        ((0.5, 0.3, 0.2), None, False),
        ((0.97, 0.03), None, False),  # two classes: dice takes care of the rare one
        ((0.6, 0.35, 0.05), False, False),
        ((0.5, 0.3, 0.2), True, True),
    ],
    ids=str,
)
def test_rare_classes_among_several_weigh_more_unless_the_user_says_otherwise(prior, balance, weighs):
    task = kit.Segmentation(len(prior), balance=balance, prior=prior, loss="crossentropy")
    assert (task.make_loss().class_weights is not None) is weighs


def test_balance_weighs_pixels_by_the_root_of_rarity_and_by_one_in_the_mean():
    task = kit.Segmentation(("a", "b"), balance=True, prior=(0.8, 0.2), loss="crossentropy")
    weights = np.array(task.make_loss().class_weights)
    assert weights[1] / weights[0] == pytest.approx(2)
    assert weights @ [0.8, 0.2] == pytest.approx(1)
    assert (
        kit.Segmentation(("a", "b"), prior=(0.8, 0.2), loss="crossentropy").make_loss().class_weights is None
    )


def test_class_0_without_a_name_is_the_background_only_where_most_pixels_are_of_it():
    cells, street = (
        kit.Segmentation(3).fitted([np.repeat([[0, 1, 2]], n, axis=1)]) for n in ([8, 1, 1], [3, 4, 4])
    )
    assert cells.has_background and not street.has_background and kit.Segmentation(3).has_background
    assert kit.Segmentation(("background", "a", "b"), prior=street.prior).has_background


@pytest.mark.parametrize("threshold", [1.5, -1, float("nan"), "x", (0.5, 0.5), None], ids=str)
def test_a_threshold_that_is_no_probability_is_refused(threshold):
    with pytest.raises(KitError, match="threshold is a probability, 0 to 1"):
        kit.Segmentation(("background", "cell"), threshold=threshold)


@pytest.mark.parametrize("values", [(0, 300), (0, 0)])
def test_values_that_masks_cannot_hold_or_tell_apart_are_refused(values):
    with pytest.raises(KitError, match="values are different ones"):
        kit.Segmentation(("background", "cell"), values=values)


def test_overlapping_labels_have_a_threshold_each():
    assert kit.Segmentation(("text", "stamp"), overlapping=True, threshold=(0.3, 0.6)).threshold == (0.3, 0.6)
    with pytest.raises(KitError, match="one for each label"):
        kit.Segmentation(("text", "stamp"), overlapping=True, threshold=(0.3, 0.6, 0.5))
