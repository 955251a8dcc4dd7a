import numpy as np

from kit import draw


def test_each_layer_has_its_norm_and_a_norm_of_nothing_is_a_cross():
    picture = draw.gradient_norms({"deep": [1e-8, 1e-4, 1.0], "half": [0.0, 0.1, 1.0], "dead": [0.0, 0.0]})
    (panel,) = picture.axes
    lines = {tuple(line.get_xdata()): line for line in panel.lines if len(line.get_xdata())}
    np.testing.assert_allclose(lines[1, 2, 3].get_ydata(), [1e-8, 1e-4, 1.0])
    np.testing.assert_allclose(lines[2, 3].get_ydata(), [0.1, 1.0])
    assert lines[1,].get_marker() == "x" and lines[1,].get_ydata()[0] < 1e-8
    assert [text.get_text() for text in panel.get_legend().get_texts()] == ["deep", "half", "dead: 0"]
    assert panel.get_yscale() == "log"
    draw.png(picture)
