import numpy as np
import pytest

from kit import draw


def test_each_head_has_a_panel_with_its_weights_and_words():
    weights = np.array([[[0.25, 0.75], [1.0, 0.0]], [[0.5, 0.5], [0.1, 0.9]]])
    figure = draw.attention_maps(weights, ["who", "asks"], ["a", "b"], names=["first", "second"])
    assert [axes.get_title("left") for axes in figure.axes] == ["first", "second"]
    for axes, drawn in zip(figure.axes, weights, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), drawn)
        assert [text.get_text() for text in axes.texts] == [f"{value:.2f}" for value in drawn.ravel()]
        assert [label.get_text() for label in axes.get_yticklabels()] == ["who", "asks"]
        assert [label.get_text() for label in axes.get_xticklabels()] == ["a", "b"]


def test_many_words_are_turned_and_have_no_numbers_in_their_cells():
    figure = draw.attention_maps(np.full((1, 12, 12), 1 / 12), [f"word {place}" for place in range(12)])
    (axes,) = figure.axes
    assert not axes.texts and {label.get_rotation() for label in axes.get_xticklabels()} == {90}


def test_words_that_do_not_fit_the_weights_are_refused():
    with pytest.raises(ValueError, match="2 x 2 words for weights of"):
        draw.attention_maps(np.ones((1, 3, 3)) / 3, ["a", "b"])
