"""DistributionFocal: its formula by hand, finite wherever boxes lie, trained, saved and loaded."""

import dataclasses

import keras
import numpy as np
import pytest

import kit
from kit.losses.distribution import DistributionFocal
from kit.places import BoxesAndScores, grid

SIZE, STRIDES, KINDS, BINS = (32, 32), (8, 16), 2, 16
MIDDLES, STEPS = grid(SIZE, STRIDES)
PLACES = len(STEPS)
FILLER = [-1] * 5
BATCHES = {
    "no box at all": [[FILLER, FILLER]] * 2,
    "one image without boxes": [[[4, 4, 20, 20, 1], FILLER], [FILLER, FILLER]],
    "zero width and height": [[[4, 4, 4, 20, 1], FILLER], [[9, 9, 9, 9, 0], FILLER]],
    "outside of the image": [[[-40, -40, -9, -9, 1], FILLER], [[40, 4, 60, 20, 0], FILLER]],
    "sides beyond the last bin": [[[-900, -900, 900, 900, 1], FILLER], [FILLER, FILLER]],
}


def raw_outputs(scale=3.0, count=2):
    shape = (count, PLACES, 4 * BINS + KINDS)
    return np.random.default_rng(0).normal(0, scale, shape).astype("float32")


def loss_of(y_true, raw, weights=(2.0, 7.5, 1.5)):
    loss = DistributionFocal(SIZE, STRIDES, weights)
    return loss(np.array(y_true, "float32"), BoxesAndScores(SIZE, STRIDES, BINS)(raw))


@pytest.mark.parametrize("scale", [0.1, 100.0])
@pytest.mark.parametrize("name", BATCHES)
def test_loss_and_gradient_are_finite(toys, name, scale):
    gradient = toys.slope(lambda raw: loss_of(BATCHES[name], raw), raw_outputs(scale))
    assert np.isfinite(gradient).all() and np.abs(gradient[..., 4 * BINS :]).sum() > 0
    assert float(loss_of(BATCHES[name], raw_outputs(scale))) > 0


def test_a_box_is_the_mean_of_its_bins():
    raw = raw_outputs()
    shares = np.exp(raw[..., : 4 * BINS].reshape(2, PLACES, 4, BINS).astype("float64"))
    shares /= shares.sum(axis=-1, keepdims=True)
    far = np.minimum(((shares @ np.arange(BINS)) + 0.02) * STEPS[:, None], 32)
    said = np.asarray(BoxesAndScores(SIZE, STRIDES, BINS)(raw))
    corners = np.concatenate([MIDDLES - far[..., :2], MIDDLES + far[..., 2:]], axis=-1)
    np.testing.assert_allclose(said[..., :4], corners, atol=1e-3)
    np.testing.assert_allclose(said[..., 4 : 4 + KINDS], 1 / (1 + np.exp(-raw[..., 4 * BINS :])), atol=1e-5)
    np.testing.assert_allclose(said[..., 4 + KINDS :], shares.reshape(2, PLACES, -1), atol=1e-5)


def test_the_crossentropy_of_the_bins_is_as_by_hand():
    boxes = np.random.default_rng(1).uniform(-20, 50, (1, PLACES, 4)).astype("float32")
    shares = np.random.default_rng(2).dirichlet(np.ones(BINS), (1, PLACES, 4))
    by_hand = np.zeros((1, PLACES))
    for place, (x, y) in enumerate(MIDDLES.astype("float64")):
        x1, y1, x2, y2 = boxes[0, place].astype("float64")
        for side, far in enumerate((x - x1, y - y1, x2 - x, y2 - y)):
            far = min(max(far / STEPS[place] - 0.02, 0), BINS - 1)
            left = min(int(far), BINS - 2)
            pair = np.log(shares[0, place, side, [left, left + 1]])
            by_hand[0, place] -= (pair[0] * (left + 1 - far) + pair[1] * (far - left)) / 4
    found = DistributionFocal(SIZE, STRIDES).apart(
        boxes, boxes, shares.reshape(1, PLACES, -1).astype("float32")
    )
    np.testing.assert_allclose(np.asarray(found), by_hand, rtol=1e-3)


def test_downhill_a_place_learns_the_box_and_its_class(toys):
    true = np.array([[[3, 5, 25, 21, 1], FILLER]], "float32")
    raw = np.concatenate([np.tile(-0.6 * np.arange(BINS), 4), np.zeros(KINDS)]).astype("float32")
    raw = np.tile(raw, (1, PLACES, 1))  # boxes of 2.6 strides, as a detector begins
    for _ in range(60):
        raw -= np.clip(toys.slope(lambda each: loss_of(true, each), raw), -1, 1)
    said = np.asarray(BoxesAndScores(SIZE, STRIDES, BINS)(raw))[0]
    best = said[said[:, 4 : 4 + KINDS].max(axis=1).argmax()]
    np.testing.assert_allclose(best[:4], true[0, 0, :4], atol=1)
    assert best[5] > 0.8 > 0.2 > best[4]


def test_a_loss_comes_back_from_its_config():
    loss = DistributionFocal(SIZE, STRIDES, (1, 2, 3))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert (again.size, again.strides, again.weights) == (SIZE, STRIDES, (1, 2, 3))


def test_outputs_without_bins_are_refused():
    with pytest.raises(ValueError, match=r"4 \+ classes \+ 64"):
        DistributionFocal(SIZE, STRIDES)(np.zeros((1, 2, 5)), np.zeros((1, PLACES, 6)))


@pytest.mark.large
def test_a_detector_with_bins_is_trained_and_is_the_same_from_a_file(tmp_path):
    data = kit.load_data(kit.shapes("detection", 12, (32, 32)), task="detection")
    task = dataclasses.replace(data.task, loss="distribution_focal", score=0.0)
    keras.utils.set_random_seed(0)
    model = kit.build_detector(task, data.input, architecture="yolo", width=4, strides=(8,))
    assert model.output_shape == (None, 16, 4 + 3 + 4 * BINS)
    first = np.asarray(model(data.train.inputs[:1].astype("float32")))[0]
    np.testing.assert_allclose(first[5, 2] - first[5, 0], 2 * 8 * 1.3, rtol=0.05)  # as without bins
    history = kit.fit(model, data, epochs=2, verbose=0).history
    parts = history["class_loss"][-1] + history["box_loss"][-1]
    assert history["loss"][-1] == pytest.approx(parts, rel=1e-3) and 0 <= history["val_recall"][-1] <= 1
    report = kit.evaluate(model, data.test, resamples=20)
    predictor = kit.load(kit.save(model, tmp_path / "m", report=report))
    again = kit.evaluate(predictor, data.test, resamples=20)
    assert again.metrics == pytest.approx(report.metrics, rel=1e-4, nan_ok=True)
    assert set(predictor(data.test.inputs[0]).labels) <= set(task.classes)
