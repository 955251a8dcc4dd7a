import numpy as np

from kit import draw


def test_boxes_lie_on_their_pixels_and_carry_names_and_scores():
    with draw.style():
        figure, axes = draw.figure("boxes")
        draw.boxes_on(axes, np.zeros((40, 60, 3)), [[10, 5, 30, 20]], ["cat $1$"], ["red"], [0.934])
    draw.png(figure)
    (patch,), (text,) = axes.patches, axes.texts
    assert patch.get_bbox().extents.tolist() == [10, 5, 30, 20] and text.get_text() == "cat \\$1\\$ 0.93"
    assert axes.get_xlim() == (0, 60) and axes.get_ylim() == (40, 0)
