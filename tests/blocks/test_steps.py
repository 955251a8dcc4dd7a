"""Blocks over steps: by hand on small series, and blind to what stands after the end."""

import keras
import numpy as np
import pytest

from kit.blocks import steps
from kit.blocks.normalize import normalize
from kit.errors import MatchError

MASK = np.array([[True, True, False, False], [True, True, True, True]])


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


def ended(x):
    """A copy of the series with nonsense after the end."""
    other = x.copy()
    other[~MASK] = 1e3
    return other


def test_the_mean_and_the_last_step_are_those_of_the_steps_that_are_there(rng):
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    mean, last = numpy(steps.mean_over(ended(x), MASK)), numpy(steps.last_of(ended(x), MASK))
    np.testing.assert_allclose(mean, [x[0, :2].mean(axis=0), x[1].mean(axis=0)], rtol=1e-5)
    np.testing.assert_allclose(last, [x[0, 1], x[1, 3]], rtol=1e-6)


def test_without_a_mask_all_steps_count(rng):
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    np.testing.assert_allclose(numpy(steps.mean_over(x)), x.mean(axis=1), rtol=1e-5)
    np.testing.assert_allclose(numpy(steps.last_of(x)), x[:, -1])


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("normalization", ["batch", "layer", "none"])
def test_a_convolution_does_not_see_past_the_end(normalization, training, rng):
    inputs, mask = keras.Input((4, 3)), keras.Input((4,), dtype="bool")
    found = steps.conv_norm_act(inputs, 5, 3, mask=mask, normalization=normalization)
    model = keras.Model([inputs, mask], found)
    x = rng.normal(size=(2, 4, 3)).astype("float32")
    one, other = (numpy(model([each, MASK], training=training)) for each in (x, ended(x)))
    np.testing.assert_allclose(one[MASK], other[MASK], rtol=1e-5, atol=1e-6)


def test_a_causal_convolution_sees_no_later_step(rng):
    inputs = keras.Input((6, 2))
    found = steps.conv_norm_act(inputs, 3, 3, causal=2, normalization="none")
    model = keras.Model(inputs, found)
    x = rng.normal(size=(1, 6, 2)).astype("float32")
    later = x.copy()
    later[:, 4:] += 1
    np.testing.assert_allclose(numpy(model(x))[:, :4], numpy(model(later))[:, :4], rtol=1e-6)


def test_positions_are_waves_from_the_first_step_on():
    found = numpy(steps.waves(np.zeros((1, 3, 4), "float32")))[0]
    for step in range(3):
        phase = (step + 1) * np.array([1.0, 10_000.0**-0.5])
        np.testing.assert_allclose(found[step], [*np.sin(phase), *np.cos(phase)], rtol=1e-5)


def test_groups_of_channels_would_count_the_padding():
    with pytest.raises(MatchError, match="after the end of a series.*batch"):
        normalize(keras.Input((4, 8)), "group", mask=keras.Input((4,), dtype="bool"))
