import pandas as pd
import pytest

from kit.search import words
from kit.search.board import Board

pytestmark = pytest.mark.usefixtures("few_trees")


def made(scores, **facts):
    table = pd.DataFrame({"rank": range(1, len(scores) + 1), "score": scores, "status": "completed"})
    table["trial"] = [str(number) for number in range(len(scores))]
    table["low"], table["high"] = table["score"] - 0.05, table["score"] + 0.05
    return Board(table, {"objectives": ["accuracy"], **facts})


def test_the_headline_has_score_interval_trial_and_default():
    board = made([0.9, 0.8], default={"score": 0.7})
    assert words.headline(board) == (
        "accuracy 0.900 (95 % interval 0.850 to 0.950) in trial 0; the default settings have 0.700"
    )


def test_the_course_tells_trials_by_status_how_and_how_long(state):
    text = words.course(state("forty"))
    assert text == (
        "40 trials (36 completed, 2 failed, 1 pruned, 1 running) of 7 hyperparameters, chosen by random, "
        "trained by process, seed 0, in 12 min 34 s. The trials' own time is 1 min 20 s. Ranked by accuracy "
        "(larger is better) and parameters (smaller is better)."
    )


def test_trials_within_the_interval_of_the_winner_are_counted():
    assert words.findings(made([0.9, 0.86, 0.85, 0.8]))[0].startswith(
        "2 other trials have their score within"
    )
    assert words.findings(made([0.9, 0.8])) == []


def test_a_default_that_nobody_beats_is_told():
    assert words.findings(made([0.9], default={"score": 0.9})) == [
        "No trial is better than the default settings."
    ]
    assert "may be chance" in words.findings(made([0.9], default={"score": 0.88}))[0]


def test_lost_and_running_trials_are_told_with_the_most_frequent_reason(state):
    found = words.findings(state("forty"))
    assert found[0] == "1 trial is still running: the rank may change."
    assert found[1] == "2 of 40 trials have no score; most often: The loss is not finite."


@pytest.mark.parametrize(
    ("state_name", "text"), [("all failed", "No trial has a score"), ("nothing", "none was")]
)
def test_a_search_without_a_winner_says_so(state, state_name, text):
    assert text in words.headline(state(state_name)) and words.course(state(state_name))


def test_what_was_tried_is_told_as_range_or_choices(state):
    board = state("forty")
    assert words.tried(board, "batch_size") == "16, 32, 64"
    assert words.tried(board, "learning_rate").endswith(" by magnitude")
    assert "(active in " in words.tried(board, "momentum")


def test_the_winner_of_many_is_said_to_be_a_little_too_good(state):
    assert "a little too good" in words.notes(state("forty"))[0]
    assert "Too few trials" in words.notes(state("one"))[0]
