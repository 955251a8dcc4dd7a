import numpy as np

from kit import draw


def test_each_line_is_the_rate_of_every_step():
    left, right = draw.schedule_curves(["cosine", "constant"], peak=0.5, steps=80, warmup=0.0).axes
    cosine = 0.25 * (1 + np.cos(np.pi * np.arange(80) / 80))
    for panel in (left, right):
        np.testing.assert_allclose(panel.lines[0].get_ydata(), cosine)
        np.testing.assert_allclose(panel.lines[1].get_ydata(), 0.5)
    assert (left.get_yscale(), right.get_yscale()) == ("linear", "log")
    assert [text.get_text() for text in left.get_legend().get_texts()] == ["cosine", "constant"]
