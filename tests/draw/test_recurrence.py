import numpy as np
import pytest

from kit import draw


def test_each_step_shows_its_input_and_the_state_after_it(rng):
    states = rng.normal(size=(4, 3))
    (axes,) = draw.unrolled(["a", "b", "c", "d"], states).axes
    np.testing.assert_allclose([np.ravel(image.get_array()) for image in axes.images], states)
    assert [text.get_text() for text in axes.texts if text.get_text()] == ["a", "b", "c", "d"]
    assert {image.norm.vmax for image in axes.images} == {np.abs(states).max()}  # one scale for all steps


def test_a_masked_step_is_handed_the_state_and_takes_no_input(rng):
    def arrows(masked):
        (axes,) = draw.unrolled(np.ones((3, 2)), np.zeros((3, 2)), masked=masked).axes
        return sum(text.arrow_patch is not None for text in axes.texts if hasattr(text, "arrow_patch"))

    assert arrows(None) == 3 + 2
    assert arrows([False, True, True]) == 1 + 2


def test_inputs_of_another_number_are_refused():
    with pytest.raises(ValueError, match="2 inputs for 3 states"):
        draw.unrolled([1, 2], np.zeros((3, 2)))
