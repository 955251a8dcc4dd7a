import numpy as np
import pytest

from kit import draw


@pytest.mark.parametrize("title", ["WWWW MMMM " * 30, "short", "U+732B-306E " * 20, "x" * 300])
def test_a_long_title_is_broken_into_lines_that_fit(title):
    with draw.style():
        figure, _ = draw.figure(title, width=5.0)
        figure.canvas.draw()
        assert figure._suptitle.get_window_extent().x1 <= figure.bbox.width


def test_text_of_every_kind_draws_without_a_warning():
    with draw.style():
        figure, axes = draw.figure("猫 😀 $x$ \\frac \x00 \u2028 \ud800 ü — ±")
        axes.plot([0], [0], label=draw.readable("_a $b$ 猫"))
        axes.legend()
        assert axes.get_legend().get_texts()[0].get_text() == " _a \\$b\\$ " + draw.readable("猫")
    draw.png(figure)


def test_characters_that_no_font_has_are_written_by_their_numbers():
    assert draw.readable("\U0010fffd!\U0010fffc\U0010fffd") == "U+10FFFD!U+10FFFC-10FFFD"


@pytest.mark.parametrize(
    ("limit", "expected"), [(5, "ab…yz"), (4, "ab…z"), (None, "abcdefghijklmnopqrstuvwxyz")]
)
def test_the_middle_of_a_long_text_is_left_out(limit, expected):
    assert draw.readable("abcdefghijklmnopqrstuvwxyz", limit) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0.0000"),
        (1.0, "1.0000"),
        (-0.5, "-0.5000"),
        (12.3456, "12.35"),
        (99999.5, "100000"),
        (2e-5, "2e-05"),
        (3e12, "3e+12"),
    ],
)
def test_numbers_are_short(value, text):
    assert draw.number(np.float64(value)) == text
