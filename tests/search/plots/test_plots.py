"""Every figure can be drawn whatever was searched, and says so in a sentence."""

import pytest

from kit import draw
from kit.errors import KitError
from kit.search import plots

STATES = ["one", "two", "all failed", "all running", "nothing", "equal", "diverged", "default wins", "large"]
pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.mark.parametrize("name", STATES)
def test_whatever_fits_can_be_drawn_and_has_a_title(state, name):
    board = state(name)
    for figure in plots.fitting(board):
        assert plots.drawn(figure, board).get_suptitle()
        assert plots.reading(figure).endswith(".")


@pytest.mark.parametrize("name", ["all failed", "nothing"])
def test_what_does_not_fit_says_why_when_it_is_asked_for(state, name):
    board = state(name)
    others = set(plots.FIGURES.names()) - set(plots.fitting(board))
    assert {"importance", "parallel", "values", "front", "curves"} <= others
    assert all(plots.drawn(figure, board).get_suptitle() for figure in others)


def test_figures_come_from_the_course_of_the_search_to_the_curves(state):
    assert plots.fitting(state("forty")) == ["history", "front", "importance", "parallel", "values", "curves"]


def test_an_unknown_figure_is_named(state):
    with pytest.raises(KitError, match="Did you mean 'history'"):
        plots.drawn("histroy", state("nothing"))


def test_the_largest_search_renders_to_a_picture_of_a_readable_size(state):
    picture = draw.png(plots.drawn("parallel", state("large")))
    assert int.from_bytes(picture[16:20], "big") < 2000
