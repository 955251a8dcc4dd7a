import numpy as np

from kit import draw


def test_steps_lie_on_the_curve_and_those_outside_are_counted():
    ways = {"falls": [2.0, 1.0, 0.5], "leaves": [2.0, -4.0, 8.0]}
    picture = draw.descent_steps(np.square, ways, low=-3, high=3)
    falls, leaves = picture.axes
    assert falls.lines[1].get_xydata().tolist() == [[2, 4], [1, 1], [0.5, 0.25]]
    assert falls.texts[0].get_text() == "2 steps: loss 0.2500"
    assert leaves.texts[0].get_text() == "2 steps: 2 steps outside"
    assert [panel.get_title(loc="left") for panel in picture.axes] == ["falls", "leaves"]
    draw.png(picture)
