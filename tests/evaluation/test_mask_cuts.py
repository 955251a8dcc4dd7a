"""The thresholds of masks: chosen on pixels as scikit-learn counts them, kept in the model, told."""

import numpy as np
import pytest
from scipy import special
from sklearn import metrics

import kit
from kit.builders.common import Kit, recompiled
from kit.data import Samples
from kit.errors import MatchError
from kit.maps import VOID
from kit.training.settings import forget_calibration

SIZE = 24
GRID = np.linspace(0.02, 0.98, 193)


def network(task, units=1):
    """A model whose outputs are the sigmoid of its grey images, which run from -6.4 to 6.35."""
    import keras

    inputs = keras.Input((None, None, units), name="image")
    logits = keras.layers.Rescaling(1 / 20, offset=-6.4)(inputs)
    model = keras.Model(inputs, keras.layers.Activation("sigmoid", name="output")(logits))
    model.kit = Kit(kit.Images((SIZE, SIZE), channels=units), task)
    return recompiled(model, "adam")


def scenes(task, biases, count=6, seed=0):
    """Images whose logits are too high by so much, one bias a plane, and the masks that they stand for."""
    rng = np.random.default_rng(seed)
    images = rng.normal(118, 35, (count, SIZE, SIZE, len(biases))).clip(0, 255).astype("uint8")
    chances = special.expit(images / 20 - 6.4 - np.array(biases))
    masks = (rng.random(chances.shape) < chances).astype("uint8")
    masks = masks if task.overlapping else masks[..., 0]
    names = [f"image {row}" for row in range(count)]
    return Samples(images, masks, names, kit.Images((SIZE, SIZE), channels=len(biases)), task)


def flat(samples):
    """Probabilities and masks, (pixels, planes)."""
    outputs = special.expit(np.asarray(samples.inputs) / 20 - 6.4)
    return outputs.reshape(-1, outputs.shape[-1]), np.asarray(samples.labels).reshape(-1, outputs.shape[-1])


def mean_iou(true, said):
    return np.mean([metrics.jaccard_score(true, said, pos_label=value) for value in (0, 1)])


TWO = kit.Segmentation(("rest", "cell"))
MARKS = kit.Segmentation(("nucleus", "scratch"), overlapping=True)


@pytest.fixture(scope="module")
def settled():
    model, held = network(TWO), scenes(TWO, [1.5], seed=1)
    before = kit.evaluate(model, held, resamples=0)
    return model, held, before, kit.calibrate(model, held)


def test_two_classes_get_the_threshold_with_the_highest_mean_iou(settled):
    model, held, before, found = settled
    (probabilities, true), task = flat(held), model.kit.task
    best = max(mean_iou(true[:, 0], probabilities[:, 0] >= cut) for cut in GRID)
    after = kit.evaluate(model, held, resamples=0).metrics["mean_iou"]
    assert after == pytest.approx(mean_iou(true[:, 0], probabilities[:, 0] >= task.threshold))
    assert after >= best - 1e-4 and after > before.metrics["mean_iou"] + 0.05
    assert task.aim == "mean_iou" and task.threshold > 0.6
    assert f"mean_iou {before.metrics['mean_iou']:.3f} -> {after:.3f}" in str(found)


def test_keras_counts_with_the_threshold(settled):
    model, held, *_ = settled
    x, y = held.arrays()
    logs = model.evaluate(x.astype("float32"), y, verbose=0, return_dict=True)
    assert logs["mean_iou"] == pytest.approx(kit.evaluate(model, held, resamples=0).metrics["mean_iou"])


def test_the_threshold_is_saved_and_training_forgets_it(settled, tmp_path):
    model, held, *_ = settled
    loaded = kit.load(kit.save(model, tmp_path / "cells"))
    assert loaded.task == model.kit.task
    forget_calibration(model)
    assert model.kit.task.threshold == 0.5 and model.kit.task.calibration is None
    kit.calibrate(model, held)
    assert loaded.task == model.kit.task


def test_overlapping_labels_get_a_threshold_each():
    model, held = network(MARKS, 2), scenes(MARKS, [1.5, -1.5])
    kit.calibrate(model, held)
    probabilities, true = flat(held)
    for place, threshold in enumerate(model.kit.task.threshold):
        scores = [metrics.jaccard_score(true[:, place], probabilities[:, place] >= cut) for cut in GRID]
        said = probabilities[:, place] >= threshold
        assert metrics.jaccard_score(true[:, place], said) >= max(scores) - 1e-4
    first, second = model.kit.task.threshold
    assert first > 0.5 > second
    x, y = held.arrays()
    logs = model.evaluate(x.astype("float32"), y, verbose=0, return_dict=True)
    assert logs["mean_iou"] == pytest.approx(kit.evaluate(model, held, resamples=0).metrics["mean_iou"])


def test_the_aim_of_equal_costs_makes_most_pixels_right():
    model, held = network(TWO), scenes(TWO, [1.0])
    kit.calibrate(model, held, aim="cost=1:1")
    probabilities, true = flat(held)
    right = [np.mean((probabilities >= cut) == true) for cut in GRID]
    assert np.mean((probabilities >= model.kit.task.threshold) == true) >= max(right) - 1e-4


def test_void_pixels_do_not_count():
    task = kit.Segmentation(("rest", "cell"), void=VOID)
    held = scenes(task, [1.5])
    held.labels[:, : SIZE // 2] = VOID
    model = network(task)
    kit.calibrate(model, held)
    probabilities, true = flat(held)
    counts = true[:, 0] != VOID
    found, best = (
        max(mean_iou(true[counts, 0], probabilities[counts, 0] >= cut) for cut in cuts)
        for cuts in ([model.kit.task.threshold], GRID)
    )
    assert found >= best - 1e-4
    assert found == pytest.approx(kit.evaluate(model, held, resamples=0).metrics["mean_iou"])


def test_a_class_that_no_pixel_has_keeps_its_threshold():
    model, held = network(TWO), scenes(TWO, [0.0])
    empty = Samples(held.inputs, np.zeros_like(held.labels), held.names, held.input, TWO)
    assert "'cell' stays at threshold 0.5: no sample has it" in str(kit.calibrate(model, empty))


def test_a_threshold_that_was_given_stays_unless_an_aim_is_given_too():
    task = kit.Segmentation(("rest", "cell"), threshold=0.3)
    model, held = network(task), scenes(task, [1.5])
    assert "threshold 0.3 stays" in str(kit.calibrate(model, held))
    assert model.kit.task.threshold == 0.3
    kit.calibrate(model, held, aim="mean_iou")
    assert model.kit.task.threshold > 0.5


def test_mean_iou_is_an_aim_of_masks_alone():
    with pytest.raises(MatchError, match="is for masks"):
        _ = kit.Classification(2, aim="mean_iou").match
    with pytest.raises(MatchError, match="mask_argmax"):
        _ = kit.Segmentation(3, aim="mean_iou").match
