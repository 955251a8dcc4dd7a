"""Places: a grid over the image, and boxes around its points that can be anything but empty."""

import keras
import numpy as np
import pytest

from kit.places import BoxesAndScores, grid


def test_the_grid_is_read_row_by_row_and_level_by_level():
    middles, steps = grid((8, 16), (4, 8))
    assert middles[:4].tolist() == [[2, 2], [6, 2], [10, 2], [14, 2]] and middles[4].tolist() == [2, 6]
    assert middles[8:].tolist() == [[4, 4], [12, 4]]
    assert steps.tolist() == [4] * 8 + [8] * 2


def test_a_size_that_does_not_divide_gets_a_place_for_the_rest():
    assert len(grid((9, 9), (4,))[0]) == 9


def test_distances_are_softplus_in_strides_and_scores_are_sigmoid():
    raw = np.array([[[0.0, 1.0, 2.0, 3.0, 0.0, 2.0]]], "float32")
    x1, y1, x2, y2, first, second = np.asarray(BoxesAndScores((8, 8), (8,))(raw))[0, 0]
    far = 8 * (np.log1p(np.exp([0.0, 1.0, 2.0, 3.0])) + 0.02)
    np.testing.assert_allclose([4 - x1, 4 - y1, x2 - 4, y2 - 4], np.minimum(far, 8), rtol=1e-5)
    assert first == 0.5 and second == pytest.approx(1 / (1 + np.exp(-2)))


@pytest.mark.parametrize("value", [-1e9, 1e9])
def test_no_output_makes_an_empty_or_an_infinite_box(value):
    boxes = np.asarray(BoxesAndScores((16, 32), (8, 16))(np.full((1, 10, 5), value, "float32")))
    sides = boxes[0, :, 2:4] - boxes[0, :, :2]
    assert np.isfinite(boxes).all() and (sides > 0.1).all() and (sides <= 2 * 32).all()


def test_the_layer_is_made_again_from_its_file(tmp_path):
    places = keras.Input((10, 5))
    model = keras.Model(places, BoxesAndScores((16, 32), (8, 16))(places))
    model.save(tmp_path / "m.keras")
    x = np.linspace(-3, 3, 50, dtype="float32").reshape(1, 10, 5)
    again = keras.models.load_model(tmp_path / "m.keras")
    np.testing.assert_array_equal(np.asarray(again(x)), np.asarray(model(x)))
