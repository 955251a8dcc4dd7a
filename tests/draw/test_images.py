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


def test_names_at_the_upper_and_the_right_edge_are_not_cut():
    with draw.style():
        figure, axes = draw.figure("boxes", width=3, height=2)
        boxes = [[2, -1, 20, 12], [52, 9, 63, 20], [50, 0, 60, 39], [20, 20, 40, 39]]
        draw.boxes_on(axes, np.zeros((40, 60, 3)), boxes, ["rectangle"] * 4, ["red"] * 4)
    draw.png(figure)
    inside = axes.get_window_extent()
    for text in axes.texts:
        box = text.get_window_extent()
        assert box.x0 >= inside.x0 and box.x1 <= inside.x1 + 1 and box.y1 <= inside.y1 + 1
