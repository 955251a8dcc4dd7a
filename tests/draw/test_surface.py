import numpy as np
from matplotlib.colors import to_hex

from kit import draw


def bowl(x, y):
    return x**2 + y**2


def test_paths_lie_where_they_are_and_say_the_loss_at_their_end():
    ways = {
        "one": np.array([[2.0, 2.0], [1.0, 0.5]]),
        "two": np.array([[-2.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]),
    }
    picture = draw.loss_surface(bowl, ways, x=(-3, 3), y=(-2, 2), minimum=(0, 0))
    (panel,) = picture.axes
    labels = [text.get_text() for text in picture.legends[0].get_texts()]
    assert labels == ["one: 1.250 after 1", "two: 0.0000 after 2"]
    np.testing.assert_array_equal(panel.lines[0].get_xydata(), ways["one"])
    np.testing.assert_array_equal(panel.lines[2].get_xydata(), [ways["one"][-1]])
    assert to_hex(panel.lines[0].get_color()) != to_hex(panel.lines[3].get_color())
    assert panel.get_xlim() == (-3, 3) and panel.get_ylim() == (-2, 2)
    draw.png(picture)


def test_a_number_of_steps_that_all_share_is_said_once():
    ways = {name: np.array([[2.0, 2.0], end]) for name, end in (("one", [1.0, 0.5]), ("two", [0.5, 0.5]))}
    (legend,) = draw.loss_surface(bowl, ways, x=(-3, 3), y=(-2, 2)).legends
    assert legend.get_title().get_text() == "loss after 1 steps"
    assert [text.get_text() for text in legend.get_texts()] == ["one: 1.250", "two: 0.5000"]


def test_levels_rise_and_the_lowest_is_the_bottom_of_the_bowl():
    picture = draw.loss_surface(bowl, x=(-1, 1), y=(-1, 1))
    (panel,) = picture.axes
    levels = panel.collections[0].levels
    assert (np.diff(levels) > 0).all() and levels[0] == 0 and levels[-1] == 2
    assert not picture.legends


def test_a_flat_surface_has_no_lines():
    assert not draw.loss_surface(lambda x, y: 0 * x, x=(-1, 1), y=(-1, 1)).axes[0].collections
