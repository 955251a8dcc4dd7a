import numpy as np
import pytest

from kit.search import plots

pytestmark = pytest.mark.usefixtures("few_trees")


def test_each_trial_with_a_score_is_a_line_the_best_tenth_in_front(state):
    axes = plots.drawn("parallel", state("forty")).axes[0]
    behind, front = axes.collections[:2]
    assert len(behind.get_segments()) == 33 and len(front.get_segments()) == 4
    assert front.get_zorder() > behind.get_zorder() and front.get_linewidth()[0] > behind.get_linewidth()[0]


def test_lines_meet_the_axes_at_the_values_by_magnitude(state):
    board = state("forty")
    axes = plots.drawn("parallel", board).axes[0]
    best = axes.collections[1].get_segments()[-1]
    place = board.ranked_names.index("learning_rate")
    rates = np.log10(board.scored["learning_rate"].astype(float))
    wanted = (np.log10(board.best["learning_rate"]) - rates.min()) / (rates.max() - rates.min())
    assert best[place, 1] == pytest.approx(wanted)
    assert best[-1, 1] == pytest.approx(1)  # the highest score


def test_a_value_that_is_not_active_has_a_place_of_its_own_below(state):
    board = state("forty")
    axes = plots.drawn("parallel", board).axes[0]
    place = board.ranked_names.index("momentum")
    heights = [line[place, 1] for each in axes.collections[:2] for line in each.get_segments()]
    assert sum(height < -0.05 for height in heights) == board.scored["momentum"].isna().sum()
    assert "none" in {text.get_text() for text in axes.texts}


def test_more_hyperparameters_than_fit_are_counted_in_the_title(boards):
    from kit.search.board import Board

    board = Board(*boards.large(20, names=18))
    assert "the first 14 of 18 hyperparameters" in plots.drawn("parallel", board).get_suptitle().replace(
        "\n", " "
    )
