import numpy as np
import pytest
from scipy import special

from kit import draw


def test_bars_and_lines_are_softmax_of_scores_by_temperature():
    scores = np.array([2.0, 1.0, -1.0])
    left, right = draw.softmax_temperature(scores, temperatures=(0.5, 2.0), names=("a", "b", "c")).axes
    heights = [bar.get_height() for bar in left.patches]
    np.testing.assert_allclose(heights[:3], special.softmax(scores / 0.5))
    np.testing.assert_allclose(heights[3:], special.softmax(scores / 2))
    for line, index in zip(right.lines[:3], range(3), strict=True):
        expected = [special.softmax(scores / temperature)[index] for temperature in line.get_xdata()]
        np.testing.assert_allclose(line.get_ydata(), expected)
    assert [label.get_text() for label in left.get_xticklabels()] == ["a", "b", "c"]


def test_a_temperature_of_zero_is_an_error():
    with pytest.raises(ValueError, match="above 0. Received"):
        draw.softmax_temperature(temperatures=(0.0, 1.0))
