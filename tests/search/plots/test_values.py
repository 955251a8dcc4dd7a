import numpy as np
import pytest
from matplotlib.collections import PathCollection

from kit.search import plots

pytestmark = pytest.mark.usefixtures("few_trees")


@pytest.fixture
def panels(state):
    board = state("forty")
    figure = plots.drawn("values", board)
    return dict(zip(board.ranked_names, figure.axes, strict=False))


def points(axes):
    trials = [
        each for each in axes.collections if isinstance(each, PathCollection) and each.get_sizes()[0] < 100
    ]
    return np.concatenate([each.get_offsets() for each in trials])  # without the winner's star


def test_each_hyperparameter_has_a_panel_with_its_values_and_scores(state, panels):
    board = state("forty")
    assert set(panels) == set(board.names)
    width = board.scored[["width", "score"]].to_numpy(float)
    assert sorted(map(tuple, points(panels["width"])), key=str) == sorted(map(tuple, width), key=str)
    assert panels["learning_rate"].get_xscale() == "log" and panels["width"].get_xscale() == "linear"


def test_choices_stand_in_their_order_each_with_its_median(state, panels):
    axes, board = panels["batch_size"], state("forty")
    assert [text.get_text() for text in axes.get_xticklabels()] == ["16", "32", "64"]
    medians = [each.get_segments()[0][0, 1] for each in axes.collections if hasattr(each, "get_segments")]
    wanted = board.scored.groupby(board.scored["batch_size"].astype(int))["score"].median()
    assert medians == pytest.approx(wanted.tolist())


def test_a_conditional_hyperparameter_says_in_how_many_trials_it_was_active(state, panels):
    active = int(state("forty").scored["momentum"].notna().sum())
    assert panels["momentum"].get_xlabel() == f"momentum (active in {active} of 37)"


def test_unused_panels_are_empty(state):
    figure = plots.drawn("values", state("forty"))
    assert [axes.axison for axes in figure.axes] == [True] * 7 + [False]
