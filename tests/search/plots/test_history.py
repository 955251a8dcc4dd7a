import numpy as np

from kit.search import plots
from kit.search.plots.history import _ordinal


def lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_the_line_is_the_best_score_so_far(state):
    board = state("forty")
    axes = plots.drawn("history", board).axes[0]
    best, wanted = -np.inf, []
    for score in board.trials["score"]:
        best = max(best, score) if score == score else best
        wanted.append(best)
    np.testing.assert_allclose(lines(axes)["best so far"].get_ydata()[:-1], wanted)
    assert lines(axes)["default settings"].get_ydata()[0] == 0.9


def test_for_a_loss_the_line_falls_and_diverged_trials_stand_on_the_edge(state):
    board = state("diverged")
    axes = plots.drawn("history", board).axes[0]
    numbers = lines(axes)["best so far"].get_ydata()
    assert (np.diff(numbers) <= 0).all() and numbers[-1] == board.frame["score"].min()
    low, high = axes.get_ylim()
    points = np.concatenate([each.get_offsets() for each in axes.collections if len(each.get_offsets()) > 1])
    assert points[:, 1].max() <= high < 1e6


def test_trials_are_counted_by_status(state):
    figure = plots.drawn("history", state("forty"))
    texts = {text.get_text() for text in figure.legends[0].get_texts()}
    assert {"completed (36)", "pruned (1)", "failed (2)", "running (1)"} <= texts


def test_the_title_says_which_trial_won_and_what_the_default_has(state):
    board = state("forty")
    place = int(board.best["trial"]) + 1
    title = plots.drawn("history", board).get_suptitle().replace("\n", " ")
    assert f"trial {board.best['trial']}, the {place}" in title and title.endswith("settings have 0.9000")
    assert "none of 11 trials is better" in plots.drawn("history", state("default wins")).get_suptitle()


def test_places_have_their_english_endings():
    assert [_ordinal(place) for place in (2, 3, 4, 11, 21, 112)] == [
        "the 2nd", "the 3rd", "the 4th", "the 11th", "the 21st", "the 112th"
    ]  # fmt: skip
