import numpy as np
import pytest

from kit import draw
from kit.draw import rates


def test_zones_lie_around_the_rates_that_have_nine_tenths_of_the_fall():
    tried = [1e-3, 1e-2, 1e-1, 1.0, 10.0]
    losses = [0.95, 0.5, 0.1, 0.15, np.nan]  # 90 % of the fall from 1 to 0.1: 0.19 or less
    (panel,) = draw.loss_against_rate(tried, losses, start=1.0).axes
    zones = [(patch.get_x(), patch.get_x() + patch.get_width()) for patch in panel.patches]
    bounds = [1e-3, 10**-1.5, 10**0.5, 10]
    np.testing.assert_allclose(np.ravel(zones), np.repeat(bounds, 2)[1:-1])
    assert [text.get_text() for text in panel.texts][:3] == ["too small", "right", "too large"]
    assert panel.lines[1].get_xdata().tolist() == [10.0]  # blown up: a cross


@pytest.mark.parametrize(
    ("losses", "expected"),
    [([0.1, 0.5, 0.9], (0, 0)), ([0.9, 0.5, 0.1], (2, 2)), ([0.1, 0.9, 0.1], (0, 0)), ([0.1] * 3, (0, 2))],
)
def test_right_rates_are_neighbours_of_the_best(losses, expected):
    assert rates.right_rates(losses, 1.0) == expected


def test_without_a_start_there_are_no_zones_but_a_suggestion():
    (panel,) = draw.loss_against_rate([0.1, 1.0], [1.0, 0.5], suggestion=0.25, title="mine").axes
    assert not panel.patches and panel.get_legend().get_texts()[0].get_text() == "suggestion 0.25"
