import numpy as np
import pytest
from scipy import special

from kit import draw
from kit.errors import KitError, MatchError


def test_losses_of_an_error_are_those_of_the_formulas():
    left, right = draw.loss_curves(["mse", "mae", "huber"]).axes
    x = left.lines[0].get_xdata()
    size = np.abs(x)
    expected = [x**2, size, np.where(size <= 1, x**2 / 2, size - 0.5)]
    slopes = [2 * x, np.sign(x), np.clip(x, -1, 1)]
    for line, values in zip([*left.lines[:3], *right.lines[:3]], expected + slopes, strict=True):
        np.testing.assert_allclose(line.get_ydata(), values, atol=1e-5)
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["mse", "mae", "huber"]


def test_two_losses_of_a_score_meet_with_their_own_codes_and_activations():
    left, right = draw.loss_curves(["crossentropy", "hinge"], of="score").axes
    x = left.lines[1].get_xdata()
    np.testing.assert_allclose(left.lines[1].get_ydata(), np.log1p(np.exp(-x)), atol=1e-5)
    np.testing.assert_allclose(left.lines[2].get_ydata(), np.maximum(0, 1 - x), atol=1e-5)
    np.testing.assert_allclose(right.lines[0].get_ydata(), -special.expit(-x), atol=1e-5)


def test_the_loss_of_a_probability_is_minus_its_logarithm():
    left, _ = draw.loss_curves(["crossentropy"], of="probability", ends=(0.1, 0.9)).axes
    x, values = left.lines[0].get_data()
    np.testing.assert_allclose(values, -np.log(x), atol=1e-5)


def test_what_does_not_exist_is_an_error():
    with pytest.raises(KitError, match="Did you mean 'score'"):
        draw.loss_curves(of="scor")
    with pytest.raises(MatchError, match="'hinge' fits binary targets"):
        draw.loss_curves(["hinge"], of="error")
