"""PSNR by its formula, the mean over images, clipped and capped."""

import keras
import numpy as np
import pytest

from kit.metrics import flat_name, make, taken
from kit.metrics.images import PSNR


def result(metric, *batches):
    for y_true, y_pred in batches:
        metric.update_state(y_true, y_pred)
    return float(metric.result())


def flat(*values):
    """One image of one grey a value."""
    return np.array(values, "float32").reshape(-1, 1, 1, 1) * np.ones((1, 4, 4, 1), "float32")


def test_a_tenth_of_white_is_20_decibels():
    assert result(PSNR(), (flat(0), flat(25.5))) == pytest.approx(20, rel=1e-5)
    assert result(PSNR(scale=1.0), (flat(0), flat(0.1))) == pytest.approx(20, rel=1e-5)


def test_it_is_its_formula_and_the_mean_over_images_not_over_pixels(rng):
    clean, said = rng.uniform(0, 255, (2, 3, 6, 6, 2))
    by_hand = [10 * np.log10(255**2 / ((c - s) ** 2).mean()) for c, s in zip(clean, said, strict=True)]
    assert result(PSNR(), (clean[:1], said[:1]), (clean[1:], said[1:])) == pytest.approx(
        np.mean(by_hand), rel=1e-5
    )


def test_predictions_are_clipped_first():
    clean = np.concatenate([flat(0), flat(255)])
    assert result(PSNR(), (clean, np.concatenate([flat(-99), flat(999)]))) == pytest.approx(100)


def test_equal_images_are_100_decibels_and_not_infinite():
    assert result(PSNR(), (flat(7), flat(7))) == pytest.approx(100)


def test_bytes_do_not_wrap_around():
    assert result(PSNR(), (flat(10).astype("uint8"), flat(35.5))) == pytest.approx(20, rel=1e-5)


def test_weights_of_images_count():
    metric = PSNR()
    metric.update_state(flat(0, 0), flat(25.5, 0), sample_weight=np.array([1.0, 0.0]))
    assert float(metric.result()) == pytest.approx(20, rel=1e-5)


def test_it_counts_in_a_compiled_step():
    metric = PSNR()
    if keras.backend.backend() == "jax":
        import jax

        state = [variable.value for variable in metric.variables]
        state = jax.jit(metric.stateless_update_state)(state, flat(0), flat(25.5))
        found = metric.stateless_result(state)
    else:
        import tensorflow as tf  # only where it is the backend

        tf.function(metric.update_state)(tf.constant(flat(0)), tf.constant(flat(25.5)))
        found = metric.result()
    assert float(found) == pytest.approx(20, rel=1e-5)


def test_tasks_make_it_by_name_and_it_survives_its_config():
    metric = make("psnr", **taken("psnr", {"scale": 1.0, "num_classes": 3}))
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(metric))
    assert (type(again), again.scale, again.name, flat_name("psnr")) == (PSNR, 1.0, "psnr", "psnr")
