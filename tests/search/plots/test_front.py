import numpy as np
import pandas as pd

from kit.search import plots
from kit.search.board import Board


def made(**columns):
    table = pd.DataFrame({"trial": [str(number) for number in range(4)], **columns})
    directions = {"accuracy": "max", "parameters": "min"}
    return Board(table, {"objectives": ["accuracy", "parameters"], "directions": directions})


def test_the_line_joins_the_trials_that_none_beats():
    board = made(score=[0.9, 0.8, 0.7, 0.6], parameters=[400, 100, 200, 50])
    figure = plots.drawn("front", board)
    axes = figure.axes[0]
    assert axes.lines[0].get_xydata().tolist() == [[50, 0.6], [100, 0.8], [400, 0.9]]
    assert axes.collections[0].get_offsets().tolist() == [[200, 0.7]]
    assert figure.get_suptitle() == "3 of 4 trials are beaten by none in both accuracy and parameters"


def test_steps_enclose_nothing_better_than_the_front():
    board = made(score=[0.9, 0.8, 0.7, 0.6], parameters=[400, 100, 200, 50])
    assert plots.drawn("front", board).axes[0].lines[0].get_drawstyle() == "steps-post"


def test_numbers_over_some_magnitudes_have_an_axis_by_magnitude():
    wide = made(score=[0.9, 0.8, 0.7, 0.6], parameters=[10**6, 10**4, 10**3, 10**2])
    assert plots.drawn("front", wide).axes[0].get_xscale() == "log"


def test_trials_without_one_of_the_objectives_are_left_out():
    board = made(score=[0.9, np.nan, 0.7, 0.6], parameters=[400, 100, np.nan, 50])
    assert "2 of 2 trials" in plots.drawn("front", board).get_suptitle()
