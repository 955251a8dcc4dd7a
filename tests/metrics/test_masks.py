"""Mean IoU of masks: by scikit-learn over several batches, void pixels, compiled steps on both backends."""

import keras
import numpy as np
import pytest
from sklearn.metrics import confusion_matrix, jaccard_score

from kit.metrics import flat_name, make, taken
from kit.metrics.masks import LabelMasksIoU, MaskIoU


def one_hot(said, classes):
    return np.eye(classes, dtype="float32")[said]


def result(metric, *batches):
    for y_true, y_pred in batches:
        metric.update_state(y_true, y_pred)
    return float(metric.result())


def compiled(metric, y_true, y_pred):
    """The result after one update inside a compiled step of the current backend."""
    if keras.backend.backend() == "jax":
        import jax

        state = [variable.value for variable in metric.variables]
        return float(metric.stateless_result(jax.jit(metric.stateless_update_state)(state, y_true, y_pred)))
    import tensorflow as tf  # only where it is the backend

    tf.function(metric.update_state)(tf.constant(y_true), tf.constant(y_pred))
    return float(metric.result())


def test_two_classes_are_counted_by_hand_over_all_batches():
    first = np.array([[[1, 1, 0, 0]]]), np.array([0.9, 0.2, 0.8, 0.1], "float32").reshape(1, 1, 4, 1)
    second = np.array([[[1, 255, 255, 255]]]), np.full((1, 1, 4, 1), 0.9, "float32")
    # class 0: found 1, said or true 3; class 1: found 2, said or true 4
    assert result(MaskIoU(2), first, second) == pytest.approx((1 / 3 + 2 / 4) / 2)


def test_classes_are_those_of_scikit_learn(rng):
    mask, said = rng.integers(0, 4, (2, 3, 8, 8))
    oracle = jaccard_score(mask.ravel(), said.ravel(), average="macro")
    batches = [(mask[:1], one_hot(said[:1], 4)), (mask[1:].astype("uint8"), one_hot(said[1:], 4))]
    assert result(MaskIoU(4), *batches) == pytest.approx(oracle, rel=1e-5)


def test_the_counts_are_the_confusion_matrix(rng):
    mask, said = rng.integers(0, 3, (2, 2, 8, 8))
    metric = MaskIoU(3)
    metric.update_state(mask, one_hot(said, 3))
    counts = np.array(metric.counts).reshape(3, 3)
    np.testing.assert_array_equal(counts, confusion_matrix(mask.ravel(), said.ravel()))


def test_labels_are_those_of_scikit_learn(rng):
    mask, said = rng.integers(0, 2, (2, 2, 8, 8, 3))
    oracle = jaccard_score(mask.reshape(-1, 3), said.reshape(-1, 3), average="macro")
    assert result(LabelMasksIoU(3), (mask, said.astype("float32"))) == pytest.approx(oracle, rel=1e-5)


def test_classes_that_are_neither_said_nor_true_do_not_count():
    mask = np.array([[[0, 1]]])
    assert result(MaskIoU(9), (mask, one_hot(mask, 9))) == 1
    labels = np.array([[[[1, 0], [1, 0]]]])
    assert result(LabelMasksIoU(2), (labels, labels.astype("float32"))) == 1


def test_a_class_that_is_said_and_never_true_counts_0():
    assert result(MaskIoU(3), (np.array([[[0, 0]]]), one_hot(np.array([[[0, 2]]]), 3))) == (1 / 2 + 0) / 2


def test_void_pixels_do_not_count_whatever_is_said():
    mask = np.array([[[1, 0, 255]]], "uint8")
    for said in (0.0, 1.0):
        y_pred = np.array([0.9, 0.1, said], "float32").reshape(1, 1, 3, 1)
        assert result(MaskIoU(2), (mask, y_pred)) == 1
        assert result(LabelMasksIoU(1), (mask[..., None], y_pred)) == 1


def test_the_threshold_itself_is_said():
    mask, said = np.array([[[1, 0]]]), np.array([0.3, 0.2], "float32").reshape(1, 1, 2, 1)
    assert result(MaskIoU(2, threshold=0.3), (mask, said)) == 1
    assert result(MaskIoU(2, threshold=0.31), (mask, said)) == (1 / 2 + 0) / 2
    assert result(LabelMasksIoU(1, threshold=0.3), (mask[..., None], said)) == 1


@pytest.mark.parametrize("metric", [MaskIoU(2), LabelMasksIoU(2)], ids=lambda metric: type(metric).__name__)
def test_nothing_seen_is_0_and_reset_forgets(metric):
    assert float(metric.result()) == 0
    mask = np.ones((1, 2, 2, 2)) if isinstance(metric, LabelMasksIoU) else np.ones((1, 2, 2))
    assert result(metric, (mask, np.tile(np.float32([0, 1]), (1, 2, 2, 1)))) > 0
    metric.reset_state()
    assert float(metric.result()) == 0


def test_it_counts_in_a_compiled_step(rng):
    mask, said = rng.integers(0, 3, (2, 2, 8, 8))
    mask[:, 0] = 255
    eager = result(MaskIoU(3), (mask, one_hot(said, 3)))
    assert compiled(MaskIoU(3), mask.astype("uint8"), one_hot(said, 3)) == pytest.approx(eager)
    labels = rng.integers(0, 2, (2, 8, 8, 3))
    eager = result(LabelMasksIoU(3), (labels, one_hot(said, 3)))
    assert compiled(LabelMasksIoU(3), labels.astype("uint8"), one_hot(said, 3)) == pytest.approx(eager)


@pytest.mark.parametrize("name", ["mask_iou", "masks_iou"])
def test_tasks_make_them_by_name_and_logs_show_one_name(name):
    given = {"num_classes": 5, "threshold": 0.3, "other": 1}
    metric = make(name, **taken(name, given))
    assert (metric.num_classes, metric.threshold, flat_name(name)) == (5, 0.3, "mean_iou")


@pytest.mark.parametrize("kind", [MaskIoU, LabelMasksIoU])
def test_it_survives_its_config(kind):
    metric = kind(num_classes=5, threshold=0.3)
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert (type(again), again.num_classes, again.threshold, again.name) == (kind, 5, 0.3, "mean_iou")


@pytest.mark.parametrize(("kind", "units"), [(MaskIoU, 1), (MaskIoU, 4), (LabelMasksIoU, 1)])
def test_outputs_for_another_number_of_classes_are_refused(kind, units):
    with pytest.raises(ValueError, match=f"for 3 classes. Received: .*{units}"):
        kind(3).update_state(np.zeros((1, 2, 2)), np.zeros((1, 2, 2, units), "float32"))


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="`num_classes` is at least 2. Received: 1"):
        MaskIoU(1)
