import numpy as np
import pandas as pd
import pytest

from kit.search.board import Board, robust


def test_trials_stand_in_the_order_in_which_they_were_asked_for(boards):
    table, facts = boards.board(20, failed=[2])
    assert Board(table, facts).trials["trial"].tolist() == [f"{number:04d}" for number in range(20)]
    ten = pd.DataFrame({"trial": ["10", "9", "x", "default"], "score": 1.0})
    assert Board(ten).trials["trial"].tolist() == ["9", "10", "x"]


def test_the_best_is_the_first_in_rank_and_no_infinite_score(boards):
    table, facts = boards.every()["diverged"]
    assert Board(table, facts).best["score"] == table["score"].min()
    assert Board(table, facts).frame["score"].isna().sum() == 1


def test_the_default_settings_are_no_trial_and_may_win(boards):
    board = Board(*boards.every()["default wins"])
    assert board.best["trial"] == "default" and "default" not in set(board.trials["trial"])


def test_without_facts_the_columns_tell_what_was_searched():
    table = pd.DataFrame({"trial": ["0"], "score": [1.0], "width": [8], "val_loss": [0.1]})
    board = Board(table)
    assert board.names == ("width",) and board.objectives == ("score",) and board.default is None


def test_a_hyperparameter_that_is_called_like_a_fact_is_read_once():
    table = pd.DataFrame([["0", 1.0, 7, 20]], columns=["trial", "score", "epochs", "epochs"])
    board = Board(table, {"hyperparameters": {"epochs": {"kind": "int"}}})
    assert board.names == ("epochs",) and board.best["epochs"] == 20


def test_objectives_are_found_under_their_own_name_or_as_metrics():
    table = pd.DataFrame({"trial": ["0"], "score": [1.0], "latency": [2.0], "val_f1": [3.0]})
    board = Board(table, {"objectives": ["accuracy", "latency", "f1", "none"]})
    assert [board.values(name)[0] for name in board.objectives[:3]] == [1, 2, 3]
    assert np.isnan(board.values("none")).all()


@pytest.mark.parametrize("direction", ["min", "max"])
def test_limits_hold_all_scores_but_those_far_worse_than_most(direction):
    sign = 1 if direction == "min" else -1
    values = sign * np.array([0.0, 1, 2, 3, 1e9])
    low, high = robust(values, direction)
    inside = (values >= low) & (values <= high)
    assert inside.tolist() == [True, True, True, True, False]


def test_limits_of_equal_scores_are_apart():
    low, high = robust(np.array([0.5, 0.5]), "max")
    assert low < 0.5 < high and robust(np.array([]), "max") == (0.0, 1.0)
