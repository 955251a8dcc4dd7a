import numpy as np

from kit.search import plots
from kit.search.board import Board


def test_the_best_ten_stand_in_front_of_the_others(state):
    board = state("forty")
    axes = plots.drawn("curves", board).axes[0]
    coloured = [line for line in axes.lines if len(line.get_ydata())]
    assert len(coloured) == 10 and len(axes.collections[0].get_segments()) == 27
    wanted = board.facts["curves"][board.best["trial"]]
    assert coloured[-1].get_ydata().tolist() == wanted and coloured[-1].get_linewidth() > 2
    assert min(line.get_zorder() for line in coloured) > axes.collections[0].get_zorder()


def test_the_legend_names_the_three_best_the_best_first(state):
    board = state("forty")
    texts = [text.get_text() for text in plots.drawn("curves", board).axes[0].get_legend().get_texts()]
    assert texts[0] == f"trial {board.best['trial']} (best)" and texts[-1] == "27 others" and len(texts) == 4


def test_curves_with_gaps_and_without_numbers_are_no_fault(boards):
    table, facts = boards.board(3)
    facts["curves"] = {"0000": [np.nan, 0.5], "0001": [np.nan], "0002": []}
    figure = plots.drawn("curves", Board(table, facts))
    assert figure.get_suptitle() == "trial 0000 ends at 0.500 after 2 epochs"


def test_trials_that_stopped_without_a_score_are_shown_too(boards):
    table, facts = boards.board(2, failed=[0, 1])
    facts["curves"] = {"0000": [0.1, 0.2]}
    assert plots.drawn("curves", Board(table, facts)).get_suptitle().startswith("1 trial without a score")
